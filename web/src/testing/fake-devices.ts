/** Camera, microphone and screen of a test: what is asked is remembered, what is given are fake tracks. */

import { vi } from 'vitest';
import { FakeTrack } from './fake-peer.js';

export class FakeStream {
  constructor(private readonly tracks: readonly FakeTrack[] = []) {}
  getTracks(): readonly FakeTrack[] {
    return this.tracks;
  }
  getVideoTracks(): readonly FakeTrack[] {
    return this.tracks.filter((track) => track.kind === 'video');
  }
  getAudioTracks(): readonly FakeTrack[] {
    return this.tracks.filter((track) => track.kind === 'audio');
  }
}

export class FakeDevices extends EventTarget {
  /** Every track that was given, oldest first. */
  readonly given: FakeTrack[] = [];
  /** What was asked of the camera the last time. */
  asked: MediaStreamConstraints['video'];
  /** A phone: each camera looks where it is asked to. */
  hasTwoSides = false;
  /** The error's name with which the next questions are refused. */
  refusal: string | null = null;
  listed: { kind: MediaDeviceKind; deviceId: string; label: string }[] = [];
  /** Resolves questions; replace it to make the person think for a while. */
  gate: Promise<void> = Promise.resolve();

  async getUserMedia(constraints: MediaStreamConstraints): Promise<FakeStream> {
    await this.gate;
    if (this.refusal !== null) throw Object.assign(new Error(''), { name: this.refusal });
    this.asked = constraints.video;
    return this.#give([...(constraints.video ? (['video'] as const) : []), ...(constraints.audio ? (['audio'] as const) : [])]);
  }

  async getDisplayMedia(): Promise<FakeStream> {
    await this.gate;
    if (this.refusal !== null) throw Object.assign(new Error(''), { name: this.refusal });
    return this.#give(['video', 'audio']);
  }

  enumerateDevices(): Promise<typeof this.listed> {
    return Promise.resolve(this.listed);
  }

  get live(): readonly FakeTrack[] {
    return this.given.filter((track) => track.readyState === 'live');
  }

  newest(kind: 'audio' | 'video'): FakeTrack {
    const track = this.given.filter((one) => one.kind === kind).at(-1);
    if (!track) throw new Error(`no ${kind} track was given`);
    return track;
  }

  get #facing(): string {
    const mode = typeof this.asked === 'object' ? this.asked.facingMode : undefined;
    return typeof mode === 'object' && 'ideal' in mode ? String(mode.ideal) : 'user';
  }

  #give(kinds: readonly ('audio' | 'video')[]): FakeStream {
    const tracks = kinds.map((kind) => Object.assign(new FakeTrack(kind), kind === 'video' && this.hasTwoSides ? { facingMode: this.#facing } : {}));
    this.given.push(...tracks);
    return new FakeStream(tracks);
  }
}

/** In place of the browser's, until `vi.unstubAllGlobals()`. */
export function stubDevices(): FakeDevices {
  const devices = new FakeDevices();
  vi.stubGlobal('navigator', {
    userAgent: '',
    maxTouchPoints: 5,
    mediaDevices: devices,
    permissions: { query: () => Promise.resolve({ state: 'prompt' }) },
  });
  vi.stubGlobal('MediaStream', FakeStream);
  return devices;
}
