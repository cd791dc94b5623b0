/** Times as people say them, in their own time zone. */

import { localeOf, type Language } from './languages.js';
import { spoken } from './spoken.js';

export interface TimeWords {
  readonly today: (clock: string) => string;
  readonly otherDay: (day: string, clock: string) => string;
}

const da: TimeWords = { today: (clock) => `kl. ${clock}`, otherDay: (day, clock) => `${day} kl. ${clock}` };
const en: TimeWords = { today: (clock) => `at ${clock}`, otherDay: (day, clock) => `on ${day} at ${clock}` };

export const timeWords = spoken('times', { da, en });

/** The clock alone when it is today, the day before it otherwise. */
export function momentText(ms: number, nowMs: number, language: Language): string {
  const [moment, now, locale, words] = [new Date(ms), new Date(nowMs), localeOf(language), timeWords(language)];
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }).format(moment);
  if (moment.toDateString() === now.toDateString()) return words.today(clock);
  return words.otherDay(new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(moment), clock);
}
