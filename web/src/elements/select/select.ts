/** A list to choose from, with our arrow; for elements whose styles have `fields`. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { icon } from '../icon/icon.js';

export interface Choice<T extends string | number> {
  readonly id: string;
  readonly label: string;
  readonly values: readonly T[];
  readonly chosen: T | undefined;
  text(value: T): string;
  choose(value: T): void;
}

export function select<T extends string | number>(choice: Choice<T>): TemplateResult {
  const { id, label, values, chosen } = choice;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <div class="choice">
      <select
        id=${id}
        @change=${(event: Event) => {
          const value = values[(event.target as HTMLSelectElement).selectedIndex];
          if (value !== undefined) choice.choose(value);
        }}
      >
        ${values.map((value) => html`<option value=${value} .selected=${value === chosen}>${choice.text(value)}</option>`)}
      </select>
      ${icon('chevron')}
    </div>
  </div>`;
}

/** It shows what is so, also after a choice that came to nothing. */
export function check(label: string, isOn: boolean, choose: (isOn: boolean) => void, id = '', describedBy = ''): TemplateResult {
  return html`<label class="check"
    ><input
      type="checkbox"
      id=${id === '' ? nothing : id}
      aria-describedby=${describedBy === '' ? nothing : describedBy}
      .checked=${live(isOn)}
      @change=${(event: Event) => { choose((event.target as HTMLInputElement).checked); }}
    /><span>${label}</span></label
  >`;
}
