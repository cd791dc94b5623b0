/** Which of the two languages, and the memory of the person's own choice. */

import { da } from './da.js';
import type { Language, Words } from './words.js';

const KEY = 'vdx.language';

/** Danish is there; English is fetched by the few who read it. */
export async function loadWords(language: Language): Promise<Words> {
  return language === 'en' ? (await import('./en.js')).en : da;
}

/** The link decides, then what was chosen here before, then the browser's first language of the two, then Danish. */
export function chooseLanguage(
  fromLink: Language | null,
  stored: string | null,
  preferred: readonly string[],
): Language {
  if (fromLink !== null) return fromLink;
  if (stored === 'da' || stored === 'en') return stored;
  for (const tag of preferred) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === 'da' || language === 'en') return language;
  }
  return 'da';
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
