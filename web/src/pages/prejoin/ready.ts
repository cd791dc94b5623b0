/** The last screen before the call: how one wants to be there, who sees it, and one big button. */

import { html, nothing, type TemplateResult } from 'lit';
import type { JoiningWay } from '../../call-types.js';
import type { NetworkVerdict } from '../../network/check.js';
import { icon } from '../../elements/icon/icon.js';
import { checkWords } from '../../text/check.js';
import { networkWords } from '../../text/network.js';
import { renderOwnPicture, renderWhoSees } from './parts.js';
import { renderTop } from './top.js';
import type { PrejoinView } from './view.js';
import { opensText } from './welcome.js';

const WAYS: readonly JoiningWay[] = ['picture', 'sound', 'listen'];

export function renderReady(view: PrejoinView): TemplateResult {
  const { call, words, who } = view;
  const said = checkWords(words.language);
  const opens = opensText(view);
  const wasLeftOut = !view.steps.includes('camera') && !view.situation.isShort;
  return html`<form class="desk ready" novalidate @submit=${(event: Event) => { view.enter(event); }}>
    <div class="intro">
      ${renderTop(view)}
      <h1 tabindex="-1">${said.ready.title}</h1>
      ${opens === '' ? nothing : html`<p>${opens}</p>`}
    </div>
    <div class="self">
      ${renderOwnPicture(view)} ${renderSilent(view)}
      ${wasLeftOut
        ? html`<button class="link" type="button" @click=${() => { view.tryAll(); }}>${said.ready.retry}</button>`
        : nothing}
    </div>
    <div class="who">
      ${who?.render()} ${renderWays(view)} ${who?.renderFunction()} ${renderWhoSees(view)}
      <div class="actions"><button class="button large primary" type="submit" aria-describedby="who-sees">${said.ready.go}</button></div>
    </div>
  </form>`;

  function renderSilent({ call: { phase, local } }: PrejoinView): TemplateResult | typeof nothing {
    if (local.way === 'listen') return nothing;
    // Nobody has asked the browser yet: joining will, and who expects it says yes.
    if (phase === 'idle') return html`<p class="soft">${said.ready.willAsk[local.way]}</p>`;
    return local.microphone.on || call.local.microphone.error !== null ? nothing : html`<p class="soft">${said.ready.silent}</p>`;
  }
}

function renderWays(view: PrejoinView): TemplateResult {
  const { call, words, verdict } = view;
  const said = checkWords(words.language).ready;
  const { way } = call.local;
  return html`<fieldset class="ways">
    <legend>${said.way}</legend>
    <div class="choices">
      ${WAYS.map(
        (each) => html`<label class="way ${each === way ? 'is-chosen' : ''}">
          <input
            type="radio"
            name="way"
            value=${each}
            .checked=${each === way}
            @change=${() => { view.chooseWay(each); }}
          />${icon(each === 'picture' ? 'camera' : each === 'sound' ? 'microphone' : 'chat')}<span>${said.ways[each]}</span></label
        >`,
      )}
    </div>
    <p class="hint" aria-live="polite">${way === 'picture' ? '' : said.wayHint[way]}</p>
    ${renderNetwork(verdict === 'soundOnly' && way !== 'sound' ? 'weak' : verdict, view)}
  </fieldset>`;
}

/** What the check in the background found; that it has chosen sound is true only while it is chosen. */
function renderNetwork(verdict: NetworkVerdict | null, { words }: PrejoinView): TemplateResult {
  return html`<p class="network ${verdict ?? ''}" role="status">
    ${verdict === null ? nothing : html`${icon(verdict === 'good' ? 'check' : 'weak')}<span>${networkWords(words.language).line[verdict]}</span>`}
  </p>`;
}
