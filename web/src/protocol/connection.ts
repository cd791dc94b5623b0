/**
 * Keeps a seat in the room through cuts of the signalling: connect, join, and after a loss connect and resume, for as
 * long as there is hope. Media is none of its business; it only passes on whether the server still has it.
 *
 *     closed ──open()──▶ connecting ──onOpen──▶ joining ──joined|resumed──▶ seated
 *                                              ▲     └──waiting──▶ inLobby ◀──waiting──┘ seated
 *                                              └──────admitted──────┘
 *                          ▲   │                  │                          │
 *                          │   └──lost, transient refusal──▶ waiting ◀──lost─┘
 *                          └───────── ladder of delays ──────────┘
 *     any ──final refusal, `ended`, give up──▶ over            any ──close()──▶ closed
 */

import { UNREACHABLE, type Wire, type WireListener } from './wire.js';
import {
  PROTOCOL_VERSION,
  type Answer,
  type ClientMessage,
  type EndReason,
  type Failure,
  type Join,
  type Joined,
  type Resumed,
  type ServerEvent,
  type Waiting,
} from './messages.gen.js';

const LADDER_MS = [200, 500, 1000, 2000, 4000, 5000] as const;
/**
 * How long an attempt of who comes back may take: shorter than the first, so that packets which a dead way swallowed are
 * sent anew soon after it lives (TCP repeats its first after 1, 3 and 7 s).
 */
const RETURN_TIMEOUT_MS = 5000;
/** An attempt that ended later than this was not refused: nothing came back. */
const SILENT_AFTER_MS = 3000;
/** After such a one; the ladder spares a server that refuses, and there is none to spare. */
const SILENT_DELAY_MS = 1000;
/** Before the first seat: what a person waits for a button; then `connectionFailed`. */
const FIRST_PATIENCE_MS = 20_000;
/** With a seat: as long as somebody may sit in a tunnel with the page open. */
const SEATED_PATIENCE_MS = 10 * 60_000;
const JOIN_TIMEOUT_MS = 10_000;
const COMMAND_TIMEOUT_MS = 10_000;
/** Asked only when something else says that the way may be gone, so it need not wait for a slow one. */
const PROBE_TIMEOUT_MS = 2000;
/**
 * Who did not acknowledge in time had a way that stood still (TCP backs off for longer than that when a fifth is lost), and
 * sound and pictures, which go by UDP, may never have stopped: he comes back. Twice within this, and he is too slow himself.
 */
const TOO_SLOW_AGAIN_MS = 60_000;
/** Refusals which pass by themselves. */
const TRANSIENT = new Set(['rate_limited', 'server_busy', 'server_stopping', 'media_busy', 'internal', 'unreachable']);

/** What is needed to come back; kept by the caller so that it survives a reload. */
export interface Credentials {
  /** The link's: a token for another room is refused. */
  readonly room: string;
  /** The newest. */
  readonly token: string;
  /** The link's own, which may live longer than one that was to be renewed; null: there was none. */
  readonly linkToken: string | null;
  readonly session: string | null;
  readonly sequence: number;
}

export type Over =
  | { readonly kind: 'refused'; readonly failure: Failure; readonly wasSeated: boolean }
  | { readonly kind: 'ended'; readonly reason: EndReason; readonly canRejoin: boolean };

export interface ConnectionListener {
  /** A whole new snapshot: at first, and when what was missed is gone. */
  onJoined(joined: Joined): void;
  onResumed(resumed: Resumed): void;
  onEvent(event: Exclude<ServerEvent, { type: 'ended' | 'waiting' | 'admitted' }>): void;
  /** In the lobby: at first, when the reason or what a host says is another, or instead of the seat. */
  onWaiting(waiting: Waiting): void;
  /** Seated or in the lobby, but cut off; it tries by itself to come back. */
  onLost(): void;
  /** The last call. */
  onOver(over: Over): void;
}

type Phase = 'closed' | 'connecting' | 'joining' | 'inLobby' | 'seated' | 'waiting' | 'over';

export class Connection implements WireListener {
  #phase: Phase = 'closed';
  #wasSeated = false;
  #rung = 0;
  #patienceEndsMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait: { until: number } | null = null;
  #attemptedAtMs = 0;
  /** The newest token has expired while we were away. */
  #triesLink = false;
  /** The server has said that it goes down: its end of the conference is none. */
  #isStopping = false;
  #tooSlowAtMs = -Infinity;
  readonly #wire: Wire;

  constructor(
    makeWire: (listener: WireListener) => Wire,
    private readonly listener: ConnectionListener,
    private readonly credentials: () => Credentials,
    private readonly seat: () => Pick<Join, 'name' | 'videoSlots' | 'knowsWhoSees' | 'acceptsTerms' | 'expectsWeak'>,
    private readonly random: () => number = Math.random,
  ) {
    this.#wire = makeWire(this);
  }

  get isSeated(): boolean {
    return this.#phase === 'seated';
  }

  /** Begin, or begin again after the end. */
  open(): void {
    this.#wasSeated = this.#triesLink = false;
    this.#tooSlowAtMs = -Infinity;
    this.#rung = 0;
    this.#patienceEndsMs = Date.now() + FIRST_PATIENCE_MS;
    this.#connect();
  }

  close(): void {
    this.#phase = 'closed';
    clearTimeout(this.#timer);
    this.#wire.close();
  }

  /** Never rejects: without a way to the server, or without an answer in time, the answer is a failure `unreachable`. */
  command(message: Exclude<ClientMessage, Join>, timeoutMs: number = COMMAND_TIMEOUT_MS): Promise<Answer> {
    const isLeaving = message.type === 'leave' && this.#phase === 'inLobby';
    if (this.#phase !== 'seated' && !isLeaving) return Promise.resolve(UNREACHABLE);
    return new Promise((resolve) => {
      this.#wire.request(message, timeoutMs, (answer) => resolve(answer ?? UNREACHABLE));
    });
  }

  /** The network may have changed: look at once whether the way is still there. */
  probe(): void {
    if (this.#phase === 'waiting') {
      this.#rung = 0;
      this.#connect();
    } else if (this.#phase === 'seated') {
      this.#wire.request({ type: 'setTiles', tiles: [] }, PROBE_TIMEOUT_MS, (answer) => {
        if (answer === null && this.#phase === 'seated') {
          this.#wire.close();
          this.#lose(0);
        }
      });
    }
  }

  // ── the wire's calls ──────────────────────────────────────────────────────────────────────────────────────────────

  onOpen(): void {
    this.#join();
  }

  #join(): void {
    this.#phase = 'joining';
    const { session, sequence } = this.credentials();
    const join: Join = { type: 'join', ...this.seat(), resume: session === null ? null : { session, sequence } };
    this.#wire.request(join, JOIN_TIMEOUT_MS, (answer) => this.#onJoinAnswer(answer));
  }

  onRefused(failure: Failure): void {
    this.#refuse(failure);
  }

  onLost(): void {
    this.#lose(null);
  }

  onEvents(events: readonly ServerEvent[]): void {
    for (const event of events) {
      if (this.#phase !== 'seated' && this.#phase !== 'joining' && this.#phase !== 'inLobby') return;
      if (event.type === 'ended' && event.canRejoin && this.#comesBackAfter(event.reason)) {
        this.#wire.close();
        this.#lose(null);
        return;
      }
      if (event.type === 'ended') {
        this.#finish({ kind: 'ended', reason: event.reason, canRejoin: event.canRejoin });
        return;
      }
      if (event.type === 'stopping') {
        this.#isStopping = true;
        this.#wait = { until: Date.now() + event.reconnectAfter * 1000 };
      }
      if (event.type === 'waiting') this.#waitInLobby(event);
      else if (event.type === 'admitted') {
        if (this.#phase === 'inLobby') this.#join();
      } else this.listener.onEvent(event);
    }
  }

  /** Whether this end is none: the seat is still there, and is taken again without a word to the person. */
  #comesBackAfter(reason: EndReason): boolean {
    if (reason === 'ended') return this.#isStopping;
    if (reason !== 'tooSlow') return false;
    const before = this.#tooSlowAtMs;
    this.#tooSlowAtMs = Date.now();
    return this.#tooSlowAtMs - before > TOO_SLOW_AGAIN_MS;
  }

  #waitInLobby(waiting: Waiting): void {
    this.#phase = 'inLobby';
    this.#triesLink = false;
    this.#wasSeated = true;
    this.#rung = 0;
    this.listener.onWaiting(waiting);
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #connect(): void {
    clearTimeout(this.#timer);
    this.#phase = 'connecting';
    this.#isStopping = false;
    this.#attemptedAtMs = Date.now();
    const { room, token, linkToken } = this.credentials();
    const hello = { protocol: PROTOCOL_VERSION, token: this.#triesLink ? (linkToken ?? token) : token, room };
    this.#wire.open(hello, this.#wasSeated ? RETURN_TIMEOUT_MS : undefined);
  }

  #onJoinAnswer(answer: Answer | null): void {
    if (this.#phase !== 'joining') return;
    if (answer?.type === 'joined' || answer?.type === 'resumed') {
      this.#phase = 'seated';
      this.#triesLink = false;
      this.#wasSeated = true;
      this.#rung = 0;
      if (answer.type === 'joined') this.listener.onJoined(answer);
      else this.listener.onResumed(answer);
    } else if (answer?.type === 'waiting') {
      this.#waitInLobby(answer);
    } else if (answer?.type === 'error') {
      this.#wire.close();
      this.#refuse(answer);
    } else {
      this.#wire.close();
      this.#lose(null);
    }
  }

  #refuse(failure: Failure): void {
    if (this.#phase === 'closed' || this.#phase === 'over') return;
    const { token, linkToken } = this.credentials();
    if (failure.code === 'token_expired' && !this.#triesLink && linkToken !== null && linkToken !== token) {
      this.#triesLink = true;
      this.#lose(0, failure);
    } else if (TRANSIENT.has(failure.code)) {
      this.#lose(failure.retryAfter === null ? null : failure.retryAfter * 1000, failure);
    } else {
      this.#finish({ kind: 'refused', failure, wasSeated: this.#wasSeated });
    }
  }

  #lose(afterMs: number | null, failure: Failure = UNREACHABLE): void {
    if (this.#phase === 'closed' || this.#phase === 'over') return;
    const now = Date.now();
    if (this.#phase === 'seated' || this.#phase === 'inLobby') {
      this.#patienceEndsMs = now + SEATED_PATIENCE_MS;
      this.listener.onLost();
    }
    const wasSilent = this.#phase === 'connecting' && this.#wasSeated && now - this.#attemptedAtMs > SILENT_AFTER_MS;
    this.#phase = 'waiting';
    const rung = wasSilent ? SILENT_DELAY_MS : (LADDER_MS[Math.min(this.#rung, LADDER_MS.length - 1)] ?? 5000);
    this.#rung += 1;
    // ±20 %: after a server's restart all clients come, and should not come at once.
    const ladderMs = rung * (0.8 + 0.4 * this.random());
    const announcedMs = this.#wait === null ? 0 : this.#wait.until - now;
    this.#wait = null;
    const delayMs = Math.max(afterMs ?? ladderMs, announcedMs, 0);
    if (now + delayMs > this.#patienceEndsMs) {
      this.#finish({ kind: 'refused', failure, wasSeated: this.#wasSeated });
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), delayMs);
  }

  #finish(over: Over): void {
    this.close();
    this.#phase = 'over';
    this.listener.onOver(over);
  }
}
