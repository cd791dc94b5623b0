/** What passes: a line at the top of the room for some seconds, and the same line read aloud. */

import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Notice } from '../../call-types.js';
import { sayings } from '../../text/notices.js';
import type { Words } from '../../text/words.js';
import { AnnounceEvent } from '../announcer/announcer.js';
import { toastsStyles } from './toasts.styles.js';

/** Those who come within this time share a line. */
export const BURST_MS = 400;
/** Long enough for the longest line at a slow reader's pace (about 12 characters a second). */
export const SHOWN_MS = 6000;
const MAX_SHOWN = 3;

interface Toast {
  readonly id: number;
  readonly text: string;
}

@customElement('vdx-toasts')
export class Toasts extends LitElement {
  static override styles = toastsStyles;

  @property({ attribute: false }) notices: readonly Notice[] = [];
  @property({ attribute: false }) words!: Words;

  @state() private shown: readonly Toast[] = [];
  private lastSaid: number | null = null;
  private counter = 0;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private isWaiting = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.isWaiting = false;
    this.shown = [];
  }

  /** Read aloud through the announcer, so hidden here. */
  override render(): TemplateResult {
    return html`<div aria-hidden="true">
      ${repeat(
        this.shown,
        (toast) => toast.id,
        (toast) => html`<p>${toast.text}</p>`,
      )}
    </div>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('notices')) return;
    const newest = this.notices[this.notices.length - 1]?.id ?? 0;
    this.lastSaid ??= newest;
    if (newest <= this.lastSaid || this.isWaiting) return;
    const said = this.lastSaid;
    const isUrgent = this.notices.some((notice) => notice.id > said && notice.code === 'connectionLost');
    this.isWaiting = true;
    this.later(isUrgent ? 0 : BURST_MS, () => {
      this.isWaiting = false;
      this.say();
    });
  }

  private say(): void {
    const said = this.lastSaid ?? 0;
    const fresh = this.notices.filter((notice) => notice.id > said);
    this.lastSaid = Math.max(said, ...fresh.map((notice) => notice.id));
    for (const { text, urgency, isShown } of sayings(fresh, this.words)) {
      this.dispatchEvent(new AnnounceEvent(text, urgency));
      if (isShown) this.show(text);
    }
  }

  private show(text: string): void {
    this.counter += 1;
    const toast = { id: this.counter, text };
    this.shown = [...this.shown, toast].slice(-MAX_SHOWN);
    this.later(SHOWN_MS, () => {
      this.shown = this.shown.filter((each) => each !== toast);
    });
  }

  private later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      run();
    }, ms);
    this.timers.add(timer);
  }
}
