/** What the organisation wants read and accepted before anything is turned on. */

import { html, type TemplateResult } from 'lit';
import { renderSaid } from '../../look/links.js';
import { prejoinWords } from '../../text/prejoin.js';
import { button, renderHeading, renderTop } from './top.js';
import type { PrejoinView } from './view.js';

export function renderTerms(view: PrejoinView): TemplateResult {
  const terms = view.call.look?.terms;
  const words = prejoinWords(view.words.language).terms;
  const accept = (): void => {
    view.commands.acceptTerms();
    view.goOn();
  };
  return html`<div class="step">
    ${renderTop(view)}${renderHeading(terms?.title || words.title)}
    ${renderSaid(terms?.text)}
    <div class="actions">${button(terms?.button || words.accept, accept, 'primary')}</div>
  </div>`;
}
