/** How many messages nobody has looked at yet, and what is to be read aloud of them: one sentence for a burst. */

import type { CallState } from '../../call-types.js';
import type { Message } from '../../conference/words.js';
import type { WrittenText } from '../../text/written.js';

/** Between two sentences about new messages. */
export const QUIET_MS = 3000;

export class Unread {
  #seen = 0;
  #said = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** `isOpen`: the messages are in view. */
  count(messages: readonly Message[], isOpen: boolean): number {
    if (isOpen) this.#seen = messages.at(-1)?.number ?? 0;
    return messages.filter((one) => !one.isOwn && one.number > this.#seen).length;
  }

  /** To be read aloud now; null: nothing, or a sentence was said a moment ago (ask again after `QUIET_MS`). */
  sentence(messages: readonly Message[], words: WrittenText, nowMs: number): string | null {
    const fresh = messages.filter((one) => !one.isOwn && one.number > Math.max(this.#seen, this.#said));
    const newest = fresh.at(-1);
    if (newest === undefined || nowMs < this.#lastMs + QUIET_MS) return null;
    this.#said = newest.number;
    this.#lastMs = nowMs;
    return fresh.length === 1 ? words.newFrom(newest.name) : words.newFromSeveral(fresh.length);
  }
}

/** Where the badge of the chat's own button cannot be seen: a host's phone, and a guest who has something else in its place. */
export function isChatUnderMore(call: CallState, hasFloor: boolean): boolean {
  return call.self?.role === 'host' ? matchMedia('(max-width: 53.75em)').matches : hasFloor;
}
