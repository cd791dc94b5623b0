/** Which language is spoken, where its words come from, and the memory of the person's own choice. */

import { da } from './da.js';
import { languageOf, offeredLanguages, type Language } from './languages.js';
import { hasTranslator, setTranslator, spoken } from './spoken.js';
import type { Words } from './words.js';

const KEY = 'vdx.language';

/** Danish is there; the words of others are fetched by the few who read them, those of every area at once. */
export async function loadWords(language: Language): Promise<Words> {
  if (language === 'da') return da;
  const [{ en }] = await Promise.all([import('./en.js'), language === 'en' ? null : fetchTranslator(language)]);
  return { ...spoken('words', { da, en })(language), language };
}

async function fetchTranslator(language: Language): Promise<void> {
  if (hasTranslator(language)) return;
  const [{ makeTranslator }, { fetchCatalogue }] = await Promise.all([import('./overlay.js'), import('./catalogues.js')]);
  setTranslator(language, makeTranslator(language, await fetchCatalogue(language)));
}

/**
 * The link decides, then what was chosen here before, then the first of the browser's languages; each only if it is
 * offered. Else the first that is offered: Danish, unless the server says otherwise.
 */
export function chooseLanguage(
  fromLink: Language | null,
  stored: string | null,
  preferred: readonly string[],
  offered: readonly Language[] = offeredLanguages(),
): Language {
  const wanted = [fromLink, languageOf(stored), ...preferred.map(languageOf)];
  return wanted.find((each) => each !== null && offered.includes(each)) ?? offered[0] ?? 'da';
}

/** Private windows may refuse storage; then the choice lives as long as the page. */
export function storedLanguage(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function storeLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Nothing to do: the page keeps it.
  }
}
