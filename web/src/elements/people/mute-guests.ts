/**
 * All guests' microphones off, at once: noise cannot wait. Nobody's is ever opened from outside, so what takes it back is
 * asking those who were heard before to turn theirs on again.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import { buttons, reset } from '../../styles/shared.js';
import { hostWords } from '../../text/host.js';
import { roomWords } from '../../text/rooms.js';
import type { Language } from '../../text/words.js';
import { muteGuestsStyles } from './mute-guests.styles.js';

/** How long it can be taken back. */
export const OFFERED_MS = 20_000;

@customElement('vdx-mute-guests')
export class MuteGuests extends LitElement {
  static override styles = [reset, buttons, muteGuestsStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  /** Who was heard until then. */
  @state() private muted: readonly string[] = [];
  @state() private hasAsked = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  override render(): TemplateResult {
    const words = hostWords(this.language).undo;
    const count = this.muted.length;
    return html`<button class="button" type="button" data-action="mute-guests" @click=${this.mute}>
        ${roomWords(this.language).host.muteGuests}
      </button>
      <div role="status">
        ${count > 0 ? html`<p>${this.hasAsked ? words.asked : words.muted(count)}</p>` : nothing}
      </div>
      ${count > 0 && !this.hasAsked
        ? html`<button class="button" type="button" data-action="ask-again" @click=${this.askAgain}>${words.askAgain(count)}</button>`
        : nothing}`;
  }

  private readonly mute = (): void => {
    this.forget();
    this.muted = this.call.participants
      .filter((one) => one.role === 'guest' && !one.isFilm && !one.isSelf && one.microphoneOn)
      .map((one) => one.id);
    void this.commands.ask({ type: 'muteGuests' });
    this.timer = setTimeout(() => { this.forget(); }, OFFERED_MS);
  };

  private readonly askAgain = (): void => {
    const here = new Set(this.call.participants.filter((one) => one.connection === 'connected').map((one) => one.id));
    for (const participantId of this.muted) {
      if (here.has(participantId)) void this.commands.ask({ type: 'askToOpen', participantId, source: 'microphone' });
    }
    this.hasAsked = true;
    this.renderRoot.querySelector<HTMLElement>('[data-action=mute-guests]')?.focus();
  };

  private forget(): void {
    clearTimeout(this.timer);
    this.muted = [];
    this.hasAsked = false;
  }
}
