/** Who comes in: the name, where the link fixes none, and what he is in the meeting. */

import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon/icon.js';
import { FUNCTIONS, functionText } from '../../text/people.js';
import { roomWords } from '../../text/rooms.js';
import type { PrejoinView } from './view.js';

/** What the wire takes. */
const MAX_NAME = 80;
const MAX_FUNCTION = 60;
const OTHER = 'other';

export class WhoFields {
  private isNameMissing = false;
  private isOtherFunction = false;

  constructor(private readonly page: LitElement & PrejoinView) {}

  /** Nothing where the link says it all. */
  render(): TemplateResult | typeof nothing {
    const { call, words } = this.page;
    if ((call.invitation?.name ?? null) !== null) return nothing;
    return html`<div class="field">
        <label for="name">${words.prejoin.name}</label>
        <span class="hint" id="name-hint">${words.prejoin.nameHint}</span>
        <input
          id="name"
          type="text"
          name="name"
          autocomplete="name"
          maxlength=${MAX_NAME}
          required
          .defaultValue=${call.name}
          aria-describedby=${this.isNameMissing ? 'name-problem' : 'name-hint'}
          aria-invalid=${this.isNameMissing ? 'true' : nothing}
          @input=${this.rename}
        />
        ${this.isNameMissing
          ? html`<p class="problem" id="name-problem">${icon('warning')}<span>${words.prejoin.nameMissing}</span></p>`
          : nothing}
      </div>`;
  }

  /** Whether all is said that must be; otherwise the focus goes where it is not. */
  check(): boolean {
    const field = this.field;
    if (field === null) return true;
    const name = field.value.trim();
    this.isNameMissing = name === '';
    this.page.requestUpdate();
    if (this.isNameMissing) field.focus();
    else this.page.commands.setName(name);
    return !this.isNameMissing;
  }

  private get field(): HTMLInputElement | null {
    return this.page.renderRoot.querySelector('#name');
  }

  /** A personal link knows it; who has another says it, or not. */
  renderFunction(): TemplateResult | typeof nothing {
    if ((this.page.call.invitation?.name ?? null) !== null) return nothing;
    const { language } = this.page.words;
    const words = roomWords(language).prejoin;
    return html`<div class="field">
        <label for="function">${words.functionLabel}</label>
        <span class="hint" id="function-hint">${words.functionHint}</span>
        <span class="choice">
          <select id="function" aria-describedby="function-hint" @change=${this.chooseFunction}>
            <option value="">${words.none}</option>
            ${FUNCTIONS.map((value) => html`<option value=${value}>${functionText(value, language)}</option>`)}
            <option value=${OTHER}>${words.other}</option>
          </select>
          ${icon('chevron')}
        </span>
      </div>
      ${this.isOtherFunction
        ? html`<div class="field">
            <label for="other-function">${words.otherLabel}</label>
            <input
              id="other-function"
              type="text"
              maxlength=${MAX_FUNCTION}
              autocomplete="organization-title"
              @input=${(event: Event) => { this.page.commands.setFunction((event.target as HTMLInputElement).value); }}
            />
          </div>`
        : nothing}`;
  }

  private readonly chooseFunction = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.isOtherFunction = value === OTHER;
    this.page.commands.setFunction(this.isOtherFunction ? '' : value);
    this.page.requestUpdate();
  };

  private readonly rename = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    this.page.commands.setName(value);
    if (value.trim() === '' || !this.isNameMissing) return;
    this.isNameMissing = false;
    this.page.requestUpdate();
  };
}
