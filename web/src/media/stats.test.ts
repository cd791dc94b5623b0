import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Judge, StatsWatch, isWeak, lookAt, type Look } from './stats.js';

const look = (change: Partial<Look> = {}): Look => ({ received: 0, lost: 0, uplinkLoss: 0, roundTripS: 0.05, came: 1, ...change });

describe('lookAt', () => {
  it('sums received audio and takes the worst report of our own', () => {
    expect(
      lookAt([
        { type: 'inbound-rtp', kind: 'audio', packetsReceived: 90, packetsLost: 3 },
        { type: 'inbound-rtp', kind: 'audio', packetsReceived: 10, packetsLost: 1 },
        { type: 'inbound-rtp', kind: 'video', packetsReceived: 1000, packetsLost: 500 },
        { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.02 },
        { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.2, bytesReceived: 5000, responsesReceived: 7 },
        { type: 'candidate-pair', nominated: false, state: 'in-progress', currentRoundTripTime: 9, bytesReceived: 9 },
      ]),
    ).toEqual({ received: 100, lost: 4, uplinkLoss: 0.02, roundTripS: 0.2, came: 5016 });
  });

  it('reads nothing from nothing', () => {
    const nothing = { received: 0, lost: 0, uplinkLoss: 0, roundTripS: null, came: 0 };
    expect(lookAt([{ type: 'inbound-rtp', kind: 'audio' }])).toEqual(nothing);
  });
});

describe('isWeak', () => {
  it.each([
    ['nothing lost', { received: 100 }, false],
    ['one in ten lost', { received: 90, lost: 10 }, true],
    ['much lost of nearly nothing', { received: 5, lost: 5 }, false],
    ['loss of what we send', { received: 100, uplinkLoss: 0.1 }, true],
    ['a long way', { received: 100, roundTripS: 0.7 }, true],
    ['an unknown way', { received: 100, roundTripS: null }, false],
    ['late packets that make the count smaller', { received: 100, lost: -3 }, false],
  ] as const)('with %s', (_name, change, expected) => {
    expect(isWeak(look(), look(change))).toBe(expected);
  });
});

describe('Judge', () => {
  it('believes what lasts', () => {
    const judge = new Judge();
    const weak = [true, false, true, true, false, true, false, false, false].map((one) => judge.next(one));
    expect(weak).toEqual([false, false, false, true, true, true, true, true, false]);
  });
});

describe('a watch', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells once that nothing comes any more, and again after something has come', async () => {
    let came = 0;
    let silences = 0;
    const report = (): RTCStatsReport =>
      new Map([['p', { type: 'candidate-pair', nominated: true, state: 'succeeded', bytesReceived: came }]]) as never;
    const watch = new StatsWatch(
      () => Promise.resolve(report()),
      () => undefined,
      () => (silences += 1),
    );
    watch.start();
    const told: [number, boolean][] = [];
    for (const bytes of [0, 0, 100, 200, 200, 200, 300, 300]) {
      came = bytes;
      await vi.advanceTimersByTimeAsync(2000);
      told.push([silences, watch.isSilent]);
    }
    watch.stop();
    const before = [0, false];
    expect(told).toEqual([before, before, before, before, [1, true], [1, true], [1, false], [2, true]]);
    expect(watch.isSilent).toBe(false);
  });
});
