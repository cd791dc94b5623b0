/** Times of a desk, on the person's own clock. */

import type { StaffWords } from '../text/staff.js';
import { localeOf, type Language } from '../text/languages.js';
import { dayAfter } from './day.js';
import { dayOf } from './booking.js';

/** `10.30` */
export function clockText(moment: string | number, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit' }).format(new Date(moment));
}

/** `mandag den 23. november` */
export function dateText(day: string, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(`${day}T12:00:00`));
}

/** `I dag`, `I morgen`, or '' when there is no word. */
export function dayWord(day: string, nowMs: number, words: StaffWords['day']): string {
  const today = dayOf(new Date(nowMs));
  if (day === today) return words.today;
  if (day === dayAfter(today, 1)) return words.tomorrow;
  return day === dayAfter(today, -1) ? words.yesterday : '';
}
