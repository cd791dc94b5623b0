/** A value that others watch. */

import { beforeNextFrame } from './frames.js';

export class Store<T> {
  #value: T;
  #listeners = new Set<(value: T) => void>();
  #isScheduled = false;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Listeners are told at most once per frame, with the newest value, and only when it is another one. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    beforeNextFrame(() => {
      this.#isScheduled = false;
      for (const listener of [...this.#listeners]) listener(this.#value);
    });
  }

  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
