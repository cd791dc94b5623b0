/**
 * Who has the word, for a layout with one large picture: the loudest, once he has been it long enough. A cough or a
 * "yes" doesn't move the pictures, and silence keeps the last speaker.
 */

import type { Speaker } from '../protocol/messages.gen.js';

/** How long somebody must be the loudest before he takes over; a guess between calm and late. */
const TAKEOVER_MS = 1500;

export interface Dominance {
  readonly current: string | null;
  readonly challenger: string | null;
  /** When the challenger became the loudest, ms. */
  readonly since: number;
}

export const NOBODY: Dominance = { current: null, challenger: null, since: 0 };

/** `speakers` loudest first. Must also be asked while nothing changes (a timer), or a steady challenger waits for ever. */
export function nextDominance(
  before: Dominance,
  speakers: readonly Speaker[],
  selfId: string,
  nowMs: number,
): Dominance {
  const loudest = speakers.find((speaker) => speaker.participantId !== selfId)?.participantId ?? null;
  if (loudest === null || loudest === before.current) {
    return before.challenger === null ? before : { ...before, challenger: null };
  }
  if (before.current === null) return { current: loudest, challenger: null, since: nowMs };
  if (loudest !== before.challenger) return { ...before, challenger: loudest, since: nowMs };
  return nowMs - before.since >= TAKEOVER_MS ? { current: loudest, challenger: null, since: nowMs } : before;
}

/** One who has left doesn't have the word. */
export function withoutParticipant(before: Dominance, participantIds: ReadonlySet<string>): Dominance {
  const current = before.current !== null && participantIds.has(before.current) ? before.current : null;
  const challenger = before.challenger !== null && participantIds.has(before.challenger) ? before.challenger : null;
  return current === before.current && challenger === before.challenger ? before : { ...before, current, challenger };
}
