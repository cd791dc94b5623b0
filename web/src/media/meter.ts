/**
 * How loud the own microphone is, for the person's eyes only. Listens to a clone of the track, which stays enabled while
 * the microphone is muted: so the page can say "you are speaking, but your microphone is off". Nothing leaves the page.
 */

const FLOOR_DB = -60;
const CEILING_DB = -10;

/** From the root mean square of samples (full scale 1) to 0 … 1, linear in decibels, as ears are. */
export function levelOf(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

export class Meter {
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #input: MediaStreamAudioSourceNode | null = null;
  #clone: MediaStreamTrack | null = null;
  #samples = new Float32Array(1024);
  /** The sound is back after an interruption. */
  onReturn: () => void = () => undefined;

  /** Null listens to nothing. */
  listenTo(track: MediaStreamTrack | null): void {
    this.#input?.disconnect();
    this.#clone?.stop();
    this.#input = null;
    this.#clone = null;
    if (!track || typeof AudioContext === 'undefined') return;
    this.#context ??= this.#newContext();
    if (!this.#analyser) {
      this.#analyser = this.#context.createAnalyser();
      this.#analyser.fftSize = this.#samples.length;
    }
    this.#clone = track.clone();
    this.#clone.enabled = true;
    this.#input = this.#context.createMediaStreamSource(new MediaStream([this.#clone]));
    this.#input.connect(this.#analyser);
    this.resume();
  }

  /**
   * A telephone call, an alarm or Siri takes the sound away (`interrupted`, WebKit). When it is given back the context sleeps,
   * and what was recorded meanwhile is not to be trusted.
   */
  #newContext(): AudioContext {
    const context = new AudioContext();
    let wasInterrupted = false;
    context.addEventListener('statechange', () => {
      if (this.#context !== context) return;
      if ((context.state as string) === 'interrupted') wasInterrupted = true;
      else if (wasInterrupted) {
        wasInterrupted = false;
        this.resume();
        this.onReturn();
      }
    });
    return context;
  }

  /** A context that was made without a click sleeps until one. */
  resume(): void {
    if (this.#context?.state !== 'running') void this.#context?.resume().catch(() => undefined);
  }

  /** 0 … 1, now. */
  level(): number {
    if (!this.#analyser || !this.#input || this.#context?.state !== 'running') return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return levelOf(this.#samples);
  }

  close(): void {
    this.listenTo(null);
    void this.#context?.close().catch(() => undefined);
    this.#context = null;
    this.#analyser = null;
  }
}
