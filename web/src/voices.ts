/**
 * How loud who is. Kept apart from the state of the call: levels come ten times a second for everybody, and each moves
 * one small meter, nothing else. An element watches the voice it draws and sets that one element's style.
 */

import { beforeNextFrame } from './frames.js';
import type { Speaker } from './protocol/messages.gen.js';

/** Eyes don't see finer steps, and each step costs the page a picture. */
const STEPS = 20;

export class Voice {
  #level: number;
  #listeners = new Set<() => void>();
  #isScheduled = false;

  constructor(level = 0) {
    this.#level = level;
  }

  /** 0 silent … 1 loudest. */
  get level(): number {
    return this.#level;
  }

  /** Takes any number; listeners are told at most once per frame, and only of a visible change. */
  set(level: number): void {
    const stepped = Number.isFinite(level) ? Math.round(Math.min(Math.max(level, 0), 1) * STEPS) / STEPS : 0;
    if (stepped === this.#level) return;
    this.#level = stepped;
    if (this.#isScheduled || this.#listeners.size === 0) return;
    this.#isScheduled = true;
    beforeNextFrame(() => {
      this.#isScheduled = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** One voice per participant, the same object for as long as he is there. */
export class Voices {
  #voices = new Map<string, Voice>();

  of(participantId: string): Voice {
    let voice = this.#voices.get(participantId);
    if (!voice) {
      voice = new Voice();
      this.#voices.set(participantId, voice);
    }
    return voice;
  }

  /** All who are heard now; who is not among them is silent. */
  hear(speakers: readonly Speaker[]): void {
    const levels = new Map(speakers.map(({ participantId, level }) => [participantId, level]));
    for (const [id, voice] of this.#voices) voice.set(levels.get(id) ?? 0);
  }

  /** Those who have left are forgotten. */
  keep(participantIds: ReadonlySet<string>): void {
    for (const [id, voice] of this.#voices) {
      if (participantIds.has(id)) continue;
      voice.set(0);
      this.#voices.delete(id);
    }
  }
}
