/** Where every screen leads beside itself: help (the organisation's own where it has one), links, accessibility, privacy. */

import { html, nothing, type TemplateResult } from 'lit';
import { lookWords } from '../text/look.js';
import type { Language } from '../text/languages.js';
import { plainPath } from '../organisation-path.js';
import type { Look, LookLink } from './look.js';

export type Statement = 'accessibility' | 'privacy' | 'help' | 'hosting';
const PATHS: Readonly<Record<Statement, string>> = { accessibility: '/accessibility', privacy: '/privacy', help: '/help', hosting: '/help/host' };

/** Which of our own pages of text is at this path; null for none. */
export function statementOf(path: string): Statement | null {
  const plain = plainPath(path);
  return (Object.keys(PATHS) as Statement[]).find((name) => PATHS[name] === plain) ?? null;
}

/** Below the organisation's path, where there is one. */
export function statementAddress(name: Statement, organisation: string, language: Language): string {
  return `${organisation === '' ? '' : `/o/${encodeURIComponent(organisation)}`}${PATHS[name]}?lang=${language}`;
}

export function linksOf(look: Look | null, language: Language): readonly LookLink[] {
  const words = lookWords(language);
  const ours = (name: Statement): string => statementAddress(name, look?.organisation ?? '', language);
  return [
    { label: words.help, url: look?.helpUrl || ours('help') },
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
