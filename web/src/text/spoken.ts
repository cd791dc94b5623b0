/**
 * The words of one area in every language: its Danish and English, and over them what a translator's file says. The
 * file is fetched once, before the first screen in its language is drawn (`loadWords`), so asking for words never waits.
 */

import type { Language, OwnLanguage } from './languages.js';

export type Own<W> = Readonly<Record<OwnLanguage, W>>;

/** An area's words in one language. Equal calls give the same object. */
export type Translate = <W>(area: string, own: Own<W>) => W;

export interface Spoken<W> {
  (language: Language): W;
  /** What its keys in a translator's file begin with. */
  readonly area: string;
  readonly own: Own<W>;
}

const translators = new Map<Language, Translate>();

export function setTranslator(language: Language, translate: Translate): void {
  translators.set(language, translate);
}

export function hasTranslator(language: Language): boolean {
  return translators.has(language);
}

/** `W`: strings, functions of strings, numbers and lists of strings, and objects or lists of these. */
export function spoken<W>(area: string, own: Own<W>): Spoken<W> {
  const speak = (language: Language): W =>
    language === 'da' || language === 'en' ? own[language] : (translators.get(language)?.(area, own) ?? own.en);
  return Object.assign(speak, { area, own });
}
