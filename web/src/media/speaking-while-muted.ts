/** Notices that somebody speaks whose microphone is off, from levels that come ten times a second. */

/** Louder than breathing and keyboards; a guess, tried with laptop microphones. */
const SPEECH_LEVEL = 0.55;
const SPEECH_TICKS = 4;
const HINT_MS = 4000;

export class SpeakingWhileMuted {
  #ticks = 0;
  #until = 0;

  get isHinting(): boolean {
    return this.#until > Date.now();
  }

  /** Whether the hint came or went. */
  hear(level: number, isMuted: boolean): boolean {
    const wasHinting = this.#until > 0;
    this.#ticks = level >= SPEECH_LEVEL ? this.#ticks + 1 : 0;
    if (isMuted && this.#ticks >= SPEECH_TICKS) this.#until = Date.now() + HINT_MS;
    else if (wasHinting && this.#until <= Date.now()) this.#until = 0;
    return wasHinting !== this.#until > 0;
  }

  stop(): void {
    this.#until = 0;
  }
}
