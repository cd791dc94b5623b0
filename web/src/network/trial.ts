/**
 * The test of one's own equipment, step by step; what the page shows of it is `test-page`'s.
 *
 *     screen       what happens                               next
 *     start        the button is pressed                      running
 *     running      camera and microphone are asked for,       echo; result where nothing can come back;
 *                  then the network is checked                busy, unreachable
 *     echo         own sound and picture come back            result, when both have, or after a while, or as one likes
 *     result       is told to who invites, once               running, again
 */

import type { CheckResult } from './run.js';

/** `silent`: it is there, and nothing of it came back. `missing`: there is none, or it may not be used. */
export type Fate = 'works' | 'silent' | 'missing';

export interface TrialResult {
  readonly check: CheckResult;
  /** Null: nothing could come back to tell. */
  readonly microphone: Fate | null;
  readonly camera: Fate | null;
  /** Null: not tried. */
  readonly webSocket: boolean | null;
  readonly atMs: number;
  /** The server has taken it, for who invites. */
  readonly isTold: boolean;
}

export type TrialScreen =
  | { readonly at: 'start' | 'busy' | 'unreachable' | 'unsupported' }
  /** `own`: as soon as it may be used. */
  | { readonly at: 'running'; readonly own: MediaStream | null; readonly isAsking: boolean }
  | { readonly at: 'echo'; readonly stream: MediaStream; readonly isHeard: boolean; readonly hasMicrophone: boolean }
  | { readonly at: 'result'; readonly result: TrialResult };

/** What came back so far. */
export interface CameBack {
  readonly picture: boolean;
  readonly sound: boolean;
}

export interface Mirror {
  readonly stream: MediaStream;
  look(): Promise<CameBack>;
  close(): void;
}

export interface TrialEnvironment {
  readonly isSupported: boolean;
  /** Null for what there is not, or may not be used. */
  openDevices(): Promise<MediaStream | null>;
  check(): Promise<CheckResult | 'refused' | 'unreachable'>;
  /** Null: no echo was to be had. */
  openMirror(own: MediaStream): Promise<Mirror | null>;
  tryWebSocket(): Promise<boolean>;
  /** Whether the server has taken it. */
  tell(result: TrialResult): Promise<boolean>;
  wait(ms: number): Promise<void>;
  now(): number;
}

/** Long enough to say something and to hear it. */
const ECHO_LEAST_MS = 6000;
const ECHO_MOST_MS = 20_000;
const LOOK_MS = 250;

export class Trial {
  screen: TrialScreen;
  #run = 0;
  #isEnough = false;

  constructor(
    private readonly environment: TrialEnvironment,
    private readonly onChange: () => void,
  ) {
    this.screen = { at: environment.isSupported ? 'start' : 'unsupported' };
  }

  /** From the beginning, also while one is under way. */
  async start(): Promise<void> {
    const { environment } = this;
    this.#run += 1;
    const [run, isCurrent] = [this.#run, (): boolean => run === this.#run];
    this.#isEnough = false;
    this.#show({ at: 'running', own: null, isAsking: true });
    const own = await environment.openDevices();
    try {
      if (!isCurrent()) return;
      this.#show({ at: 'running', own, isAsking: false });
      const [check, webSocket] = await Promise.all([environment.check(), environment.tryWebSocket()]);
      if (!isCurrent()) return;
      if (typeof check === 'string') {
        this.#show({ at: check === 'refused' ? 'busy' : 'unreachable' });
        return;
      }
      const fates = await this.#echo(own, check, isCurrent);
      if (!isCurrent()) return;
      const result = { check, ...fates, webSocket, atMs: environment.now(), isTold: false };
      this.#show({ at: 'result', result });
      const isTold = await environment.tell(result);
      if (isTold && isCurrent()) this.#show({ at: 'result', result: { ...result, isTold } });
    } finally {
      own?.getTracks().forEach((track) => track.stop());
    }
  }

  /** Who has seen and heard enough. */
  showResult(): void {
    this.#isEnough = true;
  }

  stop(): void {
    this.#run += 1;
  }

  async #echo(own: MediaStream | null, check: CheckResult, isCurrent: () => boolean): Promise<Pick<TrialResult, 'microphone' | 'camera'>> {
    const has = { microphone: (own?.getAudioTracks().length ?? 0) > 0, camera: (own?.getVideoTracks().length ?? 0) > 0 };
    const missing = (isThere: boolean): Fate | null => (isThere ? null : 'missing');
    const untried = { microphone: missing(has.microphone), camera: missing(has.camera) };
    if (own === null || check.verdict === 'none') return untried;
    const mirror = await this.environment.openMirror(own);
    if (mirror === null) return untried;
    try {
      const came = await this.#watch(mirror, has, isCurrent);
      const fate = (isThere: boolean, isBack: boolean): Fate => (isBack ? 'works' : isThere ? 'silent' : 'missing');
      return { microphone: fate(has.microphone, came.sound), camera: fate(has.camera, came.picture) };
    } finally {
      mirror.close();
    }
  }

  async #watch(mirror: Mirror, has: { readonly microphone: boolean; readonly camera: boolean }, isCurrent: () => boolean): Promise<CameBack> {
    const { environment } = this;
    const began = environment.now();
    let came: CameBack = { picture: false, sound: false };
    this.#showEcho(mirror, came, has.microphone);
    for (;;) {
      await environment.wait(LOOK_MS);
      const now = await mirror.look();
      if (!isCurrent()) return now;
      if (now.sound !== came.sound) this.#showEcho(mirror, now, has.microphone);
      came = now;
      const lasted = environment.now() - began;
      const isAll = (came.picture || !has.camera) && (came.sound || !has.microphone);
      if (this.#isEnough || lasted >= ECHO_MOST_MS || (isAll && lasted >= ECHO_LEAST_MS)) return came;
    }
  }

  #showEcho({ stream }: Mirror, came: CameBack, hasMicrophone: boolean): void {
    this.#show({ at: 'echo', stream, isHeard: came.sound, hasMicrophone });
  }

  #show(screen: TrialScreen): void {
    this.screen = screen;
    this.onChange();
  }
}

/** What the headline is about: the way, or, where that is good, what is the matter with the devices. */
export function headlineOf({ check, microphone, camera }: TrialResult): 'good' | 'weak' | 'soundOnly' | 'none' | 'devices' {
  const isWhole = (fate: Fate | null): boolean => fate === null || fate === 'works';
  return check.verdict === 'good' && !(isWhole(microphone) && isWhole(camera)) ? 'devices' : check.verdict;
}
