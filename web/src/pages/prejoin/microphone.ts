/** Say something, and see that it is heard. Also for who will begin muted: nobody else hears it. */

import { html, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon/icon.js';
import '../../elements/level/level.js';
import { checkWords } from '../../text/check.js';
import { renderActions, renderAdvice, renderPart, renderProblem } from './parts.js';
import { button, renderHeading } from './top.js';
import type { PrejoinView } from './view.js';

const BARS = 16;

export function renderMicrophone(view: PrejoinView): TemplateResult {
  const { call, words, wasHeard, isQuiet, place } = view;
  const { microphone } = call.local;
  const all = checkWords(words.language);
  const said = all.microphone;
  const top = renderPart(view, said.part);
  const goOn = (): void => {
    if (wasHeard) view.markTried('microphone');
    view.goOn();
  };
  if (microphone.error !== null) {
    return html`<div class="step">
      ${top}${renderHeading(said.part)} ${renderProblem(view, microphone.error, 'microphone')}
      ${renderActions(view, button(said.without, goOn))}
    </div>`;
  }
  const meter = html`<div class="hearing">
    <vdx-level wide .bars=${BARS} .label=${words.prejoin.meter} .voice=${microphone.voice}></vdx-level>
    <p class="heard ${wasHeard ? 'is-heard' : ''}" aria-live="polite">${wasHeard ? html`${icon('check')}<span>${said.heard}</span>` : isQuiet && !place.helps ? said.notYet : ''}</p>
  </div>`;
  if (place.helps && !wasHeard) {
    return html`<div class="step">
      ${top}${renderHeading(all.tryThis)} ${renderAdvice(view, said.advice, 'microphone')} ${meter}
      ${renderActions(view, button(all.goOn, goOn, 'primary'))}
    </div>`;
  }
  return html`<div class="step">
    ${top}${renderHeading(said.title)}
    <p>${said.lead}</p>
    ${meter}
    ${renderActions(
      view,
      button(all.goOn, goOn, 'primary'),
      wasHeard ? '' : button(said.nothing, () => { view.setHelps(true); }),
    )}
  </div>`;
}
