/** The way out of another app: the page's own address, copied. Where copying is forbidden, it stands there to be marked. */

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { deviceProblemWords } from '../../text/device-problem.js';
import type { Language } from '../../text/languages.js';
import { icon } from '../icon/icon.js';

@customElement('vdx-copy-link')
export class CopyLink extends LitElement {
  static override styles = [
    reset,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--space-12);
        width: 100%;
      }

      .button {
        justify-self: start;
      }

      p {
        display: flex;
        gap: var(--space-8);
        max-width: var(--measure);
      }

      @media (max-width: 37.49em) {
        .button {
          justify-self: stretch;
        }
      }
    `,
  ];

  @property({ attribute: false }) language: Language = 'da';
  /** It is what the screen is for. */
  @property({ type: Boolean }) primary = false;
  @state() private outcome: '' | 'copied' | 'refused' = '';
  @query('input') private field!: HTMLInputElement | null;

  override render(): TemplateResult {
    const words = deviceProblemWords(this.language);
    return html`<button class="button ${this.primary ? 'primary' : ''}" type="button" @click=${this.copy}>${words.copy}</button>
      ${this.outcome === 'refused'
        ? html`<input type="text" readonly aria-label=${words.copyByHand} .value=${location.href} />`
        : nothing}
      <p role="status">
        ${this.outcome === 'copied' ? html`${icon('check')}<span>${words.copied}</span>` : nothing}
        ${this.outcome === 'refused' ? words.copyByHand : nothing}
      </p>`;
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      this.outcome = 'copied';
    } catch {
      this.outcome = 'refused';
      await this.updateComplete;
      this.field?.select();
    }
  }
}
