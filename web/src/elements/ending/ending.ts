/** The end that comes, as a banner that counts down. A host can stop it, or move the closing time. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import type { Ending } from '../../protocol/messages.gen.js';
import { roomWords } from '../../text/rooms.js';
import type { Language } from '../../text/words.js';
import { AnnounceEvent } from '../announcer/announcer.js';
import '../banner/banner.js';

const EXTEND_S = 15 * 60;
const TICK_MS = 1000;

/** The sentence of a warning, from what is left. */
export function endingText(ending: Ending, nowMs: number, language: Language): string {
  const words = roomWords(language).ending;
  const left = Math.max(0, Math.ceil((ending.endsAt ?? 0) - nowMs / 1000));
  if (ending.cause === 'closingTime') return words.closing(Math.max(1, Math.round(left / 60)));
  return ending.cause === 'lastHost' ? words.withoutHost(left) : words.byHost(left);
}

@customElement('vdx-ending')
export class EndingElement extends LitElement {
  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  private ticking: ReturnType<typeof setInterval> | undefined;
  private said = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
    this.ticking = undefined;
  }

  private get ending(): Ending | null {
    const { ending } = this.call.documents;
    return ending === undefined || ending.cause === null ? null : ending;
  }

  override render(): TemplateResult | typeof nothing {
    const { ending } = this;
    if (ending === null) return nothing;
    const words = roomWords(this.language).ending;
    const isClosing = ending.cause === 'closingTime';
    const isHost = this.call.self?.role === 'host';
    return html`<vdx-banner
      .icon=${'info'}
      .text=${endingText(ending, Date.now(), this.language)}
      .action=${isHost ? (isClosing ? words.extend : words.keep) : ''}
      ?trouble=${!isClosing || ending.warning <= 120}
      @banneraction=${() => void this.commands.ask(isClosing ? { type: 'extendClosing', by: EXTEND_S } : { type: 'keepOpen' })}
    ></vdx-banner>`;
  }

  /** Said once for each warning; the counting is only shown. */
  protected override updated(): void {
    const { ending } = this;
    if (ending === null) {
      clearInterval(this.ticking);
      this.ticking = undefined;
      this.said = '';
      return;
    }
    this.ticking ??= setInterval(() => { this.requestUpdate(); }, TICK_MS);
    const key = `${String(ending.cause)} ${String(ending.endsAt)} ${String(ending.warning)}`;
    if (key === this.said) return;
    this.said = key;
    this.dispatchEvent(new AnnounceEvent(endingText(ending, Date.now(), this.language), 'assertive'));
  }
}
