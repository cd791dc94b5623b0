/** The own screen, window or film that others see: begun by the person, ended by him, by the browser's own button, or by a release. */

import type { LocalState, NoticeCode } from '../call-types.js';
import type { SourceKind } from '../protocol/messages.gen.js';
import { acquireScreen, canShareScreen } from './devices.js';

interface ScreenListener {
  onChange(): void;
  onTrack(kind: SourceKind, track: MediaStreamTrack | null): void;
  onNotice(code: NoticeCode): void;
}

export class ScreenShare {
  #stream: MediaStream | null = null;

  /** `tracks`: the owner's, of which only those of the screen are written here. */
  constructor(
    private readonly tracks: Record<SourceKind, MediaStreamTrack | null>,
    private readonly listener: ScreenListener,
  ) {}

  get state(): LocalState['screen'] {
    return { on: this.tracks.screen !== null, supported: canShareScreen(), stream: this.#stream };
  }

  /** What the person chooses after the generation has changed is given back at once. Never rejects. */
  async start(generationOf: () => number): Promise<void> {
    if (this.tracks.screen || !canShareScreen()) return;
    const generation = generationOf();
    const stream = await acquireScreen().catch(() => undefined);
    if (stream === undefined) this.listener.onNotice('screenFailed');
    if (!stream) return;
    const video = stream.getVideoTracks()[0] ?? null;
    if (generation !== generationOf() || this.tracks.screen || !video) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.#stream = new MediaStream([video]);
    this.tracks.screen = video;
    this.tracks.screenAudio = stream.getAudioTracks()[0] ?? null;
    // The browser's own "stop sharing" button.
    video.addEventListener('ended', () => {
      if (this.tracks.screen === video) this.stop(true);
    });
    this.listener.onTrack('screen', video);
    this.listener.onTrack('screenAudio', this.tracks.screenAudio);
    this.listener.onChange();
  }

  stop(isByBrowser = false): void {
    if (!this.tracks.screen) return;
    for (const kind of ['screen', 'screenAudio'] as const) {
      const track = this.tracks[kind];
      if (!track) continue;
      this.tracks[kind] = null;
      track.stop();
      if (kind === 'screen') this.#stream = null;
      this.listener.onTrack(kind, null);
    }
    if (isByBrowser) this.listener.onNotice('ownScreenStopped');
    this.listener.onChange();
  }
}
