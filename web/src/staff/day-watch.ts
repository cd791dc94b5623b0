/** Looks at a day again and again, and tells what it is now. One question at a time; a page that nobody sees asks less. */

import type { Day } from './resources.js';
import type { Problem, StaffRequests } from './requests.js';

export const ASK_MS = 5000;
export const HIDDEN_ASK_MS = 20_000;

export interface Watched {
  /** Null until it was told once. */
  readonly day: Day | null;
  /** What the server's clock is ahead of this device's. */
  readonly aheadMs: number;
  /** Of the last question; null: it was answered. */
  readonly problem: Problem | null;
}

export const UNSEEN: Watched = { day: null, aheadMs: 0, problem: null };

export class DayWatch {
  value: Watched = UNSEEN;
  private tag = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isAsking = false;
  private wantsAgain = false;
  private isWatching = false;

  constructor(
    private readonly requests: StaffRequests,
    private readonly day: string,
    private readonly listener: (now: Watched, before: Watched) => void,
  ) {}

  start(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    document.addEventListener('visibilitychange', this.onVisible);
    void this.ask();
  }

  stop(): void {
    this.isWatching = false;
    document.removeEventListener('visibilitychange', this.onVisible);
    clearTimeout(this.timer);
  }

  /** Something was done that changes the day. */
  look(): void {
    if (this.isAsking) this.wantsAgain = true;
    else if (this.isWatching) void this.ask();
  }

  private readonly onVisible = (): void => {
    if (!document.hidden) this.look();
  };

  private async ask(): Promise<void> {
    clearTimeout(this.timer);
    this.isAsking = true;
    this.wantsAgain = false;
    const answer = await this.requests.day(this.day, this.tag);
    this.isAsking = false;
    if (!this.isWatching) return;
    const before = this.value;
    if ('problem' in answer) {
      this.value = { ...before, problem: answer.problem };
    } else {
      const { day, tag, nowMs } = answer.value;
      this.tag = tag;
      this.value = { day: day ?? before.day, aheadMs: nowMs - Date.now(), problem: null };
    }
    this.listener(this.value, before);
    // The listener may have ended it.
    if ((this.isWatching as boolean) === false) return;
    if (this.wantsAgain) void this.ask();
    else this.timer = setTimeout(() => void this.ask(), document.hidden ? HIDDEN_ASK_MS : ASK_MS);
  }
}
