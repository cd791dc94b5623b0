/**
 * Meetings that are about to be called off: for some seconds it can be undone, then the server is told. Who closes the
 * page meanwhile meant it. A meeting whose room is there already is ended instead.
 */

import type { Problem, StaffRequests } from './requests.js';
import type { DayMeeting } from './resources.js';

export const UNDO_MS = 8000;

interface Pending {
  readonly meeting: DayMeeting;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class CallingOff {
  private readonly pending = new Map<string, Pending>();

  /** `done` is told of each meeting, with what went wrong, if anything. */
  constructor(
    private readonly requests: StaffRequests,
    private readonly changed: () => void,
    private readonly done: (meeting: DayMeeting, problem: Problem | null) => void,
  ) {
    addEventListener('pagehide', this.finish);
  }

  get meetings(): readonly DayMeeting[] {
    return [...this.pending.values()].map(({ meeting }) => meeting);
  }

  has(uuid: string): boolean {
    return this.pending.has(uuid);
  }

  begin(meeting: DayMeeting): void {
    if (this.has(meeting.uuid)) return;
    this.pending.set(meeting.uuid, { meeting, timer: setTimeout(() => void this.send(meeting), UNDO_MS) });
    this.changed();
  }

  undo(uuid: string): void {
    clearTimeout(this.pending.get(uuid)?.timer);
    this.pending.delete(uuid);
    this.changed();
  }

  /** Nothing is undone any more: the page goes. */
  readonly finish = (): void => {
    for (const { meeting, timer } of this.pending.values()) {
      clearTimeout(timer);
      void this.send(meeting);
    }
  };

  close(): void {
    removeEventListener('pagehide', this.finish);
    this.finish();
  }

  private async send(meeting: DayMeeting): Promise<void> {
    let answer: { readonly value: unknown } | { readonly problem: Problem } =
      meeting.status === 'AWAITS_PROVISION' ? await this.requests.cancel(meeting.uuid) : await this.requests.end(meeting.uuid);
    // Its room was made a moment ago.
    if ('problem' in answer && answer.problem.code === 'meeting_not_deletable') answer = await this.requests.end(meeting.uuid);
    this.pending.delete(meeting.uuid);
    this.changed();
    this.done(meeting, 'problem' in answer ? answer.problem : null);
  }
}
