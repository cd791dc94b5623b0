/** A day as a desk sees it: what is over, what goes on, where now is; and what has changed since the last look. */

import type { DayMeeting, Waiting } from './resources.js';

export type Standing =
  | 'cancelled'
  | 'over'
  /** Somebody waits and nobody has opened. */
  | 'waiting'
  /** Somebody is in the room. */
  | 'live'
  /** Its links work, and nobody is there. */
  | 'open'
  | 'later';

const GONE: readonly string[] = ['STARTING_TO_DEPROVISION', 'DEPROVISION_PROBLEMS', 'DEPROVISION_OK'];

export function standingOf(meeting: DayMeeting, nowMs: number): Standing {
  if (meeting.waiting.length > 0) return 'waiting';
  if (meeting.hosts + meeting.guests > 0) return 'live';
  if (GONE.includes(meeting.status) || Date.parse(meeting.endTime) <= nowMs) return 'over';
  return Date.parse(meeting.opensAt) <= nowMs ? 'open' : 'later';
}

export interface DayPlan {
  readonly earlier: readonly DayMeeting[];
  /** Begun, or somebody is there. */
  readonly now: readonly DayMeeting[];
  readonly coming: readonly DayMeeting[];
}

/** The order of time stays; what is over goes aside. */
export function planOf(meetings: readonly DayMeeting[], nowMs: number): DayPlan {
  const plan = { earlier: [] as DayMeeting[], now: [] as DayMeeting[], coming: [] as DayMeeting[] };
  for (const meeting of meetings) {
    const standing = standingOf(meeting, nowMs);
    if (standing === 'over') plan.earlier.push(meeting);
    else if (standing === 'waiting' || standing === 'live' || Date.parse(meeting.startTime) <= nowMs) plan.now.push(meeting);
    else plan.coming.push(meeting);
  }
  return plan;
}

export function waitingCount(meetings: readonly DayMeeting[]): number {
  return meetings.reduce((sum, one) => sum + one.waiting.length, 0);
}

/** Whole minutes, never below 0. */
export function minutesSince(moment: string, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - Date.parse(moment)) / 60_000));
}

export interface Arrival {
  readonly meeting: DayMeeting;
  readonly waiting: Waiting;
}

/** Who waits now and did not before; the first look is for the eyes. */
export function arrivals(before: readonly DayMeeting[] | null, now: readonly DayMeeting[]): readonly Arrival[] {
  if (before === null) return [];
  const known = new Set(before.flatMap((meeting) => meeting.waiting.map((one) => `${meeting.uuid} ${one.since} ${one.name}`)));
  return now.flatMap((meeting) =>
    meeting.waiting
      .filter((one) => !known.has(`${meeting.uuid} ${one.since} ${one.name}`))
      .map((waiting) => ({ meeting, waiting })),
  );
}

/** `2026-11-24` and so many days on. */
export function dayAfter(day: string, days: number): string {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}
