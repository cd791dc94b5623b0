/**
 * The own side: camera and microphone, what the person wants of them and what the devices give; the screen beside them.
 *
 * The microphone stays open while muted (the track is disabled): Android unloads a page in the background that holds no
 * microphone, and unmuting must not take a second. The camera is given back when it is off: its light must go out.
 *
 * All calls may come at any time and in any order. Work on one device is done one after the other, each step looking at
 * the newest wish; what arrives after `release` is stopped at once.
 */

import type { Device, DeviceErrorCode, DeviceKind, DevicesState, Facing, JoiningWay, LocalState, NoticeCode, Processing } from '../call-types.js';
import { isPageHidden } from '../frames.js';
import { readProcessing, writeProcessing, type Shelf } from '../memory.js';
import type { ContentHint, SourceKind } from '../protocol/messages.gen.js';
import { Voice } from '../voices.js';
import { acquire, blur, canBlur, canChooseSpeaker, facingOf, hasDevice, listDevices, PLAIN_LINES, resize, SPEECH, type DeviceLists } from './devices.js';
import { watchInterruptions } from './interruptions.js';
import type { Meter } from './meter.js';
import type { LocalTracks } from './peer.js';
import { ScreenShare } from './screen-share.js';
import { SpeakingWhileMuted } from './speaking-while-muted.js';

const METER_MS = 100;

export interface LocalMediaListener {
  onChange(): void;
  /** Another track (or none) is to be sent. */
  onTrack(kind: SourceKind, track: MediaStreamTrack | null): void;
  onNotice(code: NoticeCode): void;
  /** The person chose something worth remembering. */
  onChosen(kind: DeviceKind, deviceId: string): void;
}

type Capture = 'camera' | 'microphone';

export class LocalMedia {
  #wanted: Record<Capture, boolean>;
  #busy: Record<Capture, boolean> = { camera: false, microphone: false };
  #errors: Record<Capture, DeviceErrorCode | null> = { camera: null, microphone: null };
  #tracks: Record<SourceKind, MediaStreamTrack | null> = { microphone: null, camera: null, screen: null, screenAudio: null };
  #cameraStream: MediaStream | null = null;
  readonly #screen: ScreenShare;
  #selected: Record<DeviceKind, string | null>;
  #lists: DeviceLists = { cameras: [], microphones: [], speakers: [] };
  readonly #voice = new Voice();
  readonly #mutedSpeech = new SpeakingWhileMuted();
  #meterTimer: ReturnType<typeof setInterval> | undefined;
  /** It was interrupted for a while, and is not to be trusted. */
  #isStale: Record<Capture, boolean> = { camera: false, microphone: false };
  #generation = 0;
  #usesSignLanguage: boolean;
  #isOriginalSound = false;
  #processing: Processing;
  #facing: Facing = 'user';
  #lines = PLAIN_LINES;
  /** Wants to use neither camera nor microphone: nothing is asked for. */
  #listens: boolean;
  #work: Promise<void> = Promise.resolve();

  constructor(
    wishes: Readonly<Record<Capture, boolean>> & { readonly listens?: boolean },
    chosen: Readonly<Partial<Record<DeviceKind, string>>>,
    private readonly meter: Meter,
    private readonly listener: LocalMediaListener,
    usesSignLanguage = false,
    private readonly shelf: Shelf | null = null,
  ) {
    this.#processing = { ...SPEECH, ...readProcessing(shelf) };
    this.#wanted = { camera: wishes.camera, microphone: wishes.microphone };
    this.#listens = wishes.listens === true && !wishes.microphone;
    this.#usesSignLanguage = usesSignLanguage;
    this.#selected = { camera: null, microphone: null, speaker: null, ...chosen };
    meter.onReturn = () => void this.recover();
    this.#screen = new ScreenShare(this.#tracks, listener);
  }

  // ── what is ───────────────────────────────────────────────────────────────────────────────────────────────────────

  get tracks(): LocalTracks {
    return this.#tracks;
  }

  /** Whether others should see or hear it. */
  isActive(kind: SourceKind): boolean {
    const track = this.#tracks[kind];
    // A camera that stands still because the phone rings shows nobody a frozen face.
    if (track === null || track.readyState !== 'live' || (kind === 'camera' && this.#errors.camera === 'interrupted')) return false;
    return kind !== 'microphone' || this.#wanted.microphone;
  }

  get hasAsked(): boolean {
    return this.#generation > 0;
  }

  /** What of a picture must not be given up first (`setSource`). */
  get cameraHint(): ContentHint {
    return this.#usesSignLanguage ? 'motion' : 'detail';
  }

  get wishes(): Readonly<Record<Capture, boolean>> {
    return this.#wanted;
  }

  get state(): LocalState {
    return {
      way: this.#wanted.camera ? 'picture' : this.#listens ? 'listen' : 'sound',
      camera: {
        on: this.#wanted.camera && (this.#tracks.camera !== null || this.#busy.camera),
        busy: this.#busy.camera,
        stream: this.#cameraStream,
        error: this.#errors.camera,
      },
      microphone: {
        on: this.#wanted.microphone && (this.#tracks.microphone !== null || this.#busy.microphone),
        busy: this.#busy.microphone,
        voice: this.#voice,
        speakingWhileMuted: this.#mutedSpeech.isHinting,
        error: this.#errors.microphone,
      },
      screen: this.#screen.state,
    };
  }

  get devices(): DevicesState {
    const isKnown = (list: readonly Device[], id: string | null): string | null =>
      id !== null && list.some((device) => device.id === id) ? id : null;
    return {
      ...this.#lists,
      selected: {
        camera: isKnown(this.#lists.cameras, this.#selected.camera),
        microphone: isKnown(this.#lists.microphones, this.#selected.microphone),
        speaker: isKnown(this.#lists.speakers, this.#selected.speaker),
      },
      facing: facingOf(this.#tracks.camera, this.#lists.cameras),
      canChooseSpeaker: canChooseSpeaker() && this.#lists.speakers.length > 0,
      usesSignLanguage: this.#usesSignLanguage,
      isOriginalSound: this.#isOriginalSound,
      processing: this.#processing,
      canBlur: canBlur(this.#tracks.camera),
    };
  }

  // ── what the person does ──────────────────────────────────────────────────────────────────────────────────────────

  /** Both devices with one question, as wished. Never rejects. */
  async open(): Promise<void> {
    if (this.#listens && !this.#wanted.camera) return;
    const generation = ++this.#generation;
    this.#busy = { camera: this.#wanted.camera, microphone: !this.#listens };
    this.listener.onChange();
    await this.#queue(async () => {
      const found = await acquire({
        camera: this.#wanted.camera && !this.#tracks.camera ? (this.#selected.camera ?? true) : false,
        microphone: this.#tracks.microphone || this.#listens ? false : (this.#selected.microphone ?? true),
        facing: this.#facing,
        processing: this.#wantedProcessing,
        lines: this.#lines,
      });
      if (generation !== this.#generation) {
        found.camera?.stop();
        found.microphone?.stop();
        return;
      }
      if (found.camera || found.cameraError) this.#take('camera', found.camera, found.cameraError);
      if (found.microphone || found.microphoneError) this.#take('microphone', found.microphone, found.microphoneError);
      // The person may have changed his mind while the browser asked.
      if (!this.#wanted.camera) this.#drop('camera');
    });
    if (generation !== this.#generation) return;
    this.#busy = { camera: false, microphone: false };
    this.#startMeter();
    await this.refreshDevices();
  }

  /** How the person wants to be there. What that needs is opened when devices have been asked for before. */
  async setWay(way: JoiningWay): Promise<void> {
    const listened = this.#listens;
    this.#listens = way === 'listen';
    this.#wanted = { camera: way === 'picture', microphone: !this.#listens && (listened || this.#wanted.microphone) };
    if (way !== 'picture') this.#giveBack('camera');
    if (this.#listens) this.#giveBack('microphone');
    this.listener.onChange();
    if (this.hasAsked && !this.#listens) await this.open();
  }

  /** The other camera of a phone. */
  async turnCamera(): Promise<void> {
    this.#facing = this.devices.facing === 'user' ? 'environment' : 'user';
    this.#selected.camera = null;
    if (this.#wanted.camera) await this.#reacquire('camera');
    this.listener.onChange();
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.#wanted.microphone = on;
    if (on) this.#listens = false;
    this.#mutedSpeech.stop();
    if (on && (!isLive(this.#tracks.microphone) || this.#errors.microphone !== null)) await this.#reacquire('microphone');
    const track = this.#tracks.microphone;
    if (track) track.enabled = this.#wanted.microphone;
    this.listener.onChange();
  }

  async setCamera(on: boolean): Promise<void> {
    this.#wanted.camera = on;
    if (on) {
      if (!isLive(this.#tracks.camera) || this.#errors.camera !== null) await this.#reacquire('camera');
    } else {
      this.#giveBack('camera');
    }
    this.listener.onChange();
  }

  async choose(kind: DeviceKind, deviceId: string): Promise<void> {
    this.#selected[kind] = deviceId;
    this.listener.onChosen(kind, deviceId);
    if (kind === 'microphone' || (kind === 'camera' && this.#wanted.camera)) await this.#reacquire(kind);
    this.listener.onChange();
  }

  /** How large the room wants cameras; one that is on becomes so. */
  async setLines(lines: number): Promise<void> {
    if (lines === this.#lines) return;
    this.#lines = lines;
    const { camera } = this.#tracks;
    if (camera) await resize(camera, lines);
  }

  /** How others get the picture; the camera itself stays as it is. */
  setSignLanguage(isUsed: boolean): void {
    this.#usesSignLanguage = isUsed;
    this.listener.onChange();
  }

  /** The microphone is opened anew: browsers do not change this while it runs. Muted stays muted. */
  async setOriginalSound(isUsed: boolean): Promise<void> {
    this.#isOriginalSound = isUsed;
    if (this.#tracks.microphone) await this.#reacquire('microphone');
    this.listener.onChange();
  }

  /** The picture changes as it runs; the microphone is opened anew, as for the original sound. */
  async setProcessing(change: Partial<Processing>): Promise<void> {
    const before = this.#processing;
    this.#processing = { ...before, ...change };
    const { camera, microphone } = this.#tracks;
    try {
      if (change.backgroundBlur === undefined) {
        if (microphone) await this.#reacquire('microphone');
      } else if (camera) {
        await blur(camera, change.backgroundBlur);
      }
      writeProcessing(this.shelf, this.#processing);
    } catch {
      // Not now: shown as it is.
      this.#processing = before;
    }
    this.listener.onChange();
  }

  /** Music and counting: the sound as it is, without what makes speech clearer. */
  get #wantedProcessing(): Processing {
    if (!this.#isOriginalSound) return this.#processing;
    return { ...this.#processing, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  }

  readonly startScreen = (): Promise<void> => this.#screen.start(() => this.#generation);
  readonly stopScreen = (): void => { this.#screen.stop(); };

  // ── what happens to devices ───────────────────────────────────────────────────────────────────────────────────────

  async refreshDevices(): Promise<void> {
    this.#lists = await listDevices();
    this.listener.onChange();
  }

  /** A device came or went. */
  async onDeviceChange(): Promise<void> {
    await this.refreshDevices();
    for (const kind of ['microphone', 'camera'] as const) {
      // The one that was missing was plugged in.
      if (this.#errors[kind] === 'noDevice' && (await hasDevice(kind))) await this.#reacquire(kind);
    }
    await this.recover();
  }

  /** The page is visible again, a call or an alarm is over, a device went: get again what is wanted but dead. */
  async recover(): Promise<void> {
    if (!this.hasAsked) return;
    this.meter.resume();
    for (const kind of ['microphone', 'camera'] as const) {
      const isWanted = kind === 'microphone' || this.#wanted[kind];
      if (isWanted && this.#isDead(kind)) await this.#reacquire(kind);
    }
    this.listener.onChange();
  }

  #isDead(kind: Capture): boolean {
    const track = this.#tracks[kind];
    if (track !== null) return track.readyState === 'ended' || track.muted || this.#isStale[kind];
    // It could not be had while something else had it; a "no" and a missing device are left alone.
    return ['interrupted', 'deviceBusy', 'unknown'].includes(this.#errors[kind] ?? '');
  }

  /** Everything is given back. `open` may follow. */
  release(): void {
    this.#generation += 1;
    clearInterval(this.#meterTimer);
    this.#meterTimer = undefined;
    this.#voice.set(0);
    this.#mutedSpeech.stop();
    for (const kind of ['microphone', 'camera'] as const) this.#drop(kind);
    this.#screen.stop();
    this.#errors = { camera: null, microphone: null };
    this.#isStale = { camera: false, microphone: false };
    this.#busy = { camera: false, microphone: false };
    this.listener.onChange();
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #reacquire(kind: Capture): Promise<void> {
    const generation = this.#generation === 0 ? ++this.#generation : this.#generation;
    this.#busy[kind] = true;
    this.listener.onChange();
    await this.#queue(async () => {
      if (generation !== this.#generation || (kind === 'camera' && !this.#wanted.camera)) return;
      // Phones have one camera pipeline: the old track must go before another can be had.
      this.#tracks[kind]?.stop();
      const id = this.#selected[kind] ?? true;
      const processing = this.#wantedProcessing;
      const found = await acquire({ camera: kind === 'camera' && id, microphone: kind === 'microphone' && id, processing, facing: this.#facing, lines: this.#lines });
      if (generation !== this.#generation) {
        found[kind]?.stop();
        return;
      }
      this.#take(kind, found[kind], kind === 'camera' ? found.cameraError : found.microphoneError);
      if (kind === 'camera' && !this.#wanted.camera) this.#drop('camera');
    });
    if (generation !== this.#generation) return;
    this.#busy[kind] = false;
    if (kind === 'microphone') this.#startMeter();
    await this.refreshDevices();
  }

  #take(kind: Capture, track: MediaStreamTrack | null, error: DeviceErrorCode | null): void {
    this.#tracks[kind]?.stop();
    this.#tracks[kind] = track;
    // Had again while the telephone still has it: it says `unmute` when that is over.
    this.#errors[kind] = track?.muted === true ? 'interrupted' : error;
    this.#isStale[kind] = false;
    if (track) {
      if (kind === 'microphone') track.enabled = this.#wanted.microphone;
      this.#watch(kind, track);
    } else if (error !== null) {
      this.listener.onNotice(kind === 'camera' ? 'cameraFailed' : 'microphoneFailed');
    }
    if (kind === 'camera') this.#cameraStream = track && new MediaStream([track]);
    else this.meter.listenTo(track);
    this.listener.onTrack(kind, track);
  }

  #giveBack(kind: Capture): void {
    this.#errors[kind] = null;
    this.#drop(kind);
  }

  #drop(kind: Capture): void {
    const track = this.#tracks[kind];
    if (!track) return;
    this.#tracks[kind] = null;
    track.stop();
    if (kind === 'camera') this.#cameraStream = null;
    if (kind === 'microphone') this.meter.listenTo(null);
    this.listener.onTrack(kind, null);
  }

  #watch(kind: Capture, track: MediaStreamTrack): void {
    const isCurrent = (): boolean => this.#tracks[kind] === track;
    track.addEventListener('ended', () => {
      if (isCurrent()) void this.#reacquire(kind);
    });
    watchInterruptions(track, {
      onTaken: () => {
        if (!isCurrent()) return;
        this.#errors[kind] = 'interrupted';
        // Others are told: where a picture stands still they see the initials.
        this.listener.onTrack(kind, track);
        this.listener.onChange();
      },
      onBack: (isStale) => {
        if (!isCurrent() || this.#errors[kind] !== 'interrupted') return;
        this.#errors[kind] = null;
        this.listener.onTrack(kind, track);
        this.listener.onChange();
        this.#isStale[kind] = isStale;
        if (isStale && !isPageHidden()) void this.recover();
      },
    });
  }

  #startMeter(): void {
    this.#meterTimer ??= setInterval(() => this.#measure(), METER_MS);
  }

  #measure(): void {
    if (isPageHidden()) return;
    const level = this.meter.level();
    this.#voice.set(level);
    const isMuted = !this.#wanted.microphone && this.#tracks.microphone !== null;
    if (this.#mutedSpeech.hear(level, isMuted)) this.listener.onChange();
  }

  #queue(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(step, step);
    return this.#work;
  }
}

function isLive(track: MediaStreamTrack | null): boolean {
  return track?.readyState === 'live';
}
