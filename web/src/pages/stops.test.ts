import { describe, expect, it } from 'vitest';
import type { CallState } from '../call-types.js';
import { IDLE } from './fixtures.js';
import { asksForRating, needsOtherBrowser, opensAt, rejoinEndsAt, REJOIN_MS } from './stops.js';

describe('joining again', () => {
  it('is offered for two minutes after leaving', () => {
    expect(REJOIN_MS).toBe(120_000);
    expect(rejoinEndsAt({ code: 'left', canRejoin: true, at: 1000 })).toBe(121_000);
  });
  it('has no end where nobody left of his own will', () => {
    expect(rejoinEndsAt({ code: 'lost', canRejoin: true, at: 1000 })).toBeNull();
  });
});

describe('a door that is not open yet', () => {
  const early = (retryAfterMs: number | null, invited: number | null): CallState => ({
    ...IDLE,
    phase: 'failed',
    failure: { code: 'notOpenYet', retryable: true, retryAfterMs },
    invitation: invited === null ? null : ({ opensAt: invited } as CallState['invitation']),
  });
  it.each([
    [60_000, 99_000, 61_000],
    [null, 99_000, 99_000],
    [500, null, 3000],
    [null, null, null],
  ])('with %j ms told and %j in the invitation opens at %j', (told, invited, expected) => {
    expect(opensAt(early(told, invited), 1000)).toBe(expected);
  });
  it('is no other stop', () => {
    expect(opensAt({ ...early(5, 5), failure: { code: 'roomFull', retryable: true, retryAfterMs: 5 } }, 0)).toBeNull();
  });
});

describe('the question after the call', () => {
  const ended = (code: 'left' | 'ended' | 'removed' | 'lost', wasInCall: boolean): CallState => ({
    ...IDLE,
    phase: 'ended',
    ended: { code, canRejoin: false, wasInCall },
  });
  it.each([
    ['left', true, true],
    ['ended', true, true],
    ['lost', true, true],
    ['removed', true, false],
    ['left', false, false],
  ] as const)('after %s with a seat %j: %j', (code, wasInCall, expected) => {
    expect(asksForRating(ended(code, wasInCall))).toBe(expected);
  });
});

it.each([
  ['inAppBrowser', true],
  ['unsupportedBrowser', true],
  ['insecureContext', false],
] as const)('%s leads to another browser: %j', (code, expected) => {
  expect(needsOtherBrowser({ ...IDLE, phase: 'failed', failure: { code, retryable: false, retryAfterMs: null } })).toBe(expected);
});
