/**
 * From what a connection to the relay carried to one verdict. Pure.
 *
 * Good is what Daily calls good before a call: loss below 5 %, 300 ms there and back, 1.1 Mbit/s. Below 200 kbit/s the
 * smallest picture (150 kbit/s) takes the way of the sound (50), and beyond 12 % of loss the server itself advises to
 * switch the camera off (`conference/quality.py`). What is not known is held against nobody.
 */

import type { NetworkVerdict, NetworkWays } from './check.js';

export const GOOD_LOSS = 0.05;
export const GOOD_ROUND_TRIP_MS = 300;
export const GOOD_BPS = 1_100_000;
export const PICTURE_LOSS = 0.12;
export const PICTURE_BPS = 200_000;

/** Until the browser has found out how much it may send. */
const SETTLE_MS = 1000;
/** Loss is that of the end: what a browser loses while it looks for its rate it does not lose in a call. */
const LOSS_MS = 1500;
/** A rate is that of the best stretch at least so long. */
const STRETCH_MS = 1000;
/** Fewer packets say nothing about loss. */
const MIN_PACKETS = 20;
/** Fewer frames a second: the device could not paint them, so the rate is not the way's. */
const MIN_PAINTED_PER_S = 8;
/** What browsers begin with; who sends less has met the way's limit, who sends more may still be on the way up. */
const BEGIN_BPS = 300_000;
/** So much of what was sent is back: it was the picture that needed no more. The rest is still on its way. */
const ALL_BACK = 0.9;

/** One look at getStats(); the counts grow. */
export interface Reading {
  readonly atMs: number;
  /** Of the picture that is sent, before an encoder that has no room for them leaves some out. */
  readonly framesPainted: number;
  readonly framesSent: number;
  readonly packetsSent: number;
  readonly bytesSent: number;
  /** What the browser's congestion control gave the picture; null where it doesn't tell. */
  readonly allowedBps: number | null;
  /** Of the packets sent, as the relay says in its reports. */
  readonly lostUp: number;
  /** What of the own picture has come back. */
  readonly bytesBack: number;
  readonly packetsBack: number;
  readonly lostDown: number;
  readonly roundTripMs: number | null;
}

export interface Measured {
  readonly roundTripMs: number | null;
  readonly lossRatio: number | null;
  /** What came all the way round, bits per second; null: not measured. */
  readonly bps: number | null;
}

export function measure(readings: readonly Reading[]): Measured {
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined || first === last) return { roundTripMs: null, lossRatio: null, bps: null };
  const settled = readings.find(({ atMs }) => atMs - first.atMs >= SETTLE_MS) ?? first;
  const late = readings.find(({ atMs }) => atMs >= Math.max(settled.atMs, last.atMs - LOSS_MS)) ?? settled;
  const losses = [
    shareLost(last.lostUp - late.lostUp, last.packetsSent - late.packetsSent),
    shareLost(last.lostDown - late.lostDown, last.packetsBack - late.packetsBack + last.lostDown - late.lostDown),
  ].filter((loss) => loss !== null);
  const paintedPerS = ((last.framesPainted - settled.framesPainted) * 1000) / Math.max(1, last.atMs - settled.atMs);
  return {
    roundTripMs: median(readings.flatMap(({ roundTripMs }) => (roundTripMs === null ? [] : [roundTripMs]))),
    lossRatio: losses.length === 0 ? null : Math.max(...losses),
    bps: paintedPerS < MIN_PAINTED_PER_S ? null : rateOfWay(readings, settled, last),
  };
}

/** Null when the picture needed less than it was allowed, and all of it came back: then the way may carry more. */
function rateOfWay(readings: readonly Reading[], settled: Reading, last: Reading): number | null {
  const best = bestRate(readings);
  const isAllBack = last.bytesBack - settled.bytesBack >= ALL_BACK * (last.bytesSent - settled.bytesSent);
  if (best === null || best >= GOOD_BPS || !isAllBack) return best;
  // Firefox does not tell what it was allowed, and takes longer to find its rate than there is time.
  return last.allowedBps === null ? (best > BEGIN_BPS ? null : best) : last.allowedBps >= GOOD_BPS ? null : best;
}

/** What a way that is open is good for; where none is, there is nothing to measure. */
export function verdictOf(ways: NetworkWays, { roundTripMs, lossRatio, bps }: Measured): NetworkVerdict {
  if (ways.udp !== true && ways.tcp !== true && ways.tls !== true) return 'none';
  if ((lossRatio ?? 0) > PICTURE_LOSS || (bps ?? Infinity) < PICTURE_BPS) return 'soundOnly';
  const isGood = (lossRatio ?? 0) < GOOD_LOSS && (roundTripMs ?? 0) < GOOD_ROUND_TRIP_MS && (bps ?? Infinity) >= GOOD_BPS;
  return isGood ? 'good' : 'weak';
}

/** Whether going on could not make it better. */
export function isProven(readings: readonly Reading[]): boolean {
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < SETTLE_MS + STRETCH_MS) return false;
  const measured = measure(readings);
  return measured.lossRatio !== null && measured.bps !== null && measured.roundTripMs !== null && verdictOf({ udp: true, tcp: null, tls: null }, measured) === 'good';
}

type Row = Readonly<Record<string, unknown>>;

/** From the rows of getStats(), and how many frames were painted. */
export function readingOf(rows: Iterable<Row>, atMs: number, framesPainted: number): Reading {
  const reading = { atMs, framesPainted, framesSent: 0, packetsSent: 0, bytesSent: 0, lostUp: 0, bytesBack: 0, packetsBack: 0, lostDown: 0 };
  let roundTripMs: number | null = null;
  let reportedMs: number | null = null;
  let allowedBps: number | null = null;
  for (const row of rows) {
    const count = (name: string): number => (typeof row[name] === 'number' ? Math.max(0, row[name]) : 0);
    if (row['type'] === 'candidate-pair' && row['nominated'] === true && row['state'] === 'succeeded') {
      if (typeof row['currentRoundTripTime'] === 'number') roundTripMs = row['currentRoundTripTime'] * 1000;
    }
    if (row['kind'] !== 'video') continue;
    if (row['type'] === 'outbound-rtp') {
      reading.framesSent += count('framesEncoded');
      reading.packetsSent += count('packetsSent');
      reading.bytesSent += count('bytesSent');
      if (typeof row['targetBitrate'] === 'number') allowedBps = row['targetBitrate'];
    } else if (row['type'] === 'remote-inbound-rtp') {
      reading.lostUp += count('packetsLost');
      if (typeof row['roundTripTime'] === 'number') reportedMs = row['roundTripTime'] * 1000;
    } else if (row['type'] === 'inbound-rtp') {
      reading.bytesBack += count('bytesReceived');
      reading.packetsBack += count('packetsReceived');
      reading.lostDown += count('packetsLost');
    }
  }
  return { ...reading, roundTripMs: roundTripMs ?? reportedMs, allowedBps };
}

function bestRate(readings: readonly Reading[]): number | null {
  let best: number | null = null;
  let from = 0;
  for (const [to, end] of readings.entries()) {
    // The shortest stretch that ends here and is long enough.
    while (from + 1 < to && end.atMs - (readings[from + 1]?.atMs ?? end.atMs) >= STRETCH_MS) from += 1;
    const begin = readings[from];
    if (begin === undefined || end.atMs - begin.atMs < STRETCH_MS) continue;
    best = Math.max(best ?? 0, ((end.bytesBack - begin.bytesBack) * 8000) / (end.atMs - begin.atMs));
  }
  return best;
}

function shareLost(lost: number, all: number): number | null {
  return all < MIN_PACKETS ? null : Math.min(1, Math.max(0, lost) / all);
}

function median(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
