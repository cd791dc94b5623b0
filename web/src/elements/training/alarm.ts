/** A sound for hosts while somebody waits for help: two short tones, again and again, until a host has answered. */

const AGAIN_MS = 4000;
const TONES_HZ = [880, 660] as const;
const TONE_S = 0.18;
const LOUDNESS = 0.25;

export class Alarm {
  #timer: ReturnType<typeof setInterval> | undefined;
  #context: AudioContext | null = null;

  /** How many wait. */
  set(waiting: number): void {
    if (waiting > 0 && this.#timer === undefined) {
      this.#ring();
      this.#timer = setInterval(() => { this.#ring(); }, AGAIN_MS);
    } else if (waiting === 0 && this.#timer !== undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      void this.#context?.close();
      this.#context = null;
    }
  }

  #ring(): void {
    if (typeof AudioContext !== 'function') return;
    this.#context ??= new AudioContext();
    const { currentTime, destination } = this.#context;
    TONES_HZ.forEach((frequency, index) => {
      const [tone, gain] = [this.#context?.createOscillator(), this.#context?.createGain()];
      if (!tone || !gain) return;
      const since = currentTime + index * TONE_S;
      tone.frequency.value = frequency;
      gain.gain.setValueAtTime(LOUDNESS, since);
      gain.gain.exponentialRampToValueAtTime(0.001, since + TONE_S);
      tone.connect(gain).connect(destination);
      tone.start(since);
      tone.stop(since + TONE_S);
    });
  }
}
