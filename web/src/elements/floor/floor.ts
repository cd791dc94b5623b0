/**
 * How we stand ourselves: in the queue, with the floor and its time, refused, or not heard. A grant opens no microphone:
 * where it is closed, its owner is asked.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import type { OwnPlace } from '../../protocol/messages.gen.js';
import { buttons, reset } from '../../styles/shared.js';
import { clockText, floorWords, type FloorWords } from '../../text/floor.js';
import type { Language } from '../../text/words.js';
import { AnnounceEvent } from '../announcer/announcer.js';
import { icon } from '../icon/icon.js';
import { floorStyles } from './floor.styles.js';
import { isSilenced, ownScreen, ownSpeech, policyOf } from './standing.js';

/** How long it stays in view that a request was ended. */
const ENDED_SHOWN_MS = 10_000;
const TICK_MS = 1000;

@customElement('vdx-floor')
export class FloorElement extends LitElement {
  static override styles = [reset, buttons, floorStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  /** What ended against our will, and was not so when we came. */
  @state() private ended: string | null = null;
  private endedTimer: ReturnType<typeof setTimeout> | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private announced = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.endedTimer);
    clearInterval(this.ticking);
    this.ticking = undefined;
  }

  override render(): TemplateResult {
    const words = floorWords(this.language);
    return html`${this.renderSpeech(words)}${this.renderScreen(words)}`;
  }

  private renderSpeech(words: FloorWords): TemplateResult | typeof nothing {
    const own = ownSpeech(this.call);
    if (own === null) return nothing;
    const { microphone } = this.call.local;
    if (own.status === 'granted') {
      const left = own.endsAt === null ? null : own.endsAt - Date.now() / 1000;
      const isClosed = !microphone.on && policyOf(this.call) !== 'hands';
      return html`<section class="held ${own.isEnding ? 'ending' : ''}" data-floor="granted">
        <p>${icon('hand')}<span
            >${isClosed ? words.holdClosed : words.hold}${left === null
              ? nothing
              : html` <span class="time">· ${own.isEnding ? `${words.ending}: ` : ''}${words.left(clockText(left))}</span>`}</span
          ></p>
        ${isClosed
          ? html`<button class="button yes" type="button" @click=${() => void this.commands.setMicrophone(true)}>
              ${words.openMicrophone}
            </button>`
          : nothing}
      </section>`;
    }
    if (own.status === 'accepted') {
      return html`<section data-floor="accepted">
        <p>${icon('hand')}<span>${waitingText(own, words)}</span></p>
      </section>`;
    }
    const text = this.ended ?? (isSilenced(this.call) ? words.silenced : null);
    if (text === null) return nothing;
    return html`<section data-floor=${this.ended === null ? 'silenced' : 'ended'}>
      <p>${icon(this.ended === null ? 'microphoneOff' : 'info')}<span>${text}</span></p>
    </section>`;
  }

  private renderScreen(words: FloorWords): TemplateResult | typeof nothing {
    const own = ownScreen(this.call);
    if (own?.status === 'accepted') {
      return html`<section data-screen="accepted"><p>${icon('share')}<span>${words.waitingForScreen}</span></p></section>`;
    }
    if (own?.status !== 'granted' || this.call.local.screen.on) return nothing;
    return html`<section data-screen="granted">
      <p>${icon('share')}<span>${words.screenGranted}</span></p>
      <button class="button yes" type="button" @click=${() => void this.commands.startScreenShare()}>${words.shareNow}</button>
    </section>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('call') as CallState | undefined;
    if (before === undefined) return;
    const own = ownSpeech(this.call);
    const was = ownSpeech(before)?.status;
    const hasEnded = own?.status === 'revoked' || own?.status === 'denied' || own?.status === 'cancelled';
    if (hasEnded && (was === 'accepted' || was === 'granted')) this.sayEnded(own);
    else if (!hasEnded) this.ended = null;
  }

  protected override updated(): void {
    this.keepTime();
    this.announce();
  }

  private sayEnded(own: OwnPlace): void {
    const words = floorWords(this.language);
    const isDenied = own.status === 'denied' && own.reason === 'chair';
    this.ended = isDenied ? words.denied : (own.reason === null ? null : words.ended[own.reason] ?? null);
    clearTimeout(this.endedTimer);
    this.endedTimer = setTimeout(() => { this.ended = null; }, ENDED_SHOWN_MS);
  }

  /** While a turn has an end, its time is drawn anew each second. */
  private keepTime(): void {
    const own = ownSpeech(this.call);
    const runs = own?.status === 'granted' && own.endsAt !== null;
    if (runs && this.ticking === undefined) this.ticking = setInterval(() => { this.requestUpdate(); }, TICK_MS);
    if (!runs) {
      clearInterval(this.ticking);
      this.ticking = undefined;
    }
  }

  /** Each state in one sentence, when it is another one; the seconds are not read out. */
  private announce(): void {
    const words = floorWords(this.language);
    const own = ownSpeech(this.call);
    const screen = ownScreen(this.call);
    let text = '';
    if (own?.status === 'granted') text = own.isEnding ? words.ending : this.call.local.microphone.on ? words.hold : words.holdClosed;
    else if (own?.status === 'accepted') text = waitingText(own, words);
    else if (this.ended !== null) text = this.ended;
    else if (isSilenced(this.call)) text = words.silenced;
    if (screen?.status === 'granted' && !this.call.local.screen.on) text = `${text} ${words.screenGranted}`.trim();
    if (text === this.announced) return;
    this.announced = text;
    const isUrgent = own?.status === 'granted' || this.ended !== null;
    if (text !== '') this.dispatchEvent(new AnnounceEvent(text, isUrgent ? 'assertive' : 'polite'));
  }
}

function waitingText(own: OwnPlace, words: FloorWords): string {
  return own.position === null ? words.waiting : words.waitingAt(own.position);
}
