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

/** `10.30` */
export function clockText(ms: number, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit' }).format(ms);
}

/** `mandag den 24. november` */
export function dayText(ms: number, language: Language): string {
  const parts = new Intl.DateTimeFormat(localeOf(language), { weekday: 'long', day: 'numeric', month: 'long' }).formatToParts(ms);
  // Browsers leave out a word that a Dane says.
  return parts.map(({ type, value }, index) => (language === 'da' && type === 'literal' && parts[index - 1]?.type === 'weekday' ? ' den ' : value)).join('');
}

/** The clock alone when it is today, the day before it otherwise. */
export function momentText(ms: number, nowMs: number, language: Language): string {
  const [words, clock] = [timeWords(language), clockText(ms, language)];
  if (new Date(ms).toDateString() === new Date(nowMs).toDateString()) return words.today(clock);
  return words.otherDay(dayText(ms, language), clock);
}
