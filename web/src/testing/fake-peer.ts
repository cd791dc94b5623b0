/** As much of WebRTC as a peer touches, in memory: it remembers what was asked of it, and connects when told. */

import type { AnswerMedia, SlotKind } from '../protocol/messages.gen.js';
import type { PeerPlatform } from '../media/peer.js';

export class FakeTrack extends EventTarget {
  readyState: MediaStreamTrackState = 'live';
  enabled = true;
  muted = false;
  contentHint = '';
  facingMode: string | null = null;

  constructor(
    readonly kind: 'audio' | 'video',
    readonly deviceId = '',
    readonly size: { readonly width: number; readonly height: number } | null = null,
  ) {
    super();
  }

  stop(): void {
    this.readyState = 'ended';
  }

  constraints: MediaTrackConstraints = {};

  getConstraints(): MediaTrackConstraints {
    return this.constraints;
  }

  applyConstraints(constraints: MediaTrackConstraints): Promise<void> {
    this.constraints = constraints;
    return Promise.resolve();
  }

  clone(): FakeTrack {
    return new FakeTrack(this.kind, this.deviceId, this.size);
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.deviceId, ...this.size, ...(this.facingMode === null ? {} : { facingMode: this.facingMode }) };
  }

  asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

export class FakeTransceiver {
  mid: string | null = null;
  codecs: readonly string[] = [];
  sentTrack: MediaStreamTrack | null;
  contributing: { source: number; timestamp: number }[] = [];
  encodings: RTCRtpEncodingParameters[];
  parameterChanges = 0;
  readonly sender: {
    readonly track: MediaStreamTrack | null;
    replaceTrack: (track: MediaStreamTrack | null) => Promise<void>;
    getParameters: () => RTCRtpSendParameters;
    setParameters: (parameters: RTCRtpSendParameters) => Promise<void>;
  };
  readonly receiver: { track: MediaStreamTrack; getContributingSources: () => { source: number; timestamp: number }[] };

  constructor(
    readonly kind: 'audio' | 'video',
    readonly init: RTCRtpTransceiverInit,
    track: MediaStreamTrack | null,
  ) {
    this.sentTrack = track;
    this.encodings = init.sendEncodings?.map((encoding) => ({ ...encoding })) ?? [{}];
    const sent = (): MediaStreamTrack | null => this.sentTrack;
    this.sender = {
      get track() {
        return sent();
      },
      replaceTrack: (replacement) => {
        this.sentTrack = replacement;
        return Promise.resolve();
      },
      getParameters: () => ({
        transactionId: '',
        codecs: [],
        headerExtensions: [],
        rtcp: {},
        encodings: this.encodings.map((encoding) => ({ ...encoding })),
      }),
      setParameters: (parameters) => {
        this.encodings = parameters.encodings;
        this.parameterChanges += 1;
        return Promise.resolve();
      },
    };
    this.receiver = { track: new FakeTrack(kind).asTrack(), getContributingSources: () => this.contributing };
  }

  setCodecPreferences(codecs: readonly RTCRtpCodec[]): void {
    this.codecs = codecs.map((codec) => codec.mimeType);
  }
}

export class FakeConnection extends EventTarget {
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: RTCSessionDescription | null = null;
  readonly remoteDescriptions: string[] = [];
  readonly transceivers: FakeTransceiver[] = [];
  readonly offers: RTCOfferOptions[] = [];
  bytesReceived = 0;
  /** Nothing comes. */
  isSilent = false;
  /** As a browser that has no temporal levels, or not for the codec. */
  static refusesScalability = false;

  constructor(public configuration: RTCConfiguration) {
    super();
  }

  getConfiguration(): RTCConfiguration {
    return this.configuration;
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = configuration;
  }

  addTransceiver(trackOrKind: MediaStreamTrack | string, init: RTCRtpTransceiverInit): FakeTransceiver {
    const isLayered = init.sendEncodings?.some((encoding) => 'scalabilityMode' in encoding) ?? false;
    if (isLayered && FakeConnection.refusesScalability) throw new DOMException('no such mode', 'OperationError');
    const track = typeof trackOrKind === 'string' ? null : trackOrKind;
    const kind = (track ? track.kind : trackOrKind) as 'audio' | 'video';
    const transceiver = new FakeTransceiver(kind, init, track);
    this.transceivers.push(transceiver);
    return transceiver;
  }

  createOffer(options: RTCOfferOptions = {}): Promise<RTCSessionDescriptionInit> {
    this.offers.push(options);
    return Promise.resolve({ type: 'offer', sdp: `offer ${this.offers.length}` });
  }

  setLocalDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (description.type === 'offer') {
      this.transceivers.forEach((transceiver, index) => (transceiver.mid ??= String(index)));
      this.localDescription = { type: 'offer', sdp: description.sdp ?? '', toJSON: () => description };
    }
    return Promise.resolve();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.remoteDescriptions.push(description.sdp ?? '');
    return Promise.resolve();
  }

  getStats(): Promise<RTCStatsReport> {
    this.bytesReceived += this.isSilent ? 0 : 1000;
    const { bytesReceived } = this;
    const pair = { type: 'candidate-pair', nominated: true, state: 'succeeded', bytesReceived };
    return Promise.resolve(new Map([['pair', pair]]) as unknown as RTCStatsReport);
  }

  close(): void {
    this.connectionState = 'closed';
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  /** What the server would answer: all recvonly m-lines as slots in the agreed order. */
  answer(counts: { speaker: number; programme: number; video: number }): AnswerMedia {
    const kinds: SlotKind[] = [
      ...Array<SlotKind>(counts.speaker).fill('speaker'),
      ...Array<SlotKind>(counts.programme).fill('programme'),
      ...Array<SlotKind>(counts.video).fill('video'),
    ];
    const counters: Record<SlotKind, number> = { speaker: 0, programme: 0, video: 0 };
    const receiving = this.transceivers.filter((transceiver) => transceiver.init.direction === 'recvonly');
    return {
      type: 'answer',
      sdp: 'answer',
      slots: receiving.map((transceiver, at) => {
        const kind = kinds[at] ?? 'video';
        counters[kind] += 1;
        return { mid: transceiver.mid ?? '', kind, index: counters[kind] - 1 };
      }),
    };
  }
}

const codec = (mimeType: string, sdpFmtpLine = ''): RTCRtpCodec => ({ mimeType, clockRate: 90_000, sdpFmtpLine });

/** In the order of Chromium. */
export const VIDEO_CODECS: readonly RTCRtpCodec[] = [
  codec('video/VP8'),
  codec('video/rtx'),
  codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f'),
  codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f'),
  codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'),
  codec('video/AV1', 'level-idx=5;profile=0;tier=0'),
  codec('video/VP9', 'profile-id=0'),
  codec('video/red'),
  codec('video/ulpfec'),
];
export const AUDIO_CODECS: readonly RTCRtpCodec[] = [codec('audio/opus'), codec('audio/red'), codec('audio/PCMU')];

export class FakePlatform implements PeerPlatform {
  readonly connections: FakeConnection[] = [];

  createConnection(configuration: RTCConfiguration): RTCPeerConnection {
    const connection = new FakeConnection(configuration);
    this.connections.push(connection);
    return connection as unknown as RTCPeerConnection;
  }

  sendCapabilities(kind: 'audio' | 'video'): readonly RTCRtpCodec[] {
    return kind === 'audio' ? AUDIO_CODECS : VIDEO_CODECS;
  }

  receiveCapabilities(kind: 'audio' | 'video'): readonly RTCRtpCodec[] {
    return this.sendCapabilities(kind);
  }

  createStream(track: MediaStreamTrack): MediaStream {
    return { getTracks: () => [track] } as unknown as MediaStream;
  }

  get newest(): FakeConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error('no connection was made');
    return connection;
  }
}
