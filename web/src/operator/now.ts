/** What the server says of itself, and what follows from two answers: rates and shares, and their last two minutes. Pure. */

export interface RoomNow {
  readonly room: string;
  readonly hosts: number;
  readonly guests: number;
  readonly waiting: number;
  readonly weak: number;
  readonly sources: number;
  readonly ageS: number;
}

export interface Problem {
  readonly at: number;
  readonly what: string;
  readonly how: string;
  readonly room: string;
}

export interface Bound {
  readonly name: string;
  readonly total: number;
}

export interface Now {
  readonly version: string;
  readonly uptimeS: number;
  readonly at: number;
  readonly roomsOpen: number;
  readonly calls: number;
  readonly hosts: number;
  readonly guests: number;
  readonly waiting: number;
  readonly byTransport: Readonly<Record<'udp' | 'tcp' | 'turn' | 'none', number>>;
  readonly qualities: Readonly<Record<'good' | 'weak' | 'lost', number>>;
  readonly loopLagMs: number;
  readonly worstLoopLagMs: number;
  readonly signallingCpuS: number;
  readonly workers: readonly { readonly cpuS: number; readonly peers: number }[];
  readonly packets: Readonly<Record<'audioIn' | 'audioOut' | 'videoIn' | 'videoOut' | 'bytesIn' | 'bytesOut' | 'rejected', number>>;
  readonly rooms: readonly RoomNow[];
  readonly problems: readonly Problem[];
  readonly bounds: readonly Bound[];
  readonly degraded: readonly string[];
  readonly drain: { readonly isDraining: boolean; readonly deadline: number | null; readonly canUndo: boolean };
}

/** Of the time between two answers. */
export interface Rates {
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly mbpsIn: number;
  readonly mbpsOut: number;
  readonly rejected: number;
  /** Shares of a core. */
  readonly signalling: number;
  readonly workers: readonly number[];
  /** Bounds that were hit meanwhile. */
  readonly bounds: Readonly<Record<string, number>>;
}

/** Null: they are not of one run of the server, or of the same moment. */
export function ratesOf(before: Now, now: Now): Rates | null {
  const seconds = now.at - before.at;
  if (seconds <= 0 || now.uptimeS < before.uptimeS) return null;
  const per = (was: number, is: number): number => Math.max(0, is - was) / seconds;
  const { packets: was } = before;
  const { packets: is } = now;
  const known = new Map(before.bounds.map(({ name, total }) => [name, total]));
  return {
    packetsIn: per(was.audioIn + was.videoIn, is.audioIn + is.videoIn),
    packetsOut: per(was.audioOut + was.videoOut, is.audioOut + is.videoOut),
    mbpsIn: (8 * per(was.bytesIn, is.bytesIn)) / 1e6,
    mbpsOut: (8 * per(was.bytesOut, is.bytesOut)) / 1e6,
    rejected: per(was.rejected, is.rejected),
    signalling: per(before.signallingCpuS, now.signallingCpuS),
    workers: now.workers.map(({ cpuS }, index) => per(before.workers[index]?.cpuS ?? cpuS, cpuS)),
    bounds: Object.fromEntries(
      now.bounds.map(({ name, total }) => [name, total - (known.get(name) ?? 0)] as const).filter(([, more]) => more > 0),
    ),
  };
}

export const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);

/** Two minutes at one answer each 2 s. */
export const KEPT = 60;

export const TRENDS = ['people', 'calls', 'waiting', 'lag', 'packetsIn', 'packetsOut', 'signalling', 'relay'] as const;
export type Trend = (typeof TRENDS)[number];
export type Trends = Readonly<Record<Trend, readonly number[]>>;

export const NO_TRENDS: Trends = Object.fromEntries(TRENDS.map((name) => [name, []])) as unknown as Trends;

export function withTrend(trends: Trends, now: Now, rates: Rates | null): Trends {
  const latest: Readonly<Record<Trend, number | null>> = {
    people: now.hosts + now.guests,
    calls: now.calls,
    waiting: now.waiting,
    lag: now.loopLagMs,
    packetsIn: rates?.packetsIn ?? null,
    packetsOut: rates?.packetsOut ?? null,
    signalling: rates?.signalling ?? null,
    relay: rates === null ? null : sum(rates.workers),
  };
  return Object.fromEntries(
    TRENDS.map((name) => {
      const value = latest[name];
      return [name, value === null ? trends[name] : [...trends[name], value].slice(-KEPT)];
    }),
  ) as unknown as Trends;
}

/** The points of a line in a box of this size, the newest at the right; '' for fewer than two values. */
export function linePoints(values: readonly number[], width: number, height: number): string {
  if (values.length < 2) return '';
  const top = Math.max(...values, Number.MIN_VALUE);
  const step = width / (KEPT - 1);
  const left = width - step * (values.length - 1);
  return values.map((value, index) => `${(left + index * step).toFixed(1)},${(height - (value / top) * height).toFixed(1)}`).join(' ');
}

/** As `3 d 4 h`, `2 h 5 min`, `7 min`, `12 s`: the two largest. */
export function ageText(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first === 2 ? 3 : first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${String(count)} ${unit}`).join(' ');
}
