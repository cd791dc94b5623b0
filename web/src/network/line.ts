/**
 * One connection to an echo: what is sent on it comes back on it. Without tracks it only tries whether a way is open. It
 * does not repair itself; whoever made it closes it.
 */

import { audioCodecs, preferCodecs, sendingVideoCodecs } from '../media/codecs.js';
import { browserPeerPlatform, type PeerPlatform } from '../media/peer.js';
import type { SourceKind } from '../protocol/messages.gen.js';
import type { EchoOffer } from './echo-requests.js';

const CODEC = 'VP8';

export interface LineTracks {
  readonly microphone?: MediaStreamTrack | null;
  readonly camera?: MediaStreamTrack | null;
  /** Of the camera, bits per second. */
  readonly maxBitrate?: number;
}

export class Line {
  readonly #pc: RTCPeerConnection;
  readonly #sent = new Map<SourceKind, RTCRtpTransceiver>();
  readonly #receivers: readonly RTCRtpReceiver[];

  constructor(
    configuration: RTCConfiguration,
    { microphone, camera, maxBitrate = 1_500_000 }: LineTracks = {},
    private readonly platform: PeerPlatform = browserPeerPlatform,
  ) {
    this.#pc = platform.createConnection({ bundlePolicy: 'max-bundle', ...configuration });
    const isTrial = !microphone && !camera;
    if (microphone) this.#sent.set('microphone', this.#add('audio', microphone, {}));
    if (camera) this.#sent.set('camera', this.#add('video', camera, { maxBitrate }));
    const received = [...(microphone || isTrial ? [this.#add('audio', null)] : []), ...(camera ? [this.#add('video', null)] : [])];
    this.#receivers = received.map(({ receiver }) => receiver);
  }

  async offer(): Promise<EchoOffer> {
    await this.#pc.setLocalDescription(await this.#pc.createOffer());
    const sources: Record<string, SourceKind> = {};
    for (const [kind, { mid }] of this.#sent) if (mid !== null) sources[mid] = kind;
    return { sdp: this.#pc.localDescription?.sdp ?? '', sources };
  }

  take(answer: string): Promise<void> {
    return this.#pc.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /** Whether ICE finds a way within the time; at once when it knows. */
  isOpen(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(false), withinMs);
      const finish = (isOpen: boolean): void => {
        clearTimeout(timer);
        this.#pc.removeEventListener('iceconnectionstatechange', look);
        resolve(isOpen);
      };
      const look = (): void => {
        const state = this.#pc.iceConnectionState;
        if (state === 'connected' || state === 'completed') finish(true);
        else if (state === 'failed' || state === 'closed') finish(false);
      };
      this.#pc.addEventListener('iceconnectionstatechange', look);
      look();
    });
  }

  /** ICE and the handshake are done. */
  get isConnected(): boolean {
    return this.#pc.connectionState === 'connected';
  }

  getStats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  /** What comes back, sound and picture together, played so much later where the browser can (W3C: jitterBufferTarget). */
  stream(delayMs: number): MediaStream {
    for (const receiver of this.#receivers) {
      if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = delayMs;
    }
    return new MediaStream(this.#receivers.map(({ track }) => track));
  }

  /** Twice is fine. The tracks are their owner's. */
  close(): void {
    this.#pc.close();
  }

  #add(media: 'audio' | 'video', track: MediaStreamTrack | null, encoding: RTCRtpEncodingParameters = {}): RTCRtpTransceiver {
    const transceiver = this.#pc.addTransceiver(track ?? media, {
      direction: track === null ? 'recvonly' : 'sendonly',
      ...(track === null ? {} : { sendEncodings: [encoding] }),
    });
    const codecs = track === null ? this.platform.receiveCapabilities(media) : this.platform.sendCapabilities(media);
    preferCodecs(transceiver, media === 'audio' ? audioCodecs(codecs) : sendingVideoCodecs(codecs, CODEC));
    return transceiver;
  }
}
