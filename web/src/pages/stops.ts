/** What a screen that stops you offers, and for how long. Pure. */

import type { CallState, EndCode, EndState, FailureCode } from '../call-types.js';

/** Who left by a slip comes back at once; who finds the tab an hour later is perhaps somebody else. */
export const REJOIN_MS = 120_000;
/** Never sooner than this after a "not yet": the two clocks differ. */
const SOONEST_MS = 2000;
/** So that not all who wait for the same door come in the same moment. */
export const SPREAD_MS = 1500;

/** Until when "join again" is offered after leaving; null: it does not end. */
export function rejoinEndsAt({ code, at }: EndState): number | null {
  return code === 'left' && at !== undefined ? at + REJOIN_MS : null;
}

/** When a door that is not open yet opens; null for other stops, or when nobody knows. `shownAt`: since when it is told. */
export function opensAt({ failure, invitation }: CallState, shownAt: number): number | null {
  if (failure?.code !== 'notOpenYet') return null;
  const told = failure.retryAfterMs === null ? null : shownAt + failure.retryAfterMs;
  const at = told ?? invitation?.opensAt ?? null;
  return at === null ? null : Math.max(at, shownAt + SOONEST_MS);
}

const ASKED: ReadonlySet<EndCode> = new Set(['left', 'ended', 'lost', 'tooSlow']);

/** Whether there was a call that one may be asked about. Whoever was sent away is not asked how he liked it. */
export function asksForRating({ phase, ended }: CallState): boolean {
  return phase === 'ended' && ended?.wasInCall === true && ASKED.has(ended.code);
}

const OTHER_BROWSER: ReadonlySet<FailureCode> = new Set(['inAppBrowser', 'unsupportedBrowser']);

/** The way out is another browser: the link is to be carried there. */
export function needsOtherBrowser({ phase, failure }: CallState): boolean {
  return phase === 'failed' && failure !== null && OTHER_BROWSER.has(failure.code);
}
