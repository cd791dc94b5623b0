/**
 * The check itself, 8 s at most: which ways through the network are open, and what the best of them carries, to the real
 * relay and back.
 *
 *     0 s      UDP with a picture, TCP: the relay's own addresses
 *     1.2 s    (after the server's answer) where there is a TURN server: TLS, and what was not open by then
 *     then     what comes back is measured on UDP; where it is closed, on the best way that is open
 *
 * A way that is only tried costs the server no handshake (`descriptions.ts`).
 */

import { browserPeerPlatform, type PeerPlatform } from '../media/peer.js';
import type { NetworkResult, NetworkWays } from './check.js';
import { hasCandidate, only, turnBy, withoutFeedback, withoutHandshake, withoutHaste, type IceServer } from './descriptions.js';
import { askEcho, type AskEcho } from './echo-requests.js';
import { isProven, measure, readingOf, verdictOf, type Measured, type Reading } from './judge.js';
import { Line, type LineTracks } from './line.js';
import { makeNoise, type Noise } from './noise.js';

/** 8 s with what a busy device takes to notice. */
const TOTAL_MS = 7800;
/** Direct ways that are open are so by then, over any network that a call is good on. */
const DIRECT_MS = 1200;
/** A direct UDP that comes later than this is not waited for. */
const UDP_MS = 2500;
/** Until then a way may show that it is open: what is left is for measuring. */
const WAYS_MS = 6500;
/** A good way is proven in 2 s; a browser that meets the limit of another takes longer to find its rate. */
const MEASURE_MS = 5000;
const LOOK_MS = 250;
/** The pictures' own share of the 1.1 Mbit/s and some more, so that a good way shows that it is one. */
const NOISE_BPS = 1_700_000;

export interface CheckResult extends NetworkResult, Measured {
  readonly tookMs: number;
}

export interface CheckEnvironment {
  readonly platform: PeerPlatform;
  readonly ask: AskEcho;
  readonly makeNoise: () => Noise | null;
}

const browserEnvironment: CheckEnvironment = { platform: browserPeerPlatform, ask: askEcho, makeNoise };
const UNKNOWN: Measured = { roundTripMs: null, lossRatio: null, bps: null };

type Transport = keyof NetworkWays;

/** A way: straight to the relay, or by a TURN server. */
interface Way {
  readonly transport: Transport;
  readonly turn: boolean;
}

/** Null when it could not be found out: refused, no answer, or given up by the signal. Never rejects but for faults of ours. */
export async function runCheck(signal: AbortSignal, environment: CheckEnvironment = browserEnvironment): Promise<CheckResult | null> {
  const check = new Check(environment, signal);
  try {
    return await check.run();
  } finally {
    check.close();
  }
}

class Check {
  readonly #beganMs = performance.now();
  readonly #endMs = this.#beganMs + TOTAL_MS;
  readonly #lines: Line[] = [];
  readonly #noise: Noise | null;
  readonly #readings: Reading[] = [];
  /** Null until it is done, and when there was no time. */
  #measured: Measured | null = null;
  #isClosed = false;
  #servers: readonly IceServer[] = [];
  /** What was tried, and what has shown to be open. */
  readonly #ways = new Map<string, { readonly way: Way; isOpen: boolean }>();

  constructor(
    private readonly environment: CheckEnvironment,
    private readonly signal: AbortSignal,
  ) {
    this.#noise = environment.makeNoise();
  }

  close(): void {
    this.#isClosed = true;
    this.#lines.forEach((line) => line.close());
    this.#noise?.stop();
  }

  /** Nobody waits for more. */
  get #isOver(): boolean {
    return this.#isClosed || this.signal.aborted;
  }

  /** When the time is over, with what is known by then. */
  async run(): Promise<CheckResult | null> {
    const found = await Promise.race([this.#find(), wait(TOTAL_MS).then(() => 'late' as const)]);
    if (found === 'refused' || this.signal.aborted || this.#ways.size === 0) return null;
    const ways = this.#summary();
    const measured = this.#measured ?? (this.#readings.length > 1 ? measure(this.#readings) : null);
    const isOpen = Object.values(ways).includes(true);
    // A way that is open and on which there was no time to measure anything is at least slow.
    const verdict = measured === null && isOpen ? 'weak' : verdictOf(ways, measured ?? UNKNOWN);
    return { ways, ...(measured ?? UNKNOWN), verdict, tookMs: performance.now() - this.#beganMs };
  }

  async #find(): Promise<'refused' | 'found'> {
    const lines = await this.#try([{ transport: 'udp', turn: false }, { transport: 'tcp', turn: false }], true);
    if (lines === null) return 'refused';
    const answered = performance.now();
    const left = (ms: number): number => Math.max(0, Math.min(answered + ms, this.#endMs) - performance.now());
    const trials = lines.map(({ line, way }) => this.#watch(line, way, left(WAYS_MS)));
    const udp = lines.find(({ way }) => way.transport === 'udp')?.line;
    const turned = this.#tryTurn(left(DIRECT_MS), () => left(WAYS_MS));
    if (udp !== undefined && (await udp.isOpen(left(UDP_MS)))) this.#measured = await this.#measure(udp);
    else {
      await Promise.race([this.#anyOpen(left(WAYS_MS)), Promise.all([...trials, turned])]);
      const best = this.#best();
      if (best !== null && !this.#isOver) this.#measured = await this.#measureBy(best);
    }
    // What is still being tried may show itself open in what is left of its time.
    await Promise.all([...trials, turned]);
    return 'found';
  }

  /** Opens these in one echo; null: it was refused. `withPicture`: the first carries the picture. */
  async #try(ways: readonly Way[], withPicture: boolean): Promise<readonly { readonly line: Line; readonly way: Way }[] | null> {
    const lines = ways.map((way, index) => ({ way, line: this.#line(way, withPicture && index === 0 ? this.#tracks() : {}) }));
    const offers = await Promise.all(lines.map(({ line }) => line.offer()));
    const echo = await this.environment.ask(offers.map(({ sdp, sources }) => ({ sdp: withoutFeedback(sdp), sources })));
    if (typeof echo === 'string' || this.#isOver) return null;
    this.#servers = echo.iceServers;
    const taken = lines.map(async (one, index) => {
      // A TURN server is reached by the way in question, and reaches the relay by UDP.
      const answer = only(one.way.turn || one.way.transport === 'udp' ? 'udp' : 'tcp', echo.answers[index] ?? '');
      if (!hasCandidate(answer)) return [];
      this.#ways.set(nameOf(one.way), { way: one.way, isOpen: false });
      await one.line.take(withPicture && index === 0 ? withoutHaste(answer) : withoutHandshake(answer));
      return [one];
    });
    return (await Promise.all(taken)).flat();
  }

  /** After the direct ways had their time: TLS, and what was not open. */
  async #tryTurn(afterMs: number, leftMs: () => number): Promise<void> {
    await wait(afterMs);
    const wanted = (['tls', 'udp', 'tcp'] as const).filter((transport) => {
      const isOpen = this.#ways.get(nameOf({ transport, turn: false }))?.isOpen ?? false;
      return !isOpen && turnBy(transport, this.#servers).length > 0;
    });
    if (wanted.length === 0 || this.#isOver) return;
    const lines = await this.#try(wanted.map((transport) => ({ transport, turn: true })), false);
    await Promise.all((lines ?? []).map(({ line, way }) => this.#watch(line, way, leftMs())));
  }

  async #watch(line: Line, way: Way, withinMs: number): Promise<void> {
    const isOpen = await line.isOpen(withinMs);
    const known = this.#ways.get(nameOf(way));
    if (known !== undefined) known.isOpen = isOpen;
  }

  async #anyOpen(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (this.#best() === null && performance.now() < end) await wait(LOOK_MS);
  }

  #best(): Way | null {
    const order: readonly Transport[] = ['udp', 'tcp', 'tls'];
    const open = [...this.#ways.values()].filter(({ isOpen }) => isOpen).map(({ way }) => way);
    return open.sort((a, b) => order.indexOf(a.transport) - order.indexOf(b.transport) || Number(a.turn) - Number(b.turn))[0] ?? null;
  }

  async #measureBy(way: Way): Promise<Measured | null> {
    const lines = await this.#try([way], true);
    const line = lines?.[0]?.line;
    // It has shown that it is open, whatever becomes of the second connection.
    this.#ways.set(nameOf(way), { way, isOpen: true });
    return line !== undefined && (await line.isOpen(this.#endMs - performance.now())) ? this.#measure(line) : null;
  }

  async #measure(line: Line): Promise<Measured> {
    const end = Math.min(this.#endMs, performance.now() + MEASURE_MS);
    const readings = this.#readings;
    while (performance.now() < end && !this.#isOver) {
      const report = await line.getStats();
      const reading = readingOf(report.values() as Iterable<Readonly<Record<string, unknown>>>, performance.now(), this.#noise?.painted() ?? 0);
      // Nothing before the first frame has left: the handshake is no measure of a way.
      if (reading.framesSent > 0 && reading.packetsSent > 0) readings.push(reading);
      if (isProven(readings)) break;
      await wait(LOOK_MS);
    }
    // ICE found a way and no handshake came through it: nothing that one could talk over.
    return line.isConnected || readings.length > 0 ? measure(readings) : { ...UNKNOWN, bps: 0 };
  }

  #line({ transport, turn }: Way, tracks: LineTracks): Line {
    const configuration: RTCConfiguration = turn ? { iceServers: turnBy(transport, this.#servers), iceTransportPolicy: 'relay' } : {};
    const line = new Line(configuration, tracks, this.environment.platform);
    this.#lines.push(line);
    return line;
  }

  #tracks(): LineTracks {
    return { camera: this.#noise?.track ?? null, maxBitrate: NOISE_BPS };
  }

  #summary(): NetworkWays {
    const of = (transport: Transport): boolean | null => {
      const tried = [...this.#ways.values()].filter(({ way }) => way.transport === transport);
      return tried.length === 0 ? null : tried.some(({ isOpen }) => isOpen);
    };
    return { udp: of('udp'), tcp: of('tcp'), tls: of('tls') };
  }
}

function nameOf({ transport, turn }: Way): string {
  return turn ? `turn ${transport}` : transport;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
