/** Captions on or off, their size, place and colours. Shown while anybody may write captions, or they are on. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { fields, reset } from '../../styles/shared.js';
import type { Language } from '../../text/words.js';
import { writtenText } from '../../text/written.js';
import { icon } from '../icon/icon.js';
import { settingsStyles } from './caption-settings.styles.js';
import { USUAL, type CaptionPreferences } from './preferences.js';

export class CaptionPreferencesEvent extends Event {
  constructor(readonly preferences: CaptionPreferences) {
    super('captionpreferences');
  }
}

@customElement('vdx-caption-settings')
export class CaptionSettings extends LitElement {
  static override styles = [reset, fields, settingsStyles];

  @property({ attribute: false }) preferences: CaptionPreferences = USUAL;
  @property({ attribute: false }) language: Language = 'da';

  override render(): TemplateResult {
    const { preferences } = this;
    const words = writtenText(this.language);
    return html`<label class="switch">
        <input
          id="on"
          type="checkbox"
          role="switch"
          .checked=${live(preferences.isOn)}
          @change=${(event: Event) => { this.change({ isOn: (event.target as HTMLInputElement).checked }); }}
        />
        <span>${words.captionsOn}</span>
      </label>
      ${preferences.isOn
        ? html`${this.renderChoice('size', words.captionsSize, words.sizes.map((label, size) => [String(size), label]), String(preferences.size))}
          ${this.renderChoice('place', words.captionsPlace, Object.entries(words.places), preferences.place)}
          ${this.renderChoice('look', words.captionsLook, Object.entries(words.looks), preferences.look)}`
        : nothing}`;
  }

  private renderChoice(id: 'size' | 'place' | 'look', label: string, options: readonly (readonly string[])[], chosen: string): TemplateResult {
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <div class="choice">
        <select id=${id} @change=${(event: Event) => { this.choose(id, (event.target as HTMLSelectElement).value); }}>
          ${options.map(([value, text]) => html`<option value=${value ?? ''} ?selected=${value === chosen}>${text}</option>`)}
        </select>
        ${icon('chevron')}
      </div>
    </div>`;
  }

  private choose(id: 'size' | 'place' | 'look', value: string): void {
    if (id === 'size') this.change({ size: Number(value) });
    else if (id === 'place') this.change({ place: value === 'above' ? 'above' : 'below' });
    else this.change({ look: value === 'light' || value === 'yellow' ? value : 'dark' });
  }

  private change(change: Partial<CaptionPreferences>): void {
    this.dispatchEvent(new CaptionPreferencesEvent({ ...this.preferences, ...change }));
  }
}
