/**
 * The way in: what the link leads to, asked at the page's beginning, and the PIN where the link brings no token. Decides
 * nothing of the call; the page is told by `EntranceListener`.
 */

import type { CallEnvironment } from './call-environment.js';
import type { Standing } from './call-state.js';
import type { Failure, PinState } from './call-types.js';
import { failureOf, lasting, linkFailure } from './failures.js';
import type { Memory } from './memory.js';
import type { GuestVisibility } from './protocol/messages.gen.js';
import { enterByPin } from './protocol/pin.js';
import { within } from './within.js';

/** Longer than an answer takes that comes at all; without one we join and say that nothing was told. */
const INVITATION_PATIENCE_MS = 3000;
/** Refusals of a PIN that another try may mend. */
const PIN_STATES: Readonly<Record<string, PinState['state']>> = {
  pin_required: 'ask',
  pin_wrong: 'wrong',
  pin_locked: 'locked',
  unreachable: 'unreachable',
};

export interface EntranceListener {
  standing(): Standing;
  set(change: Partial<Standing>): void;
  fail(cause: Failure): void;
  /** The PIN was right: the page is as if the link had brought a token. */
  onEntered(): Promise<void>;
}

export class Entrance {
  /** The screen before joining, with its sentence about who will see us, was passed over. */
  hasSkippedPrejoin = false;
  /** Ends when what the link leads to is known, or cannot be. */
  #invited: Promise<void> = Promise.resolve();
  #isSettled = false;

  constructor(
    private readonly environment: CallEnvironment,
    private readonly memory: Memory,
    private readonly page: EntranceListener,
  ) {}

  /** Joining is useless, by what is known without asking anybody; then it has failed. */
  isHopeless(): boolean {
    const { link, environmentFailure } = this.environment;
    const cause = linkFailure(link.roomId) ?? environmentFailure();
    if (cause) this.page.fail(cause);
    return cause !== null;
  }

  /** Asks what the link leads to. */
  open(): void {
    void this.#askLook();
    this.#invited = this.#ask().finally(() => {
      this.#isSettled = true;
    });
  }

  /** With an empty PIN: whether the room has one at all. */
  async tryPin(pin: string): Promise<void> {
    const { link, makeWire } = this.environment;
    this.page.set({ phase: 'pin', pin: { state: 'checking', waitsUntil: null } });
    const answer = await enterByPin(makeWire, link.roomId, pin);
    if ('token' in answer) {
      this.memory.openWith(answer.token);
      this.page.set({ phase: 'idle', pin: null });
      this.open();
      await this.page.onEntered();
      return;
    }
    const { code, retryAfter } = answer.refusal;
    const state = PIN_STATES[code];
    if (state === undefined) this.page.fail(failureOf(answer.refusal));
    else this.page.set({ pin: { state, waitsUntil: retryAfter === null ? null : Date.now() + retryAfter * 1000 } });
  }

  /** Where terms are demanded that were not accepted, or were others, the way in begins again, and shows them. */
  onRefused(code: string): void {
    if (code !== 'terms_not_accepted') return;
    this.hasSkippedPrejoin = false;
    this.memory.update({ terms: '' });
    this.page.set({ phase: 'idle', failure: null, acceptedTerms: '' });
    void this.#askLook().then(() => {
      const { look, phase } = this.page.standing();
      if (phase === 'idle' && !look?.terms) this.page.fail({ code: 'connectionFailed', retryable: true, retryAfterMs: null });
    });
  }

  /** Those that are shown now. */
  acceptTerms(): void {
    const terms = this.page.standing().look?.terms?.version ?? '';
    this.memory.update({ terms });
    this.page.set({ acceptedTerms: terms });
  }

  /** Who sees us is told before we join, and joining says that it was: waits for it, but not for ever. */
  async untilTold(): Promise<void> {
    if (!this.#isSettled) await within(this.#invited, INVITATION_PATIENCE_MS);
  }

  get isInstructor(): boolean {
    const { invitation } = this.page.standing();
    return invitation?.role === 'host' && invitation.mode === 'training';
  }

  /** Before joining, about who sees us: by the sentence there. A link that passes it over is enough for a meeting only. */
  get whatWasTold(): GuestVisibility | null {
    const { invitation } = this.page.standing();
    if (invitation === null || (this.hasSkippedPrejoin && invitation.mode === 'training')) return null;
    return invitation.guestVisibility;
  }

  /** Nothing waits for it: without an answer the page has our own look. */
  async #askLook(): Promise<void> {
    const look = await this.environment.askLook(this.memory.value.token);
    if (look !== null) this.page.set({ look });
  }

  /** A link that leads nowhere is told before anybody has typed his name. */
  async #ask(): Promise<void> {
    const { link, askInvitation } = this.environment;
    const { token, linkToken } = this.memory.value;
    if (link.roomId === '' || token === null) return;
    let asked = await askInvitation(link.roomId, token);
    // The newest token lives for minutes; who comes back after an hour still has his link.
    if (asked !== null && 'refusal' in asked && linkToken !== null && linkToken !== token) {
      asked = await askInvitation(link.roomId, linkToken);
    }
    if (!asked) return;
    const { phase, name } = this.page.standing();
    const mayStop = phase === 'idle' || phase === 'previewing';
    if ('refusal' in asked) {
      if (mayStop) this.page.fail(asked.refusal);
      return;
    }
    const { invitation } = asked;
    this.page.set({ invitation, name: invitation.name ?? name });
    if (mayStop && invitation.state === 'closed') this.page.fail(lasting('closed'));
  }
}
