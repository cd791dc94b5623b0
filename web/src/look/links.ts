/** Where every screen leads beside itself: the organisation's help and links, accessibility, privacy. */

import { html, nothing, type TemplateResult } from 'lit';
import { lookWords } from '../text/look.js';
import type { Language } from '../text/languages.js';
import { plainPath } from '../organisation-path.js';
import type { Look, LookLink } from './look.js';

export type Statement = 'accessibility' | 'privacy';

/** Which of our own two pages is at this path; null for neither. */
export function statementOf(path: string): Statement | null {
  const name = plainPath(path).slice(1);
  return name === 'accessibility' || name === 'privacy' ? name : null;
}

export function linksOf(look: Look | null, language: Language): readonly LookLink[] {
  const words = lookWords(language);
  const ours = (name: Statement): string => {
    const organisation = look?.organisation ?? '';
    return `${organisation === '' ? '' : `/o/${encodeURIComponent(organisation)}`}/${name}?lang=${language}`;
  };
  return [
    ...(look === null || look.helpUrl === '' ? [] : [{ label: words.help, url: look.helpUrl }]),
    ...(look?.links ?? []),
    { label: words.accessibility, url: look?.accessibilityUrl || ours('accessibility') },
    { label: words.privacy, url: look?.privacyUrl || ours('privacy') },
  ];
}

/** In a tab of their own: nobody may fall out of a call by reading. */
export function renderLinks(look: Look | null, language: Language): TemplateResult {
  const words = lookWords(language);
  return html`<nav class="links" aria-label=${words.about}>
    ${linksOf(look, language).map(
      ({ label, url }) => html`<a href=${url} target="_blank" rel="noopener noreferrer">${label}<span class="visually-hidden">, ${words.newTab}</span></a>`,
    )}
  </nav>`;
}

/** Lines as they were written, in the direction of their own language. */
export function renderSaid(text: string | undefined): TemplateResult | typeof nothing {
  return text === undefined || text === '' ? nothing : html`<p class="said" dir="auto">${text}</p>`;
}
