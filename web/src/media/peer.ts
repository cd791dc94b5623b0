/**
 * One RTCPeerConnection: its m-lines, its tracks, and the streams of its slots. It doesn't repair itself; when it is
 * broken for good a new one is made (`media-link.ts`).
 *
 * M-lines, always in this order and never removed: microphone, camera, screen, screen audio (sendonly; the last two
 * without a track until used), then recvonly speakers, programme, video slots. So nothing but a lost network ever
 * needs a second offer.
 */

import type { AnswerMedia, IceServer, MediaSetup, SlotKind, SourceKind } from '../protocol/messages.gen.js';
import { audioCodecs, preferCodecs, receivingVideoCodecs, sendingVideoCodecs } from './codecs.js';
import { fluent, scalesFor, sendEncodings } from './encodings.js';

export type LocalTracks = Readonly<Record<SourceKind, MediaStreamTrack | null>>;
export type PeerState = 'connecting' | 'connected' | 'disconnected' | 'failed';

/** The part of WebRTC that a peer uses; tests give a small fake. */
export interface PeerPlatform {
  createConnection(configuration: RTCConfiguration): RTCPeerConnection;
  /** What may be sent and received; null where the browser doesn't tell. */
  sendCapabilities(kind: 'audio' | 'video'): readonly RTCRtpCodec[];
  receiveCapabilities(kind: 'audio' | 'video'): readonly RTCRtpCodec[];
  createStream(track: MediaStreamTrack): MediaStream;
}

export const browserPeerPlatform: PeerPlatform = {
  createConnection: (configuration) => new RTCPeerConnection(configuration),
  sendCapabilities: (kind) => RTCRtpSender.getCapabilities(kind)?.codecs ?? [],
  receiveCapabilities: (kind) => RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [],
  createStream: (track) => new MediaStream([track]),
};

/** The same, but sound and pictures go and come only through a TURN server (W3C: RTCIceTransportPolicy `relay`). */
export function relayOnly(platform: PeerPlatform): PeerPlatform {
  const createConnection = (configuration: RTCConfiguration): RTCPeerConnection =>
    platform.createConnection({ ...configuration, iceTransportPolicy: 'relay' });
  return {
    createConnection,
    sendCapabilities: (kind) => platform.sendCapabilities(kind),
    receiveCapabilities: (kind) => platform.receiveCapabilities(kind),
    createStream: (track) => platform.createStream(track),
  };
}

/** Whether there is a TURN server among them. */
export function hasRelay(iceServers: readonly IceServer[]): boolean {
  return iceServers.some(({ urls }) => urls.some((url) => /^turns?:/.test(url)));
}

export interface LocalOffer {
  readonly sdp: string;
  readonly sources: Readonly<Record<string, SourceKind>>;
}

export interface Slot {
  readonly kind: SlotKind;
  readonly index: number;
  readonly receiver: RTCRtpReceiver;
  readonly stream: MediaStream;
}

function asRtcIceServers(iceServers: readonly IceServer[]): RTCIceServer[] {
  return iceServers.map(({ urls, username, credential }) => ({
    urls: [...urls],
    ...(username === null ? {} : { username }),
    ...(credential === null ? {} : { credential }),
  }));
}

const SENT_IN_ORDER = ['microphone', 'camera', 'screen', 'screenAudio'] as const satisfies readonly SourceKind[];

export class Peer {
  readonly #pc: RTCPeerConnection;
  readonly #senders = new Map<SourceKind, RTCRtpTransceiver>();
  readonly #receiving: readonly (Slot & { readonly transceiver: RTCRtpTransceiver })[];
  readonly #layers = new Map<SourceKind, readonly number[] | null>();
  #slots: readonly Slot[] = [];
  #isClosed = false;
  #isFluent: boolean;

  constructor(
    private readonly setup: MediaSetup,
    tracks: LocalTracks,
    onState: (state: PeerState) => void,
    private readonly platform: PeerPlatform = browserPeerPlatform,
    isFluent = false,
  ) {
    this.#isFluent = isFluent;
    this.#pc = platform.createConnection({
      bundlePolicy: 'max-bundle',
      iceServers: asRtcIceServers(setup.iceServers),
    });
    for (const kind of SENT_IN_ORDER) this.#senders.set(kind, this.#addSender(kind, setup, tracks[kind]));
    const { speaker, programme, video } = setup.slots;
    this.#receiving = [
      ...this.#addReceivers('speaker', speaker, setup.codec),
      ...this.#addReceivers('programme', programme, setup.codec),
      ...this.#addReceivers('video', video, setup.codec),
    ];
    this.#slots = this.#receiving;
    this.#pc.addEventListener('connectionstatechange', () => {
      const state = this.#pc.connectionState;
      if (this.#isClosed || state === 'closed') return;
      onState(state === 'new' ? 'connecting' : state);
    });
  }

  /** For the next ICE restart. */
  setIceServers(iceServers: readonly IceServer[]): void {
    if (this.#isClosed) return;
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers: asRtcIceServers(iceServers) });
  }

  /**
   * Offers, and takes the answer. False when there was none (`exchange` gave null) or the connection was closed
   * meanwhile. The connection is not up yet when this returns true.
   */
  async negotiate(
    exchange: (offer: LocalOffer) => Promise<AnswerMedia | null>,
    options: { readonly iceRestart: boolean } = { iceRestart: false },
  ): Promise<boolean> {
    const offer = await this.#pc.createOffer(options);
    if (this.#isClosed) return false;
    await this.#pc.setLocalDescription(offer);
    if (this.#isClosed) return false;
    const sources: Record<string, SourceKind> = {};
    for (const [kind, transceiver] of this.#senders) if (transceiver.mid !== null) sources[transceiver.mid] = kind;
    const answer = await exchange({ sdp: this.#pc.localDescription?.sdp ?? offer.sdp ?? '', sources });
    if (this.#isClosed) return false;
    if (answer === null) {
      await this.#pc.setLocalDescription({ type: 'rollback' }).catch(() => undefined);
      return false;
    }
    await this.#pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    if (this.#isClosed) return false;
    const byMid = new Map(this.#receiving.map((slot) => [slot.transceiver.mid, slot]));
    this.#slots = answer.slots.flatMap(({ mid, kind, index }) => {
      const slot = byMid.get(mid);
      return slot ? [{ kind, index, receiver: slot.receiver, stream: slot.stream }] : [];
    });
    return true;
  }

  get slots(): readonly Slot[] {
    return this.#slots;
  }

  get state(): RTCPeerConnectionState {
    return this.#pc.connectionState;
  }

  videoSlot(index: number): Slot | undefined {
    return this.#slots.find((slot) => slot.kind === 'video' && slot.index === index);
  }

  /** Null sends nothing. Costs no negotiation. Never rejects: a closed connection has no use for the track. */
  async setTrack(kind: SourceKind, track: MediaStreamTrack | null): Promise<void> {
    hint(kind, track);
    const sender = this.#senders.get(kind)?.sender;
    try {
      await sender?.replaceTrack(track);
    } catch {
      return; // InvalidStateError: closed meanwhile.
    }
    if (track) await this.#fitEncodings(kind);
  }

  /**
   * Which encodings to send, by their place in the setup; null: all. Costs no negotiation. Never rejects: a closed
   * connection, or one that is not negotiated yet, has nothing to stop.
   */
  async setLayers(kind: SourceKind, layers: readonly number[] | null): Promise<void> {
    this.#layers.set(kind, layers);
    await this.#fitEncodings(kind);
  }

  /** Whether the camera's picture is fluent in every size (sign language). Costs no negotiation. Never rejects. */
  async setFluent(isFluent: boolean): Promise<void> {
    this.#isFluent = isFluent;
    await this.#fitEncodings('camera');
  }

  /** As wanted, and as the track's size permits. */
  async #fitEncodings(kind: SourceKind): Promise<void> {
    const sender = this.#senders.get(kind)?.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters) return;
    const layers = this.#layers.get(kind) ?? null;
    const wanted = this.#encodingsOf(kind);
    const scales = scalesFor(wanted, sender.track);
    let isChanged = false;
    parameters.encodings.forEach((encoding, index) => {
      const scale = scales[index];
      const isActive = scale !== null && (layers === null || layers.includes(index));
      const isScaled = typeof scale === 'number' && encoding.scaleResolutionDownBy !== undefined;
      if ((encoding.active ?? true) !== isActive) isChanged = true;
      encoding.active = isActive;
      const fps = wanted[index]?.maxFramerate;
      if (fps !== undefined && encoding.maxFramerate !== undefined && encoding.maxFramerate !== fps) {
        encoding.maxFramerate = fps;
        isChanged = true;
      }
      if (!isScaled || encoding.scaleResolutionDownBy === scale) return;
      encoding.scaleResolutionDownBy = scale;
      isChanged = true;
    });
    if (!isChanged) return;
    try {
      await sender.setParameters(parameters);
    } catch {
      // InvalidStateError: closed, or changed meanwhile; the next word of the server tells again.
    }
  }

  getStats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  /** Twice is fine. The local tracks live on; they are their owner's. */
  close(): void {
    this.#isClosed = true;
    this.#pc.close();
  }

  #addSender(kind: SourceKind, setup: MediaSetup, track: MediaStreamTrack | null): RTCRtpTransceiver {
    hint(kind, track);
    const media = kind === 'camera' || kind === 'screen' ? 'video' : 'audio';
    const encodings = this.#encodingsOf(kind);
    const add = (isLayered: boolean): RTCRtpTransceiver =>
      this.#pc.addTransceiver(track ?? media, {
        direction: 'sendonly',
        ...(encodings.length === 0 ? {} : { sendEncodings: sendEncodings(encodings, track, isLayered) }),
      });
    const transceiver = orElse(
      () => add(true),
      () => add(false),
    );
    const codecs = this.platform.sendCapabilities(media);
    preferCodecs(transceiver, media === 'audio' ? audioCodecs(codecs) : sendingVideoCodecs(codecs, setup.codec));
    return transceiver;
  }

  #addReceivers(kind: SlotKind, count: number, roomCodec: string): (Slot & { readonly transceiver: RTCRtpTransceiver })[] {
    const media = kind === 'video' ? 'video' : 'audio';
    const codecs = this.platform.receiveCapabilities(media);
    const preferred = media === 'audio' ? audioCodecs(codecs) : receivingVideoCodecs(codecs, roomCodec);
    return Array.from({ length: count }, (_, index) => {
      const transceiver = this.#pc.addTransceiver(media, { direction: 'recvonly' });
      preferCodecs(transceiver, preferred);
      const { receiver } = transceiver;
      return { kind, index, receiver, stream: this.platform.createStream(receiver.track), transceiver };
    });
  }

  /** Sound has one that nobody tells of. */
  #encodingsOf(kind: SourceKind): MediaSetup['camera'] {
    if (kind === 'camera') return this.#isFluent ? fluent(this.setup.camera) : this.setup.camera;
    return kind === 'screen' ? this.setup.screen : [];
  }
}

/** What a browser refuses (a scalability mode it doesn't have: OperationError) is tried again without. */
function orElse<T>(first: () => T, second: () => T): T {
  try {
    return first();
  } catch {
    return second();
  }
}

/** Faces may lose sharpness before they lose movement; text on a screen the other way round. */
function hint(kind: SourceKind, track: MediaStreamTrack | null): void {
  if (!track || !('contentHint' in track)) return;
  if (kind === 'camera') track.contentHint = 'motion';
  else if (kind === 'screen') track.contentHint = 'detail';
  else if (kind === 'microphone') track.contentHint = 'speech';
}
