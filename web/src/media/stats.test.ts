import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Judge, StatsWatch, isBusy, isWeak, lookAt, type Look } from './stats.js';

const look = (change: Partial<Look> = {}): Look => ({ received: 0, lost: 0, uplinkLoss: 0, roundTripS: 0.05, came: 1, isHeldBack: false, decoded: 0, decodeS: 0, ...change });

describe('lookAt', () => {
  it('sums received audio and takes the worst report of our own', () => {
    expect(
      lookAt([
        { type: 'inbound-rtp', kind: 'audio', packetsReceived: 90, packetsLost: 3 },
        { type: 'inbound-rtp', kind: 'audio', packetsReceived: 10, packetsLost: 1 },
        { type: 'inbound-rtp', kind: 'video', packetsReceived: 1000, packetsLost: 500, framesDecoded: 40, totalDecodeTime: 0.5 },
        { type: 'inbound-rtp', kind: 'video', framesDecoded: 10, totalDecodeTime: 0.25 },
        { type: 'outbound-rtp', kind: 'video', active: true, qualityLimitationReason: 'bandwidth' },
        { type: 'outbound-rtp', kind: 'video', active: false, qualityLimitationReason: 'cpu' },
        { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.02 },
        { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.2, bytesReceived: 5000, responsesReceived: 7 },
        { type: 'candidate-pair', nominated: false, state: 'in-progress', currentRoundTripTime: 9, bytesReceived: 9 },
      ]),
    ).toEqual({ received: 100, lost: 4, uplinkLoss: 0.02, roundTripS: 0.2, came: 5016, isHeldBack: false, decoded: 50, decodeS: 0.75 });
  });

  it('reads nothing from nothing', () => {
    const nothing = { received: 0, lost: 0, uplinkLoss: 0, roundTripS: null, came: 0, isHeldBack: false, decoded: 0, decodeS: 0 };
    expect(lookAt([{ type: 'inbound-rtp', kind: 'audio' }])).toEqual(nothing);
  });

  it('sees that the browser sends less for want of processor', () => {
    expect(lookAt([{ type: 'outbound-rtp', kind: 'video', qualityLimitationReason: 'cpu' }]).isHeldBack).toBe(true);
    expect(lookAt([{ type: 'outbound-rtp', kind: 'audio', qualityLimitationReason: 'cpu' }]).isHeldBack).toBe(false);
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

describe('isBusy', () => {
  it.each([
    ['all well', {}, 0, false],
    ['less sent for want of processor', { isHeldBack: true }, 0, true],
    ['pictures decoded in time', { decoded: 60, decodeS: 0.6 }, 0, false],
    ['pictures decoded more slowly than they come', { decoded: 60, decodeS: 3 }, 0, true],
    ['few pictures, slowly', { decoded: 3, decodeS: 3 }, 0, false],
    ['a bad way beside it', { isHeldBack: true, received: 90, lost: 10 }, 0, false],
    ['a bad way alone', { received: 90, lost: 10 }, 100, false],
    ['a page that is late itself, whatever it measures', { roundTripS: 0.7 }, 900, true],
  ] as const)('with %s', (_name, change, lateMs, expected) => {
    expect(isBusy(look(), look(change), lateMs)).toBe(expected);
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

  it('tells the busy device from the weak way, each when it lasts', async () => {
    const rows = { sound: { type: 'inbound-rtp', kind: 'audio', packetsReceived: 0, packetsLost: 0 }, sent: { type: 'outbound-rtp', kind: 'video', qualityLimitationReason: 'cpu' } };
    const told: string[] = [];
    const watch = new StatsWatch(
      () => Promise.resolve(new Map(Object.entries(rows)) as never),
      ({ isWeak: weak, isDeviceBusy }) => told.push(weak ? 'way' : isDeviceBusy ? 'device' : 'well'),
      () => undefined,
    );
    watch.start();
    for (let look = 0; look < 4; look++) await vi.advanceTimersByTimeAsync(2000);
    rows.sent.qualityLimitationReason = 'bandwidth';
    for (let look = 0; look < 4; look++) {
      rows.sound.packetsReceived += 100;
      rows.sound.packetsLost += 20;
      await vi.advanceTimersByTimeAsync(2000);
    }
    watch.stop();
    expect(told).toEqual(['well', 'device', 'device', 'device', 'way', 'way', 'way']);
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
