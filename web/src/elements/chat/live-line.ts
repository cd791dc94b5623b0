/**
 * Real-time text, the sending side: what is typed goes out as edits, at once after a pause and then every `BATCH_MS`.
 *
 * An edit says how much of the beginning stays and what comes after; positions are code points. One edit is under way
 * at a time. When the two ends do not agree (or may not, after a reconnect) the line is sent whole.
 */

import type { Answer } from '../../protocol/messages.gen.js';

/** A reader sees it within 500 ms (EN 301 549 §6.2.4): the rest is for the way and the server. */
export const BATCH_MS = 250;
/** What the server takes of a line that is open. */
export const MAX_LINE = 500;

export type SendEdit = (keep: number, text: string) => Promise<Answer>;

export class LiveLine {
  #send: SendEdit;
  #wanted: readonly string[] = [];
  #told: readonly string[] = [];
  #isWholeDue = false;
  #isUnderWay = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBeforeMs = 0;
  /** What is under way is of an earlier line when this has changed. */
  #line = 0;

  constructor(send: SendEdit) {
    this.#send = send;
  }

  /** The line is this now. */
  type(text: string): void {
    this.#wanted = Array.from(text).slice(0, MAX_LINE);
    this.#schedule();
  }

  /** It goes to others from now on: theirs has it whole. */
  turnTo(send: SendEdit): void {
    this.#send = send;
    this.resync();
  }

  /** The server may have another line than we think. */
  resync(): void {
    if (this.#wanted.length === 0 && this.#told.length === 0) return;
    this.#isWholeDue = true;
    this.#schedule();
  }

  /** The server has closed the line, because its message was sent. */
  closed(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#line += 1;
    this.#wanted = [];
    this.#told = [];
    this.#isWholeDue = false;
  }

  get #isBehind(): boolean {
    return this.#isWholeDue || this.#wanted.join('') !== this.#told.join('');
  }

  #schedule(): void {
    if (this.#isUnderWay || this.#timer !== undefined || !this.#isBehind) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, Math.max(0, this.#notBeforeMs - Date.now()));
  }

  async #flush(): Promise<void> {
    if (!this.#isBehind) return;
    const line = this.#line;
    const wanted = this.#wanted;
    const keep = this.#isWholeDue ? 0 : commonStart(this.#told, wanted);
    this.#isWholeDue = false;
    this.#isUnderWay = true;
    this.#notBeforeMs = Date.now() + BATCH_MS;
    const answer = await this.#send(keep, wanted.slice(keep).join(''));
    this.#isUnderWay = false;
    if (line === this.#line) this.#take(answer, wanted);
    this.#schedule();
  }

  #take(answer: Answer, sent: readonly string[]): void {
    if (answer.type !== 'error') {
      this.#told = sent;
    } else if (answer.code === 'out_of_step') {
      this.#isWholeDue = true;
    } else if (answer.code === 'rate_limited') {
      this.#notBeforeMs = Date.now() + (answer.retryAfter ?? 1) * 1000;
    } else {
      // Refused for good, or no connection: what is typed next is tried again, whole.
      this.#told = sent;
      this.#isWholeDue = false;
    }
  }
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let index = 0;
  while (index < a.length && index < b.length && a[index] === b[index]) index += 1;
  return index;
}
