/**
 * For who waits: may the hosts see who it is? Nothing is taken or sent before the click that says yes, the picture that
 * was sent is shown, and it can be taken back. Where the connection was gone, what is shown is shown again.
 */

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CallCommands } from '../../call-types.js';
import { buttons, reset } from '../../styles/shared.js';
import { stillWords } from '../../text/still.js';
import type { Language } from '../../text/words.js';
import { takeStill } from './take.js';

@customElement('vdx-still')
export class Still extends LitElement {
  @property({ attribute: false }) commands!: CallCommands;
  /** The own camera is on, and what it gives. */
  @property({ attribute: false }) hasCamera = false;
  @property({ attribute: false }) stream: MediaStream | null = null;
  @property({ attribute: false }) language: Language = 'da';
  /** The server hears us. */
  @property({ attribute: false }) isLinked = true;

  @state() private shown: Blob | null = null;
  @state() private said: '' | 'removed' | 'failed' = '';
  @state() private isBusy = false;
  private address = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    URL.revokeObjectURL(this.address);
  }

  override render(): TemplateResult | typeof nothing {
    const words = stillWords(this.language);
    if (this.shown === null && !this.hasCamera && this.said === '') return nothing;
    return html`<section aria-labelledby="offer">
      <p class="offer" id="offer">${words.offer}</p>
      <div class="shown" role="status">
        ${this.shown === null ? nothing : html`<img src=${this.address} width="96" height="96" alt="" /><p>${words.shown}</p>`}
        ${this.said === '' ? nothing : html`<p>${words[this.said]}</p>`}
      </div>
      ${this.shown === null ? html`<p class="soft">${words.hint}</p>` : nothing}
      <div class="row">
        ${!this.hasCamera
          ? nothing
          : html`<button class="button" type="button" id="show" aria-disabled=${this.isBusy ? 'true' : nothing} @click=${this.take}>
              ${this.shown === null ? words.show : words.again}
            </button>`}
        ${this.shown === null ? nothing : html`<button class="button" type="button" id="remove" @click=${this.remove_}>${words.remove}</button>`}
      </div>
    </section>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.get('isLinked') === false && this.isLinked && this.shown !== null) void this.send(this.shown);
  }

  private readonly take = async (): Promise<void> => {
    if (this.isBusy) return;
    this.isBusy = true;
    const jpeg = this.stream === null ? null : await takeStill(this.stream);
    if (jpeg === null) this.said = 'failed';
    else await this.send(jpeg);
    this.isBusy = false;
  };

  private async send(jpeg: Blob): Promise<void> {
    const isTaken = await this.commands.hub.showPicture(jpeg);
    this.said = isTaken ? '' : 'failed';
    // One that did not arrive replaces none.
    if (isTaken) this.keep(jpeg);
  }

  private readonly remove_ = async (): Promise<void> => {
    const isGone = await this.commands.hub.showPicture(null);
    this.said = isGone ? 'removed' : 'failed';
    if (!isGone) return;
    this.keep(null);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#show')?.focus();
  };

  private keep(jpeg: Blob | null): void {
    URL.revokeObjectURL(this.address);
    this.address = jpeg === null ? '' : URL.createObjectURL(jpeg);
    this.shown = jpeg;
  }

  static override styles = [
    reset,
    buttons,
    css`
      :host {
        display: block;
        width: 100%;
      }

      section {
        display: grid;
        gap: var(--space-8);
        justify-items: start;
        padding: var(--space-16);
        border: 1px solid var(--line);
        border-radius: var(--radius-card);
        background: var(--surface);
        --focus-ground: var(--surface);
      }

      .offer {
        font-weight: var(--bold);
      }

      .soft {
        color: var(--ink-soft);
        font-size: var(--text-16);
      }

      .shown {
        display: flex;
        align-items: center;
        gap: var(--space-16);
      }

      .shown:not(:has(p)) {
        display: none;
      }

      img {
        flex: none;
        border-radius: var(--radius-card);
        scale: -1 1;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-8);
      }
    `,
  ];
}
