/** What the organisation wants read and accepted before anything is turned on. */

import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon/icon.js';
import { renderSaid } from '../../look/links.js';
import { phoneLink, phoneWhole } from '../../text/names.js';
import { prejoinWords } from '../../text/prejoin.js';
import { button, renderHeading, renderTop } from './top.js';
import type { PrejoinView } from './view.js';

export function renderTerms(view: PrejoinView): TemplateResult {
  if (view.place.helps) return renderDeclined(view);
  const terms = view.call.look?.terms;
  const words = prejoinWords(view.words.language).terms;
  const accept = (): void => {
    view.commands.acceptTerms();
    view.goOn();
  };
  return html`<div class="step">
    ${renderTop(view)}${renderHeading(terms?.title || words.title)}
    ${renderSaid(terms?.text)}
    <div class="actions">
      ${button(terms?.button || words.accept, accept, 'primary')}
      ${button(words.decline, () => { view.setHelps(true); })}
    </div>
  </div>`;
}

/** A no is an answer too: it costs nothing, nothing was sent, and there is a human. */
function renderDeclined(view: PrejoinView): TemplateResult {
  const words = prejoinWords(view.words.language).terms;
  const helpLine = (view.call.room ?? view.call.invitation)?.helpLine ?? '';
  return html`<div class="step">
    ${renderTop(view)}${renderHeading(words.declined)}
    <p>${words.declinedLead}</p>
    <p>${helpLine === '' ? words.otherWayUnknown : words.otherWay}</p>
    <div class="actions">
      ${helpLine === ''
        ? nothing
        : html`<a class="button primary" href=${phoneLink(helpLine)}>${icon('phone')}<span>${view.words.help.call(phoneWhole(helpLine))}</span></a>`}
      ${button(words.again, () => { view.setHelps(false); })}
    </div>
  </div>`;
}
