/**
 * The check itself, 8 s at most: which ways through the network are open, and what the best of them carries, to the real
 * relay and back.
 *
 *     0 s      UDP with a picture, TCP: the relay's own addresses
 *     1.2 s    where there is a TURN server: TLS, and what was not open by then
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

const TOTAL_MS = 8000;
/** Direct ways that are open are so by then, over any network that a call is good on. */
const DIRECT_MS = 1200;
/** A direct UDP that comes later than this is not waited for. */
const UDP_MS = 2500;
/** Until then a way may show that it is open: what is left is for measuring. */
const WAYS_MS = 6500;
const MEASURE_MS = 3500;
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
const CLOSED: Measured = { roundTripMs: null, lossRatio: null, bps: null };

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
  readonly #endMs = performance.now() + TOTAL_MS;
  readonly #lines: Line[] = [];
  readonly #noise: Noise | null;
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
    this.#lines.forEach((line) => line.close());
    this.#noise?.stop();
  }

  async run(): Promise<CheckResult | null> {
    const direct: readonly Way[] = [{ transport: 'udp', turn: false }, { transport: 'tcp', turn: false }];
    const began = performance.now();
    const left = (ms: number): number => Math.max(0, began + ms - performance.now());
    const lines = await this.#try(direct, true);
    if (lines === null) return null;
    const trials = lines.map(({ line, way }) => this.#watch(line, way, left(WAYS_MS)));
    const udp = lines.find(({ way }) => way.transport === 'udp')?.line;
    const udpOpens = udp?.isOpen(left(UDP_MS)) ?? Promise.resolve(false);
    const turned = this.#tryTurn(left(DIRECT_MS), () => left(WAYS_MS));
    let measured = CLOSED;
    if (udp !== undefined && (await udpOpens)) measured = await this.#measure(udp);
    else {
      await Promise.race([this.#anyOpen(left(WAYS_MS)), Promise.all([...trials, turned])]);
      const best = this.#best();
      if (best !== null) measured = await this.#measureBy(best);
    }
    // What is still being tried may show itself open in what is left of its time.
    await Promise.race([Promise.all([...trials, turned]), wait(left(WAYS_MS))]);
    if (this.signal.aborted) return null;
    const ways = this.#summary();
    return { ways, ...measured, verdict: verdictOf(ways, measured), tookMs: performance.now() - began };
  }

  /** Opens these in one echo; null: it was refused. `withPicture`: the first carries the picture. */
  async #try(ways: readonly Way[], withPicture: boolean): Promise<readonly { readonly line: Line; readonly way: Way }[] | null> {
    const lines = ways.map((way, index) => ({ way, line: this.#line(way, withPicture && index === 0 ? this.#tracks() : {}) }));
    const offers = await Promise.all(lines.map(({ line }) => line.offer()));
    const echo = await this.environment.ask(offers.map(({ sdp, sources }) => ({ sdp: withoutFeedback(sdp), sources })));
    if (typeof echo === 'string' || this.signal.aborted) return null;
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
    if (wanted.length === 0 || this.signal.aborted) return;
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

  async #measureBy(way: Way): Promise<Measured> {
    const lines = await this.#try([way], true);
    const line = lines?.[0]?.line;
    // It has shown that it is open, whatever becomes of the second connection.
    this.#ways.set(nameOf(way), { way, isOpen: true });
    return line !== undefined && (await line.isOpen(this.#endMs - performance.now())) ? this.#measure(line) : CLOSED;
  }

  async #measure(line: Line): Promise<Measured> {
    const end = Math.min(this.#endMs, performance.now() + MEASURE_MS);
    const readings: Reading[] = [];
    while (performance.now() < end && !this.signal.aborted) {
      const report = await line.getStats();
      const reading = readingOf(report.values() as Iterable<Readonly<Record<string, unknown>>>, performance.now(), this.#noise?.painted() ?? 0);
      // Nothing before the first frame has left: the handshake is no measure of a way.
      if (reading.framesSent > 0 && reading.packetsSent > 0) readings.push(reading);
      if (isProven(readings)) break;
      await wait(LOOK_MS);
    }
    // ICE found a way and no handshake came through it: nothing that one could talk over.
    return line.isConnected || readings.length > 0 ? measure(readings) : { ...CLOSED, bps: 0 };
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
