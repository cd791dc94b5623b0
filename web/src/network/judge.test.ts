import { describe, expect, test } from 'vitest';
import type { NetworkWays } from './check.js';
import { GOOD_BPS, isProven, measure, readingOf, verdictOf, type Measured, type Reading } from './judge.js';

const OPEN: NetworkWays = { udp: true, tcp: true, tls: null };
const FINE: Measured = { roundTripMs: 40, lossRatio: 0.01, bps: 1_300_000 };

/** So many seconds of a way, a look each quarter. */
function carried(seconds: number, { bps = 1_300_000, lossUp = 0, lossDown = 0, fps = 15, roundTripMs = 40 as number | null, allowedBps = null as number | null, sentBps = null as number | null } = {}): Reading[] {
  const packetsPerS = bps / 8 / 1100;
  return Array.from({ length: seconds * 4 + 1 }, (_, at) => {
    const s = at / 4;
    return {
      atMs: 5000 + s * 1000,
      framesPainted: fps * s,
      framesSent: fps * s,
      packetsSent: packetsPerS * s,
      bytesSent: ((sentBps ?? bps) / 8) * s,
      allowedBps,
      lostUp: packetsPerS * s * lossUp,
      bytesBack: (bps / 8) * s,
      packetsBack: packetsPerS * s * (1 - lossDown),
      lostDown: packetsPerS * s * lossDown,
      roundTripMs,
    };
  });
}

describe('verdict', () => {
  test('is good at the thresholds that are told of it, and weak just beyond', () => {
    expect(verdictOf(OPEN, FINE)).toBe('good');
    expect(verdictOf(OPEN, { roundTripMs: 299, lossRatio: 0.049, bps: GOOD_BPS })).toBe('good');
    expect(verdictOf(OPEN, { ...FINE, roundTripMs: 300 })).toBe('weak');
    expect(verdictOf(OPEN, { ...FINE, lossRatio: 0.05 })).toBe('weak');
    expect(verdictOf(OPEN, { ...FINE, bps: GOOD_BPS - 1 })).toBe('weak');
  });

  test('chooses sound only where a picture would take its way, and never for a long round trip', () => {
    expect(verdictOf(OPEN, { ...FINE, bps: 199_000 })).toBe('soundOnly');
    expect(verdictOf(OPEN, { ...FINE, bps: 201_000 })).toBe('weak');
    expect(verdictOf(OPEN, { ...FINE, lossRatio: 0.13 })).toBe('soundOnly');
    expect(verdictOf(OPEN, { ...FINE, roundTripMs: 2500 })).toBe('weak');
  });

  test('is none when no way is open, and does not mind which one is', () => {
    expect(verdictOf({ udp: false, tcp: false, tls: null }, FINE)).toBe('none');
    expect(verdictOf({ udp: null, tcp: null, tls: null }, FINE)).toBe('none');
    expect(verdictOf({ udp: false, tcp: true, tls: null }, FINE)).toBe('good');
    expect(verdictOf({ udp: false, tcp: false, tls: true }, FINE)).toBe('good');
  });

  test('holds what is not known against nobody', () => {
    expect(verdictOf(OPEN, { roundTripMs: null, lossRatio: null, bps: null })).toBe('good');
  });
});

describe('measuring', () => {
  test('tells the rate, the worse loss and the middle round trip', () => {
    const { bps, lossRatio, roundTripMs } = measure(carried(3, { lossUp: 0.02, lossDown: 0.06 }));
    expect(bps).toBeCloseTo(1_300_000, -3);
    expect(lossRatio).toBeCloseTo(0.06, 2);
    expect(roundTripMs).toBe(40);
    expect(measure(carried(3, { lossUp: 0.08 })).lossRatio).toBeCloseTo(0.08, 2);
  });

  test('takes the best second, not the way up to it', () => {
    const [slow, fast] = [carried(2, { bps: 100_000 }), carried(2)];
    const end = slow.at(-1);
    const later = fast.slice(1).map((one) => ({ ...one, atMs: one.atMs + 2000, framesPainted: one.framesPainted + 30, bytesBack: one.bytesBack + (end?.bytesBack ?? 0) }));
    expect(measure([...slow, ...later]).bps).toBeCloseTo(1_300_000, -3);
  });

  test('forgets the loss of the first second, in which the browser looks for its rate', () => {
    const readings = carried(3).map((one, at) => ({ ...one, lostUp: at === 0 ? 0 : 30 }));
    expect(measure(readings).lossRatio).toBe(0);
  });

  test('does not blame the way for a device that paints too slowly, nor for too few packets', () => {
    expect(measure(carried(3, { fps: 4, bps: 120_000 })).bps).toBeNull();
    expect(measure(carried(3, { bps: 60_000, lossDown: 0.5 })).lossRatio).toBeNull();
    expect(measure([])).toEqual({ roundTripMs: null, lossRatio: null, bps: null });
    expect(measure(carried(3, { roundTripMs: null })).roundTripMs).toBeNull();
  });

  test('does not take the rate of a picture that needed no more for the rate of the way', () => {
    expect(measure(carried(3, { bps: 900_000, allowedBps: 1_200_000 })).bps).toBeNull();
    expect(measure(carried(3, { bps: 900_000, allowedBps: 950_000 })).bps).toBeCloseTo(900_000, -3);
    expect(measure(carried(3, { bps: 900_000, allowedBps: 1_200_000, sentBps: 1_200_000 })).bps).toBeCloseTo(900_000, -3);
  });

  test('does not call a way weak because a browser that tells nothing is still on its way up', () => {
    expect(measure(carried(3, { bps: 450_000 })).bps).toBeNull();
    expect(measure(carried(3, { bps: 250_000 })).bps).toBeCloseTo(250_000, -3);
    expect(measure(carried(3, { bps: 450_000, sentBps: 700_000 })).bps).toBeCloseTo(450_000, -3);
  });

  test('blames the way, and not the device, where the encoder leaves frames out for want of room', () => {
    const readings = carried(3, { bps: 150_000, allowedBps: 160_000 }).map((one) => ({ ...one, framesSent: one.framesSent / 5 }));
    expect(verdictOf(OPEN, measure(readings))).toBe('soundOnly');
  });

  test('says that nothing came back as a rate of nothing', () => {
    const readings = carried(3).map((one) => ({ ...one, bytesBack: 0, packetsBack: 0 }));
    expect(verdictOf(OPEN, measure(readings))).toBe('soundOnly');
  });

  test('stops early only when it is proven to be good', () => {
    expect(isProven(carried(1))).toBe(false);
    expect(isProven(carried(3))).toBe(true);
    expect(isProven(carried(3, { bps: 900_000, allowedBps: 950_000 }))).toBe(false);
    expect(isProven(carried(3, { bps: 900_000 }))).toBe(false);
    expect(isProven(carried(3, { lossDown: 0.2 }))).toBe(false);
  });
});

test('round trip is the reports’ where no answered check tells it', () => {
  const rows = [{ type: 'remote-inbound-rtp', kind: 'video', packetsLost: 0, roundTripTime: 0.4 }];
  expect(readingOf(rows, 0, 0).roundTripMs).toBe(400);
});

test('reading is of pictures and of the pair in use', () => {
  const rows = [
    { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.012 },
    { type: 'candidate-pair', nominated: false, state: 'succeeded', currentRoundTripTime: 9 },
    { type: 'outbound-rtp', kind: 'video', framesEncoded: 7, packetsSent: 70, bytesSent: 900, targetBitrate: 1e6 },
    { type: 'outbound-rtp', kind: 'audio', packetsSent: 999 },
    { type: 'remote-inbound-rtp', kind: 'video', packetsLost: -2 },
    { type: 'inbound-rtp', kind: 'video', bytesReceived: 500, packetsReceived: 50, packetsLost: 3 },
  ];
  expect(readingOf(rows, 8, 9)).toEqual({
    atMs: 8, framesPainted: 9, framesSent: 7, packetsSent: 70, bytesSent: 900, allowedBps: 1e6, lostUp: 0, bytesBack: 500, packetsBack: 50, lostDown: 3, roundTripMs: 12,
  });
});
