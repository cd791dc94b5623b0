/**
 * The way in, step by step. Pure but for the clock and the question, which are handed in.
 *
 *     screen         what happens                       next
 *     ask            an address is typed                working
 *     working        open                               entered, and over
 *                    notYet                             early, which asks again by itself
 *                    pinRequired, wrongPin              pin
 *                    unknown (typed)                    ask, with a word
 *                    unknown, closed                    unknown, closed
 *                    wait                               wait, which goes on by itself when it is over
 *                    unreachable                        unreachable, which asks again by itself
 *     pin            a PIN is typed                     working
 */

import type { AskEntrance, EntranceAnswer, Host, Inviting } from '../protocol/entrance.js';
import { readTyped, type Opening, type Way } from './opening.js';

export type EntryScreen =
  | { readonly at: 'ask'; readonly problem: '' | 'empty' | 'unknown' }
  | { readonly at: 'pin'; readonly problem: '' | 'missing' | 'wrong'; readonly triesLeft: number | null }
  | { readonly at: 'working' }
  | { readonly at: 'early'; readonly opensAt: number; readonly startsAt: number; readonly host?: Host }
  | { readonly at: 'closed' | 'unknown' | 'unreachable' }
  | { readonly at: 'wait'; readonly until: number };

export type Opened = Extract<EntranceAnswer, { state: 'open' }>;

export interface EntryListener {
  onChange(): void;
  onEntered(opened: Opened): void;
}

/** Never longer between two questions while one waits for the door: the meeting may have been moved. */
const ASK_AGAIN_MS = 60_000;
const SOON_MS = 2_000;
const RETRY_MS = 5_000;
/** So that a hundred guests do not come in the same moment. */
const SPREAD_MS = 1_500;
const SHORTEST_PIN = 4;

export class EntryFlow {
  screen: EntryScreen = { at: 'working' };
  inviting: Inviting = { organisation: '', helpLine: '' };
  #way: Way;
  #pin: string;
  #isTyped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the newest question: an older answer is no news. */
  #question = 0;

  constructor(
    private readonly opening: Opening,
    private readonly ask: AskEntrance,
    private readonly listener: EntryListener,
  ) {
    this.#way = opening.way;
    this.#pin = opening.pin;
  }

  begin(): void {
    if (this.#way.kind === 'ask') this.#show({ at: 'ask', problem: '' });
    else void this.#ask();
  }

  type(text: string): void {
    const way = readTyped(text);
    if (way === null) {
      this.#show({ at: 'ask', problem: 'empty' });
      return;
    }
    [this.#way, this.#pin, this.#isTyped] = [way, this.opening.way.kind === 'ask' ? this.opening.pin : '', true];
    void this.#ask();
  }

  typePin(text: string): void {
    const pin = text.replace(/\s/g, '');
    if (!/^\d+$/.test(pin) || pin.length < SHORTEST_PIN) {
      this.#show({ at: 'pin', problem: 'missing', triesLeft: null });
      return;
    }
    this.#pin = pin;
    void this.#ask();
  }

  /** Another address. */
  startOver(): void {
    this.stop();
    this.inviting = { organisation: '', helpLine: '' };
    this.#show({ at: 'ask', problem: '' });
  }

  /** Now, not when the time has come. */
  again(): void {
    void this.#ask();
  }

  stop(): void {
    this.#question += 1;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const way = this.#way;
    if (way.kind === 'ask') return;
    this.stop();
    const question = this.#question;
    // Who waits for the door is not shown something else each time the page looks.
    if (!['early', 'unreachable', 'wait'].includes(this.screen.at)) this.#show({ at: 'working' });
    const [answer, inviting] = await this.ask({ way, pin: this.#pin, returnUrl: this.opening.returnUrl });
    if (question !== this.#question) return;
    if (inviting.organisation !== '') this.inviting = inviting;
    this.#answered(answer);
  }

  #answered(answer: EntranceAnswer): void {
    switch (answer.state) {
      case 'open':
        this.listener.onEntered(answer);
        return;
      case 'notYet': {
        const { state: _, ...told } = answer;
        const { opensAt } = told;
        this.#show({ at: 'early', ...told });
        const due = Math.max(opensAt - Date.now(), SOON_MS) + Math.random() * SPREAD_MS;
        this.#askIn(Math.min(due, ASK_AGAIN_MS));
        return;
      }
      case 'pinRequired':
        this.#show({ at: 'pin', problem: '', triesLeft: null });
        return;
      case 'wrongPin':
        this.#pin = '';
        this.#show({ at: 'pin', problem: 'wrong', triesLeft: answer.triesLeft });
        return;
      case 'wait':
        this.#show({ at: 'wait', until: Date.now() + answer.forMs });
        // Whoever shares an address with somebody who guesses has only to wait.
        this.#askIn(answer.forMs + Math.random() * SPREAD_MS);
        return;
      case 'unreachable':
        this.#show({ at: 'unreachable' });
        this.#askIn(RETRY_MS + Math.random() * SPREAD_MS);
        return;
      case 'unknown':
        this.#show(this.#isTyped ? { at: 'ask', problem: 'unknown' } : { at: 'unknown' });
        return;
      case 'closed':
        this.#show({ at: 'closed' });
    }
  }

  #askIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  #show(screen: EntryScreen): void {
    this.screen = screen;
    this.listener.onChange();
  }
}
