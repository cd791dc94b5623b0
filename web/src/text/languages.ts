/**
 * The languages the page can speak, and what a browser must know of each. Danish and English are written here, by type
 * complete; every other one is a translator's file in `catalogues/` (docs/topics/translations.md).
 */

export const LANGUAGES = ['da', 'en', 'de', 'ar'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Written beside the elements; the rest overlay them. */
export type OwnLanguage = 'da' | 'en';

/** No speaker of the language has read these through yet: said where they are chosen. */
const UNREVIEWED: ReadonlySet<Language> = new Set<Language>(['de', 'ar']);
const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set<Language>(['ar']);

/** How dates and numbers are written: as in Denmark's English, and with the digits that telephones have. */
const LOCALES: Readonly<Record<Language, string>> = { da: 'da-DK', en: 'en-GB', de: 'de-DE', ar: 'ar-u-nu-latn' };

export function isReviewed(language: Language): boolean {
  return !UNREVIEWED.has(language);
}

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr';
}

export function localeOf(language: Language): string {
  return LOCALES[language];
}

/** `de-AT` is German; null for what the page does not speak. */
export function languageOf(tag: string | null): Language | null {
  const base = tag?.split('-')[0]?.toLowerCase();
  return LANGUAGES.find((each) => each === base) ?? null;
}

/** What those who speak it call it: `Dansk`, `English`, `Deutsch`, `العربية`. */
export function nameOf(language: Language): string {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** Which of them this server offers (`[pages] languages`), the first for whom no other fits. */
export function offeredLanguages(): readonly Language[] {
  const said = document.querySelector<HTMLMetaElement>('meta[name="vdx-languages"]')?.content ?? '';
  const offered = said.split(' ').map(languageOf).filter((each) => each !== null);
  return offered.length === 0 ? ['da', 'en'] : offered;
}

/** Screen readers, hyphenation and the side where lines begin follow the document's own words. */
export function showLanguage(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}
