/** The screens that stop you: the call is over, or it never began. What happened, what to do, one button, a human. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../call-types.js';
import { fetchPart } from '../elements/fetch-part.js';
import '../elements/frame/frame.js';
import { icon } from '../elements/icon/icon.js';
import { returnFrom, sessionShelf, SLIP_MS } from '../entry/return.js';
import { renderSaid } from '../look/links.js';
import { buttons, reset } from '../styles/shared.js';
import { phoneLink, phoneWhole } from '../text/names.js';
import { countdownText, troubleWords } from '../text/trouble.js';
import type { Message, Words } from '../text/words.js';
import { messageStyles } from './message.styles.js';
import { asksForRating, needsOtherBrowser, opensAt, rejoinEndsAt, SPREAD_MS } from './stops.js';

const TICK_MS = 1000;

interface Content {
  readonly message: Message;
  /** '' when no button would help. */
  readonly button: string;
}

/** Words and button for the state; null when it is neither ended nor failed. */
export function messageOf(call: CallState, words: Words, nowMs = Date.now()): Content | null {
  if (call.phase === 'ended' && call.ended !== null) {
    const { code, canRejoin } = call.ended;
    const isTooLate = (rejoinEndsAt(call.ended) ?? Infinity) <= nowMs;
    const button = code === 'replaced' ? words.ended.here : words.ended.again;
    const { title, body } = words.ended[code];
    return {
      message: { title, body: isTooLate ? troubleWords(words.language).rejoinOver : body },
      button: canRejoin && !isTooLate ? button : '',
    };
  }
  if (call.phase === 'failed' && call.failure !== null) {
    const { code, retryable } = call.failure;
    return { message: words.failure[code], button: retryable ? words.failure.tryAgain : '' };
  }
  return null;
}

/** As it should be, and not cut off: then an organisation says goodbye. */
function isOver({ ended }: CallState): boolean {
  return ended?.code === 'left' || ended?.code === 'ended';
}

@customElement('vdx-message')
export class MessagePage extends LitElement {
  static override styles = [reset, buttons, messageStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  @state() private nowMs = Date.now();
  @state() private hasPart = false;
  @query('h1') private heading!: HTMLElement;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private shownAt = 0;
  private opensAt: number | null = null;
  private spreadMs = 0;
  /** Where the page goes after leaving; '' when it stays. */
  private returnUrl = '';

  override focus(): void {
    this.heading.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.shownAt = this.nowMs = Date.now();
    this.opensAt = opensAt(this.call, this.shownAt);
    this.spreadMs = Math.random() * SPREAD_MS;
    this.ticking = setInterval(() => { this.tick(); }, TICK_MS);
    addEventListener('online', this.onOnline);
    this.returnUrl = this.call.ended?.code === 'left' ? returnFrom(sessionShelf(), this.call.room?.id ?? '', this.call) : '';
    if (this.asks) void this.fetch(() => import('../elements/rating/rating.js'));
    if (needsOtherBrowser(this.call)) void this.fetch(() => import('../elements/way-out/way-out.js'));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
    removeEventListener('online', this.onOnline);
  }

  private async fetch(part: () => Promise<unknown>): Promise<void> {
    this.hasPart = await fetchPart(this, part);
  }

  private tick(): void {
    this.nowMs = Date.now();
    if (this.opensAt !== null && this.nowMs >= this.opensAt + this.spreadMs) this.again();
    if (this.returnUrl !== '' && this.nowMs >= this.shownAt + SLIP_MS) this.goBack();
  }

  /** A second of the clock changes a picture only where something counts down. */
  protected override shouldUpdate(changed: PropertyValues): boolean {
    return changed.size > 1 || !changed.has('nowMs') || this.counts;
  }

  private get counts(): boolean {
    const { failure, ended } = this.call;
    return (failure?.retryAfterMs ?? null) !== null || this.opensAt !== null || (ended !== null && rejoinEndsAt(ended) !== null);
  }

  /** Seconds until another try makes sense; 0 when it does now. */
  private get wait(): number {
    const { failure } = this.call;
    if (this.opensAt !== null || failure?.retryAfterMs == null) return 0;
    return Math.max(0, Math.ceil((this.shownAt + failure.retryAfterMs - this.nowMs) / 1000));
  }

  override render(): TemplateResult | typeof nothing {
    const content = messageOf(this.call, this.words, this.nowMs);
    if (content === null) return nothing;
    const { message, button } = content;
    const note = this.call.ended?.note ?? '';
    return html`<vdx-frame .room=${this.call.room ?? this.call.invitation} .look=${this.call.look} .words=${this.words}>
      <div class="message">
        <h1 tabindex="-1">${message.title}</h1>
        ${note === '' ? nothing : html`<p class="note">${note}</p>`}
        <p>${message.body}</p>
        ${renderSaid(isOver(this.call) ? this.call.look?.ended : '')}
        ${this.renderOpening()} ${button === '' ? this.renderWayOut() : this.renderButton(button)} ${this.renderGoingBack()} ${this.renderRating()}
      </div>
    </vdx-frame>`;
  }

  private renderButton(button: string): TemplateResult {
    const { wait } = this;
    const under = this.under(wait);
    return html`<button
        class="button primary"
        type="button"
        aria-disabled=${wait > 0 ? 'true' : nothing}
        aria-describedby=${under === '' ? nothing : 'under'}
        @click=${() => { if (wait <= 0) this.again(); }}
      >
        ${button}
      </button>
      ${under === '' ? nothing : html`<p class="under" id="under">${under}</p>`}`;
  }

  /** Who is on his way to another page is not asked. */
  private get asks(): boolean {
    return this.returnUrl === '' && asksForRating(this.call);
  }

  private renderGoingBack(): TemplateResult | typeof nothing {
    if (this.returnUrl === '') return nothing;
    const words = troubleWords(this.words.language);
    const time = countdownText(this.shownAt + SLIP_MS - this.nowMs, this.words.language);
    return html`<p role="timer">${words.backIn(new URL(this.returnUrl).host, time)}</p>
      <button class="button" type="button" @click=${this.goBack}>${words.backNow}</button>`;
  }

  private readonly goBack = (): void => {
    location.assign(this.returnUrl);
    this.returnUrl = '';
  };

  /** What is said under the button; '' for nothing. */
  private under(wait: number): string {
    const words = troubleWords(this.words.language);
    if (wait > 0) return this.words.failure.retryIn(wait);
    if (this.call.failure?.code === 'connectionFailed') return words.comesBack;
    if (this.returnUrl !== '') return '';
    return this.call.ended !== null && rejoinEndsAt(this.call.ended) !== null ? words.rejoinFor : '';
  }

  /** Counted for the eye only: read aloud each second it would be a torment. */
  private renderOpening(): TemplateResult | typeof nothing {
    if (this.opensAt === null) return nothing;
    const words = troubleWords(this.words.language);
    const left = this.opensAt - this.nowMs;
    return html`<p class="opens" role="timer">${left > 0 ? words.opensIn(countdownText(left, this.words.language)) : words.opensNow}</p>`;
  }

  private renderRating(): TemplateResult | typeof nothing {
    if (!this.hasPart || !this.asks) return nothing;
    return html`<vdx-rating .commands=${this.commands} .language=${this.words.language}></vdx-rating>`;
  }

  /** Where no button of ours helps, another browser does, or a human. */
  private renderWayOut(): TemplateResult | typeof nothing {
    if (needsOtherBrowser(this.call)) {
      return this.hasPart ? html`<vdx-way-out .code=${this.call.failure?.code} .language=${this.words.language}></vdx-way-out>` : nothing;
    }
    const helpLine = (this.call.room ?? this.call.invitation)?.helpLine ?? '';
    const isDone = this.call.ended?.code === 'ended' || this.call.ended?.code === 'left';
    if (isDone) return nothing;
    if (helpLine === '') {
      return html`<a class="button primary" href="/">${troubleWords(this.words.language).typeInstead}</a>`;
    }
    return html`<a class="button primary" href=${phoneLink(helpLine)}>
      ${icon('phone')}<span>${this.words.help.call(phoneWhole(helpLine))}</span>
    </a>`;
  }

  /** Who stands at a door that the network closed need press nothing when it is back. */
  private readonly onOnline = (): void => {
    if (this.call.phase === 'failed' && this.call.failure?.code === 'connectionFailed') this.again();
  };

  private again(): void {
    this.opensAt = null;
    void this.commands.joinAgain();
  }
}
