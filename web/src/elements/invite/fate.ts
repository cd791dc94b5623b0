/** What a host is told of messages, and when it is worth asking again. */

import type { MessageState, RoomMessage } from '../../protocol/room-messages.js';
import type { InviteProblem, InviteWords } from '../../text/invite.js';

/** A gateway is being asked: soon there is news. */
const SOON_MS = 2000;
/** It is on its way to a telephone that may be switched off, or nobody will ever report of it. */
const LATER_MS = 15000;

const MOVING: readonly MessageState[] = ['waiting', 'sending'];
const REPORTED_LATER: readonly MessageState[] = ['sent', 'uncertain'];
const LOST: readonly MessageState[] = ['failed', 'givenUp'];

/** Null: all have ended. `messages` null: nothing is known. */
export function askAgainMs(messages: readonly RoomMessage[] | null): number | null {
  if (messages === null) return LATER_MS;
  if (messages.some((one) => MOVING.includes(one.state))) return SOON_MS;
  return messages.some((one) => REPORTED_LATER.includes(one.state)) ? LATER_MS : null;
}

export function isLost(message: RoomMessage): boolean {
  return LOST.includes(message.state);
}

/** Said aloud: whose fate is another than before, or new. The first list is for the eyes. */
export function newsOf(before: readonly RoomMessage[] | null, now: readonly RoomMessage[], words: InviteWords): string {
  if (before === null) return '';
  const known = new Map(before.map((one) => [one.reference, one.state]));
  return now
    .filter((one) => known.get(one.reference) !== one.state)
    .map((one) => `${words.ending(digitsOf(one))}: ${words.state[one.state]}.`)
    .join(' ');
}

/** The last two of the number. */
export function digitsOf(message: RoomMessage): string {
  return message.to.slice(-2);
}

const PROBLEMS: Readonly<Record<string, InviteProblem>> = {
  validation_failed: 'number',
  sms_quota_spent: 'quota',
  too_many_messages: 'full',
  rate_limited: 'tooFast',
  sms_unavailable: 'unavailable',
  store_unavailable: 'unavailable',
  server_stopping: 'unavailable',
  server_busy: 'unavailable',
  meeting_over: 'over',
  meeting_unknown: 'unbooked',
  not_permitted: 'notYours',
  token_missing: 'notYours',
  token_invalid: 'notYours',
  token_expired: 'notYours',
  unreachable: 'unreachable',
};

export function problemOf(code: string): InviteProblem {
  return Object.hasOwn(PROBLEMS, code) ? (PROBLEMS[code] ?? 'other') : 'other';
}

/** Nothing that is typed changes it: there is no form. */
export function isLasting(problem: InviteProblem): boolean {
  return problem === 'unbooked' || problem === 'notYours';
}
