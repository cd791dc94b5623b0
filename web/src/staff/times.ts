/**
 * Times of a desk, on Denmark's clock whatever the device's: the SMS says them so, and so does everybody in the house.
 * The languages' own ways of writing them are the browser's.
 */

import { localeOf, type Language } from '../text/languages.js';
import type { StaffWords } from '../text/staff.js';
import { dayAfter } from './day.js';

const ZONE = 'Europe/Copenhagen';
const PARTS = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
});

const WRITTEN = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/;

interface OnTheClock {
  /** `2026-11-24` */
  readonly day: string;
  /** `10:30` */
  readonly clock: string;
  readonly second: string;
}

export function danish(ms: number): OnTheClock {
  const part = Object.fromEntries(PARTS.formatToParts(ms).map(({ type, value }) => [type, value]));
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = part;
  return { day: `${year}-${month}-${day}`, clock: `${hour}:${minute}`, second };
}

/** What the Danish clock is ahead of UTC at this moment. */
function aheadOf(ms: number): number {
  const { day, clock, second } = danish(ms);
  return Date.parse(`${day}T${clock}:${second}Z`) - Math.floor(ms / 1000) * 1000;
}

/**
 * Unix milliseconds of a Danish day and clock; NaN when they are none. In the hour that the clock skips in spring it is
 * the hour after, in the one it repeats in autumn the first.
 */
export function momentOf(day: string, clock: string): number {
  const asUtc = WRITTEN.test(`${day} ${clock}`) ? Date.parse(`${day}T${clock}:00Z`) : NaN;
  if (Number.isNaN(asUtc)) return NaN;
  const early = asUtc - aheadOf(asUtc - 24 * 3600_000);
  return danish(early).clock === clock ? early : asUtc - aheadOf(asUtc + 24 * 3600_000);
}

/** `10.30` */
export function clockText(moment: string | number, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { timeZone: ZONE, hour: '2-digit', minute: '2-digit' }).format(new Date(moment));
}

/** `mandag den 23. november` */
export function dateText(day: string, language: Language): string {
  const noon = new Date(`${day}T12:00:00Z`);
  if (language !== 'da') return new Intl.DateTimeFormat(localeOf(language), { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(noon);
  const [weekday, date] = [{ weekday: 'long' }, { day: 'numeric', month: 'long' }].map((parts) =>
    new Intl.DateTimeFormat('da-DK', { ...(parts as Intl.DateTimeFormatOptions), timeZone: 'UTC' }).format(noon),
  );
  return `${weekday ?? ''} den ${date ?? ''}`;
}

/** `I dag`, `I morgen`, or '' when there is no word. */
export function dayWord(day: string, nowMs: number, words: StaffWords['day']): string {
  const today = danish(nowMs).day;
  if (day === today) return words.today;
  if (day === dayAfter(today, 1)) return words.tomorrow;
  return day === dayAfter(today, -1) ? words.yesterday : '';
}
