/**
 * The page's side of an embedding, without the element: commands go to the frame and their answers come back, events are
 * handed on. Letters go to the hub's origin alone, and only those are read that come from the frame and from that origin.
 */

import { CommandError } from './command-error.js';
import { ENVELOPE, readLetter, type AnswerLetter, type CommandLetter, type EventLetter } from './envelope.js';

/** A slow server, a question to the person. */
const ANSWER_WITHIN_MS = 30_000;
/** Commands that wait for an answer. */
export const MAX_OPEN = 64;

interface Open {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CommandError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Correspondence {
  #open = new Map<string, Open>();
  /** Until the frame's page is there. */
  #unsent: CommandLetter[] | null = [];
  #count = 0;

  /** `frame`: its window now; null while there is none. */
  constructor(
    private readonly frame: () => Pick<Window, 'postMessage'> | null,
    private readonly hubOrigin: string,
    private readonly onEvent: (name: string, detail: unknown) => void,
  ) {}

  /** The frame's page is loaded, perhaps once more. */
  onLoaded(): void {
    const unsent = this.#unsent ?? [];
    this.#unsent = null;
    for (const letter of unsent) this.#send(letter);
  }

  /** Rejects with `CommandError`; never silently. */
  command(name: string, args?: unknown, withinMs = ANSWER_WITHIN_MS): Promise<unknown> {
    if (this.#open.size >= MAX_OPEN) return Promise.reject(new CommandError('too_many', `${MAX_OPEN} commands are under way`));
    this.#count += 1;
    const id = `c${this.#count}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id)?.reject(new CommandError('no_answer', name)), withinMs);
      this.#open.set(id, { resolve, reject, timer });
      const letter: CommandLetter = { vdx: ENVELOPE, id, type: 'command', name, ...(args === undefined ? {} : { args }) };
      if (this.#unsent === null) this.#send(letter);
      else this.#unsent.push(letter);
    });
  }

  receive({ source, origin, data }: Pick<MessageEvent, 'source' | 'origin' | 'data'>): void {
    if (source === null || source !== this.frame() || origin !== this.hubOrigin) return;
    const letter = readLetter(data);
    if (letter?.type === 'answer') this.#onAnswer(letter);
    if (letter?.type === 'event') this.onEvent(letter.name, (letter as EventLetter).detail);
  }

  /** The frame is gone; what waits for an answer gets none. */
  close(): void {
    for (const id of [...this.#open.keys()]) this.#settle(id)?.reject(new CommandError('closed', 'the frame was taken away'));
    this.#unsent = [];
  }

  #onAnswer(letter: AnswerLetter): void {
    const open = this.#settle(letter.id);
    if (letter.ok) open?.resolve(letter.value);
    else open?.reject(new CommandError(letter.code, letter.text));
  }

  #settle(id: string): Open | undefined {
    const open = this.#open.get(id);
    this.#open.delete(id);
    clearTimeout(open?.timer);
    return open;
  }

  #send(letter: CommandLetter): void {
    this.frame()?.postMessage(letter, this.hubOrigin);
  }
}
