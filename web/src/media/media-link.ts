/**
 * Keeps media flowing: makes the peer connection, watches it, restarts ICE when the network changed, and replaces the
 * whole connection when a restart does not help. Needs signalling for each of these and waits for it.
 *
 *     none ──start──▶ connecting ──▶ connected ◀─────────────┐
 *                        ▲              │ disconnected > 3 s, failed
 *                        │              ▼                    │
 *                     replacing ◀── restarting ICE ──────────┘
 *                 (8 s without success, or the server lost it)
 */

import type { AnswerMedia, Failure, IceServer, MediaSetup, SendLayers, SourceKind } from '../protocol/messages.gen.js';
import { Peer, browserPeerPlatform, type LocalOffer, type LocalTracks, type PeerPlatform, type PeerState } from './peer.js';

/** A Wi-Fi that hiccups comes back within this. */
const DISCONNECTED_GRACE_MS = 3000;
const RESTART_PATIENCE_MS = 8000;
/** The first connection may have to find its way through TURN; one that was up before knows it. */
const CONNECT_PATIENCE_MS = 12_000;
const RECONNECT_PATIENCE_MS = 6000;
const REPLACE_LADDER_MS = [0, 1000, 2000, 4000, 8000] as const;
/** Refused offers in a row (not unanswered ones) after which it is our SDP that the server can't take. */
const REFUSALS_TO_GIVE_UP = 3;

export type MediaState = 'none' | 'connecting' | 'connected' | 'reconnecting';

export interface MediaLinkListener {
  /** Also when the peer is another one: its slots and streams are new then. */
  onMedia(state: MediaState, peer: Peer | null): void;
  /** The server doesn't take our offers. */
  onRefused(failure: Failure): void;
}

export class MediaLink {
  #peer: Peer | null = null;
  #setup: MediaSetup | null = null;
  #state: MediaState = 'none';
  #hasSignalling = false;
  /** What to do as soon as signalling is there. */
  #owed: 'nothing' | 'restart' | 'replace' = 'nothing';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #replacements = 0;
  #refusals = 0;
  #isFluent = false;
  /** Whose offer is on its way. */
  #negotiating: Peer | null = null;
  /** Counts the stops, so that what was awaited across one is noticed. */
  #life = 0;

  constructor(
    private readonly exchange: (offer: LocalOffer) => Promise<AnswerMedia | Failure>,
    private readonly tracks: () => LocalTracks,
    private readonly listener: MediaLinkListener,
    private readonly platform: PeerPlatform = browserPeerPlatform,
    /** What the first connection waits for; must end in bounded time. */
    private readonly readiness: () => Promise<void> = () => Promise.resolve(),
  ) {}

  get peer(): Peer | null {
    return this.#peer;
  }

  get state(): MediaState {
    return this.#state;
  }

  /**
   * The seat is there (again). `isAliveThere`: the server still has this connection. `wasSilent`: nothing came on it either:
   * it is another network, though the browser does not call the connection disconnected yet.
   */
  onSignalling(setup: MediaSetup | null, isAliveThere: boolean, wasSilent = false): void {
    this.#setup = setup ?? this.#setup;
    this.#hasSignalling = true;
    if (!this.#peer || !isAliveThere) {
      this.#replacements = 0;
      this.#owed = 'replace';
    } else if (this.#owed === 'nothing' && (isCut(this.#peer) || (wasSilent && this.#peer.state === 'connected'))) {
      this.#owed = 'restart';
    }
    this.#pay();
  }

  /** Credentials of TURN servers expire; these are for what is connected from now on. */
  onFreshIceServers(iceServers: readonly IceServer[]): void {
    if (this.#setup) this.#setup = { ...this.#setup, iceServers };
    this.#peer?.setIceServers(iceServers);
  }

  /** What the server wants of our sources; one that is not named: all its encodings. */
  onSendLayers(wanted: readonly SendLayers[]): void {
    for (const kind of ['camera', 'screen'] as const) {
      const layers = wanted.find(({ source }) => source === kind)?.layers ?? null;
      void this.#peer?.setLayers(kind, layers);
    }
  }

  onSignallingLost(): void {
    this.#hasSignalling = false;
  }

  /** The page was away: what is cut needs no patience. */
  recover(): void {
    if (this.#peer && isCut(this.#peer)) this.#restart();
  }

  /**
   * There is a network again, maybe another. The browser calls a dead path connected for 5 s more; a restart costs one
   * offer, and where the old path lives nothing stops meanwhile.
   */
  onNetworkChange(): void {
    if (this.#peer?.state === 'connected') this.#restart();
    else this.recover();
  }

  /** The server gave the connection up. */
  onServerLost(): void {
    this.#replacements = 0;
    this.#owed = 'replace';
    this.#pay();
  }

  /** Of the camera's picture, on this connection and the next. */
  setFluent(isFluent: boolean): void {
    this.#isFluent = isFluent;
    void this.#peer?.setFluent(isFluent);
  }

  async setTrack(kind: SourceKind, track: MediaStreamTrack | null): Promise<void> {
    await this.#peer?.setTrack(kind, track);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#life += 1;
    this.#peer?.close();
    this.#peer = null;
    this.#negotiating = null;
    this.#owed = 'nothing';
    this.#hasSignalling = false;
    this.#replacements = 0;
    this.#refusals = 0;
    this.#become('none');
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #restart(): void {
    if (this.#owed === 'nothing') this.#owed = 'restart';
    this.#pay();
  }

  #pay(): void {
    if (!this.#hasSignalling || this.#owed === 'nothing') return;
    const owed = this.#owed;
    // An offer that is under way may have been made on the old network: the next one follows when that is over.
    if (owed === 'restart' && this.#negotiating && this.#negotiating === this.#peer) return;
    this.#owed = 'nothing';
    clearTimeout(this.#timer);
    if (owed === 'restart' && this.#peer) void this.#negotiate(this.#peer, true);
    else if (this.#peer) this.#replace();
    else void this.#begin(this.#life);
  }

  async #begin(life: number): Promise<void> {
    this.#become('connecting');
    await this.readiness();
    if (life !== this.#life || this.#peer) return;
    if (this.#hasSignalling) this.#replace();
    else this.#owed = 'replace';
  }

  #replace(): void {
    if (!this.#setup) return;
    this.#peer?.close();
    this.#replacements += 1;
    const peer: Peer = new Peer(
      this.#setup,
      this.tracks(),
      (state) => {
        if (this.#peer === peer) this.#onPeerState(state);
      },
      this.platform,
      this.#isFluent,
    );
    this.#peer = peer;
    this.#become(this.#state === 'none' || this.#state === 'connecting' ? 'connecting' : 'reconnecting');
    void this.#negotiate(peer, false);
  }

  async #negotiate(peer: Peer, iceRestart: boolean): Promise<void> {
    let refusal: Failure | null = null;
    const exchange = async (offer: LocalOffer): Promise<AnswerMedia | null> => {
      const answer = await this.exchange(offer);
      if (answer.type === 'answer') return answer;
      refusal = answer;
      return null;
    };
    this.#negotiating = peer;
    const isDone = await peer.negotiate(exchange, { iceRestart }).catch(() => false);
    if (this.#peer !== peer) return;
    this.#negotiating = null;
    if (isDone) {
      this.#refusals = 0;
      this.#become(this.#state);
      const patienceMs = this.#state === 'connecting' ? CONNECT_PATIENCE_MS : RECONNECT_PATIENCE_MS;
      if (peer.state !== 'connected') this.#later(iceRestart ? RESTART_PATIENCE_MS : patienceMs, 'replace');
      this.#pay();
      return;
    }
    this.#onNoAnswer(refusal, iceRestart);
  }

  #onNoAnswer(refusal: Failure | null, iceRestart: boolean): void {
    if (refusal?.code === 'unreachable') {
      // The signalling noticed too, or will: then `onSignalling` asks again. Should it not, the timer does. If it was there
      // again before this was known, it has asked.
      const hasAsked = this.#owed !== 'nothing';
      const next = this.#owed === 'replace' || !iceRestart ? 'replace' : 'restart';
      this.#owed = next;
      this.#later(RESTART_PATIENCE_MS, next);
      if (hasAsked) this.#pay();
      return;
    }
    if (refusal !== null && refusal.retryAfter === null) {
      this.#refusals += 1;
      if (this.#refusals >= REFUSALS_TO_GIVE_UP) {
        this.listener.onRefused(refusal);
        return;
      }
    }
    const rung = REPLACE_LADDER_MS[Math.min(Math.max(this.#replacements, 1), REPLACE_LADDER_MS.length - 1)] ?? 8000;
    this.#later(refusal?.retryAfter ? refusal.retryAfter * 1000 : rung, 'replace');
  }

  #onPeerState(state: PeerState): void {
    switch (state) {
      case 'connected':
        clearTimeout(this.#timer);
        this.#owed = 'nothing';
        this.#replacements = 0;
        this.#become('connected');
        return;
      case 'connecting':
        return;
      case 'disconnected':
        this.#become('reconnecting');
        this.#later(DISCONNECTED_GRACE_MS, 'restart');
        return;
      case 'failed': {
        // A connection that was never up has nothing to restart.
        const wasUp = this.#state === 'connected' || this.#replacements === 0;
        this.#become('reconnecting');
        const rung = REPLACE_LADDER_MS[Math.min(this.#replacements, REPLACE_LADDER_MS.length - 1)] ?? 8000;
        this.#later(wasUp ? 0 : rung, wasUp ? 'restart' : 'replace');
        return;
      }
    }
  }

  #later(delayMs: number, what: 'restart' | 'replace'): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#owed = what;
      this.#pay();
    }, delayMs);
  }

  #become(state: MediaState): void {
    this.#state = state;
    this.listener.onMedia(state, this.#peer);
  }
}

function isCut(peer: Peer): boolean {
  return peer.state === 'disconnected' || peer.state === 'failed';
}
