/** For who leads the meeting: own picture, devices and the button on one screen. */

import { html, nothing, type TemplateResult } from 'lit';
import '../../elements/devices/devices.js';
import { icon } from '../../elements/icon/icon.js';
import '../../elements/level/level.js';
import { checkWords } from '../../text/check.js';
import { renderOwnSwitches } from '../own-switches.js';
import { ownStateText } from '../own-tile.js';
import { renderOwnPicture, renderProblem } from './parts.js';
import type { PrejoinView } from './view.js';
import { headingOf, opensText } from './welcome.js';

export function renderHost(view: PrejoinView): TemplateResult {
  const { words, who } = view;
  return html`<form class="desk" novalidate @submit=${(event: Event) => { view.enter(event); }}>
    <div class="intro">
      <h1 tabindex="-1">${headingOf(view)}</h1>
      <p>${opensText(view) || words.prejoin.lead}</p>
    </div>
    <div class="self">${renderSelf(view)}</div>
    <div class="who">
      ${who?.render()} ${who?.renderFunction()} ${hasDevices(view) ? renderChoice(view) : nothing}
      <div class="actions"><button class="button large primary" type="submit">${checkWords(words.language).ready.go}</button></div>
    </div>
  </form>`;
}

function hasDevices({ call }: PrejoinView): boolean {
  const { camera, microphone } = call.local;
  return camera.stream !== null || microphone.on || camera.on;
}

/** One place for the picture and for why there is none. */
function renderSelf(view: PrejoinView): TemplateResult {
  const { call, commands, words } = view;
  const { camera, microphone } = call.local;
  const isAsking = camera.busy || microphone.busy;
  if (camera.error !== null && microphone.error !== null) return renderProblem(view, camera.error, 'both');
  if (!hasDevices(view) && (call.phase === 'idle' || isAsking)) {
    return html`<div class="ask">
      <span class="drawing">${icon('camera')}</span>
      <p>${isAsking ? words.prejoin.asking : words.prejoin.askHint}</p>
      <button class="button" type="button" aria-disabled=${isAsking ? 'true' : nothing} @click=${() => void commands.startPreview()}>
        ${words.prejoin.ask}
      </button>
    </div>`;
  }
  return html`
    ${renderOwnPicture(view)}
    <div class="own">
      ${renderOwnSwitches(call, commands, words)}
      ${renderMeter(view)}
    </div>
    ${camera.error !== null ? renderProblem(view, camera.error, 'camera') : nothing}
    ${microphone.error !== null ? renderProblem(view, microphone.error, 'microphone') : nothing}
  `;
}

function renderMeter({ call, words, wasHeard, isQuiet }: PrejoinView): TemplateResult {
  const { microphone } = call.local;
  const heard = wasHeard ? words.prejoin.meterHeard : isQuiet ? checkWords(words.language).microphone.notYetHost : words.prejoin.meterHint;
  const off = ownStateText(call, words);
  const text = [microphone.on ? heard : '', off === '' ? '' : `${off}.`].join(' ');
  return html`<div class="meter">
    <vdx-level wide .bars=${12} .label=${words.prejoin.meter} .voice=${microphone.on ? microphone.voice : null}></vdx-level>
    <p class="hint" aria-live="polite">${text}</p>
  </div>`;
}

function renderChoice({ call, commands, words }: PrejoinView): TemplateResult {
  return html`<details>
    <summary>${icon('chevron')}<span>${words.prejoin.choose}</span></summary>
    <vdx-devices .devices=${call.devices} .commands=${commands} .words=${words}></vdx-devices>
  </details>`;
}
