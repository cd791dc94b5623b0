/** Plays the melody on the loudspeaker that the call will use. */

import { melody, waveFile } from './melody.js';

type SinkElement = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

export class MelodyPlayer {
  isPlaying = false;
  /** It was heard, or would have been. */
  wasPlayed = false;
  #element: SinkElement | null = null;
  #address = '';

  constructor(private readonly onChange: () => void) {}

  /** From the beginning; inside a click, or the browser refuses. `speaker`: null is the system's own choice. */
  async play(speaker: string | null): Promise<void> {
    const element = this.#ready();
    element.currentTime = 0;
    this.wasPlayed = true;
    this.#set(true);
    try {
      // Begun before anything is waited for: iOS counts the click as over after that.
      const begun = element.play();
      if (speaker !== null) await element.setSinkId?.(speaker).catch(() => undefined);
      await begun;
    } catch {
      this.wasPlayed = false;
      this.#set(false);
    }
  }

  stop(): void {
    this.#element?.pause();
    this.#element = null;
    if (this.#address !== '') URL.revokeObjectURL(this.#address);
    this.#address = '';
    this.isPlaying = false;
  }

  #ready(): SinkElement {
    if (this.#element !== null) return this.#element;
    this.#address = URL.createObjectURL(new Blob([waveFile(melody())], { type: 'audio/wav' }));
    const element: SinkElement = new Audio(this.#address);
    element.addEventListener('ended', () => this.#set(false));
    this.#element = element;
    return element;
  }

  #set(isPlaying: boolean): void {
    if (this.isPlaying === isPlaying) return;
    this.isPlaying = isPlaying;
    this.onChange();
  }
}
