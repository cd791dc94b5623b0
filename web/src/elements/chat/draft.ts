/** What is being written and to whom. Outlives the panel, so that closing it loses no word. */

import type { CallCommands } from '../../call-types.js';
import type { Addressee, Answer } from '../../protocol/messages.gen.js';
import { LiveLine } from './live-line.js';

/** `stay`: an announcement. Otherwise the id of one person. */
export type Target = 'all' | 'hosts' | 'stay' | { readonly id: string };

export function addressed(target: Target): { readonly to: Addressee; readonly participantId: string | null } {
  if (typeof target === 'object') return { to: 'one', participantId: target.id };
  return { to: target === 'hosts' ? 'hosts' : 'all', participantId: null };
}

type Ask = CallCommands['ask'];

export class Draft {
  text = '';
  target: Target | null = null;
  /** Shown while it is typed. */
  isLive = false;
  caption = '';
  readonly #ask: Ask;
  readonly #line: LiveLine;
  readonly #captions: LiveLine;

  constructor(ask: Ask) {
    this.#ask = ask;
    this.#line = new LiveLine(this.#toOthers('all'));
    this.#captions = new LiveLine((keep, text) => ask({ type: 'typeCaption', keep, text, finished: false }));
  }

  type(text: string): void {
    this.text = text;
    if (this.isLive && this.target !== 'stay') this.#line.type(text);
  }

  turnTo(target: Target): void {
    if (this.isLive) this.#line.type('');
    this.target = target;
    this.#line.turnTo(this.#toOthers(target));
    this.type(this.text);
  }

  setLive(isLive: boolean): void {
    this.isLive = isLive;
    this.#line.type(isLive && this.target !== 'stay' ? this.text : '');
  }

  async send(): Promise<Answer> {
    const { text, target } = this;
    const answer = await this.#ask(
      target === 'stay' ? { type: 'announce', text } : { type: 'writeChat', ...addressed(target ?? 'all'), text },
    );
    if (answer.type !== 'error') {
      this.text = '';
      this.#line.closed();
    }
    return answer;
  }

  typeCaption(text: string): void {
    this.caption = text;
    this.#captions.type(text);
  }

  /** The line is said as it is. */
  async finishCaption(): Promise<void> {
    const text = this.caption.trim();
    if (text === '') return;
    this.caption = '';
    this.#captions.closed();
    await this.#ask({ type: 'typeCaption', keep: 0, text, finished: true });
  }

  /** The connection is back, perhaps to a server that knows nothing of our lines. */
  resync(): void {
    this.#line.resync();
    this.#captions.resync();
  }

  #toOthers(target: Target): (keep: number, text: string) => Promise<Answer> {
    return (keep, text) => this.#ask({ type: 'typeText', ...addressed(target), keep, text });
  }
}
