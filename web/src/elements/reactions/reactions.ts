/** Reactions over the lower edge of the picture for some seconds, each with its name; read aloud by the sentence. */

import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallState } from '../../call-types.js';
import type { ShownReaction } from '../../conference/words.js';
import type { Language } from '../../text/words.js';
import { REACTIONS, writtenText } from '../../text/written.js';
import { AnnounceEvent } from '../announcer/announcer.js';
import { icon } from '../icon/icon.js';

export const SHOWN_MS = 4000;
/** Between two sentences: applause of a whole room is one. */
export const QUIET_MS = 5000;
const MAX_SHOWN = 8;

@customElement('vdx-reactions')
export class Reactions extends LitElement {
  static override styles = css`
    :host {
      position: absolute;
      z-index: 3;
      bottom: var(--space-16);
      inset-inline-start: var(--space-16);
      pointer-events: none;
    }

    p {
      display: flex;
      align-items: center;
      gap: var(--space-8);
      width: fit-content;
      margin: var(--space-4) 0 0;
      padding: var(--space-4) var(--space-12);
      border-radius: var(--radius-full);
      background: var(--stage-raised);
      color: var(--stage-ink);
      font-size: var(--text-16);
    }

    .icon {
      width: 1.5rem;
      height: 1.5rem;
    }
  `;

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) language: Language = 'da';

  @state() private shown: readonly ShownReaction[] = [];
  private last: number | null = null;
  private unsaid: ShownReaction[] = [];
  private lastSaidMs = Number.NEGATIVE_INFINITY;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.shown = [];
  }

  override render(): TemplateResult {
    return html`<div aria-hidden="true">
      ${repeat(this.shown, (one) => one.number, (one) => html`<p>${icon(one.reaction)} ${this.nameOf(one)}</p>`)}
    </div>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('call')) return;
    const { reactions } = this.call.words;
    const newest = reactions.at(-1)?.number ?? 0;
    this.last ??= newest;
    const from = this.last;
    if (newest <= from) return;
    this.last = newest;
    const fresh = reactions.filter((one) => one.number > from && REACTIONS.includes(one.reaction));
    this.shown = [...this.shown, ...fresh].slice(-MAX_SHOWN);
    this.unsaid.push(...fresh.filter((one) => one.participantId !== this.call.self?.id));
    this.later(SHOWN_MS, () => {
      this.shown = this.shown.filter((one) => !fresh.includes(one));
    });
    this.say();
  }

  private nameOf(one: ShownReaction): string {
    return this.call.participants.find((person) => person.id === one.participantId)?.name ?? '';
  }

  private say(): void {
    const [first] = this.unsaid;
    if (first === undefined) return;
    const waitMs = this.lastSaidMs + QUIET_MS - Date.now();
    if (waitMs > 0) {
      this.later(waitMs, () => { this.say(); });
      return;
    }
    const words = writtenText(this.language);
    const text = this.unsaid.length === 1 ? words.reacted(this.nameOf(first), words.reactions[first.reaction]) : words.reactedSeveral(this.unsaid.length);
    this.lastSaidMs = Date.now();
    this.unsaid = [];
    this.dispatchEvent(new AnnounceEvent(text));
  }

  private later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      run();
    }, ms);
    this.timers.add(timer);
  }
}
