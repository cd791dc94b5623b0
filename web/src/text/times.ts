/** Times as people say them, in their own time zone. */

import type { Language } from './words.js';

const LOCALES: Readonly<Record<Language, string>> = { da: 'da-DK', en: 'en-GB' };

/** The clock alone when it is today, the day before it otherwise. */
export function momentText(ms: number, nowMs: number, language: Language): string {
  const [moment, now] = [new Date(ms), new Date(nowMs)];
  const clock = new Intl.DateTimeFormat(LOCALES[language], { hour: '2-digit', minute: '2-digit' }).format(moment);
  const at = language === 'da' ? `kl. ${clock}` : `at ${clock}`;
  if (moment.toDateString() === now.toDateString()) return at;
  const day = new Intl.DateTimeFormat(LOCALES[language], { weekday: 'long', day: 'numeric', month: 'long' }).format(moment);
  return language === 'da' ? `${day} ${at}` : `on ${day} ${at}`;
}
