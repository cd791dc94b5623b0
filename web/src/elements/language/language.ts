/**
 * The choice of language, said in the language that is chosen: a link to the other one where there are two, a list
 * where there are more. A translation that nobody has read through says so.
 */

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { directionOf, isReviewed, languageOf, nameOf, offeredLanguages, type Language } from '../../text/languages.js';
import type { Words } from '../../text/words.js';
import { icon } from '../icon/icon.js';

/** The person wants this language. */
export class LanguageEvent extends Event {
  constructor(readonly language: Language) {
    super('language', { bubbles: true, composed: true });
  }
}

@customElement('vdx-language')
export class LanguageChoice extends LitElement {
  static override styles = [
    reset,
    buttons,
    fields,
    css`
      :host {
        display: block;
        min-width: 0;
        max-width: 100%;
      }

      select {
        width: auto;
        max-width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) offered: readonly Language[] = offeredLanguages();

  override render(): TemplateResult | typeof nothing {
    const others = this.offered.filter((each) => each !== this.words.language);
    const [other] = others;
    if (other === undefined) return nothing;
    if (others.length > 1 || !isReviewed(other)) return this.renderList();
    return html`<button class="link" type="button" lang=${other} dir=${directionOf(other)} @click=${() => this.dispatchEvent(new LanguageEvent(other))}>
      ${nameOf(other)}
    </button>`;
  }

  private renderList(): TemplateResult {
    const { language, languages, notReviewed } = this.words;
    const all = this.offered.includes(language) ? this.offered : [language, ...this.offered];
    return html`<div class="choice"><select aria-label=${languages} @change=${this.choose}>
      ${all.map(
        (each) => html`<option value=${each} lang=${each} ?selected=${each === language}>
          ${nameOf(each)}${isReviewed(each) ? '' : ` (${notReviewed})`}
        </option>`,
      )}
    </select>${icon('chevron')}</div>`;
  }

  private choose(event: Event): void {
    const language = event.target instanceof HTMLSelectElement ? languageOf(event.target.value) : null;
    if (language !== null) this.dispatchEvent(new LanguageEvent(language));
  }
}
