/**
 * A button whose slip would hurt: pressed, it waits some seconds and says so, and pressed again it takes it back. It is the
 * same button all the time, so that the focus stays, for whoever uses the keyboard too. Taken out of the page meanwhile,
 * it does at once what was asked for: its time to think is over with it.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { buttons, reset } from '../../styles/shared.js';
import { hostWords } from '../../text/host.js';
import type { Language } from '../../text/words.js';
import { AnnounceEvent } from '../announcer/announcer.js';
import { undoStyles } from './undo.styles.js';

export const UNDO_S = 5;
/** The second press of a double-click is none. */
const SETTLE_MS = 600;
const TICK_MS = 1000;

@customElement('vdx-undo')
export class Undo extends LitElement {
  static override styles = [reset, buttons, undoStyles];
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  @property({ attribute: false }) label = '';
  /** What is said while it waits, from the seconds left. */
  @property({ attribute: false }) pending: (seconds: number) => string = () => '';
  @property({ attribute: false }) act: () => void = () => undefined;
  @property({ attribute: false }) language: Language = 'da';
  @property({ type: Boolean }) danger = false;

  @state() private left = 0;
  private startedAt = 0;
  private ticking: ReturnType<typeof setInterval> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.left > 0) this.finish();
  }

  override render(): TemplateResult {
    const isWaiting = this.left > 0;
    const words = hostWords(this.language).undo;
    return html`${isWaiting ? html`<p aria-hidden="true">${this.pending(this.left)}</p>` : nothing}
      <button class="button ${this.danger && !isWaiting ? 'danger' : ''}" type="button" @click=${this.press} @keydown=${this.onKey}>
        ${isWaiting ? words.now : this.label}
      </button>`;
  }

  protected override updated(changed: PropertyValues): void {
    this.toggleAttribute('waiting', this.left > 0);
    if (changed.get('left') === 0 && this.left > 0) this.dispatchEvent(new AnnounceEvent(`${this.pending(UNDO_S)}. ${hostWords(this.language).undo.now}`));
  }

  private readonly press = (): void => {
    if (this.left > 0) {
      if (Date.now() - this.startedAt >= SETTLE_MS) this.rest();
      return;
    }
    this.startedAt = Date.now();
    this.left = UNDO_S;
    this.ticking = setInterval(() => {
      this.left -= 1;
      if (this.left <= 0) this.finish();
    }, TICK_MS);
  };

  /** Escape is a no, whatever else it would close. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || this.left === 0) return;
    event.stopPropagation();
    this.rest();
  };

  private finish(): void {
    this.rest();
    this.act();
  }

  private rest(): void {
    clearInterval(this.ticking);
    this.ticking = undefined;
    this.left = 0;
  }
}
