/** The translators' files, each fetched by those who read it. */

import type { Language } from './languages.js';
import type { Catalogue } from './overlay.js';

const files = import.meta.glob<Catalogue>('./catalogues/*.json', { import: 'default' });

export async function fetchCatalogue(language: Language): Promise<Catalogue> {
  const fetch = files[`./catalogues/${language}.json`];
  if (fetch === undefined) throw new Error(`no translator's file for ${language}`);
  return fetch();
}
