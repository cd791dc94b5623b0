/** The first thing that is tried, and where the browser asks for both devices: it is explained before. */

import { html, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon/icon.js';
import type { Step } from '../../prejoin/steps.js';
import { checkWords } from '../../text/check.js';
import { renderActions, renderAdvice, renderAnswers, renderOwnPicture, renderPart, renderProblem } from './parts.js';
import { button, renderHeading } from './top.js';
import type { PrejoinView } from './view.js';

export function renderCamera(view: PrejoinView): TemplateResult {
  const { call, commands, words } = view;
  const { camera, microphone } = call.local;
  const said = checkWords(words.language).camera;
  const top = renderPart(view, said.part);
  const isAsking = camera.busy || microphone.busy;
  const isRunning = camera.stream !== null || camera.on;

  if (camera.error !== null) {
    const isBoth = microphone.error !== null;
    return html`<div class="step">
      ${top}${renderHeading(isBoth ? said.ask : said.part)} ${renderProblem(view, camera.error, isBoth ? 'both' : 'camera')}
      ${renderActions(view, button(isBoth ? said.withoutBoth : said.without, () => { goOnWithout(view, isBoth); }))}
    </div>`;
  }
  if (isRunning && !isAsking) return view.place.helps ? renderHelp(view, top) : renderQuestion(view, top);
  // The link, or the person in an earlier call, wants no picture.
  if (call.phase === 'previewing' && !isAsking) {
    return html`<div class="step">
      ${top}${renderHeading(said.off)}
      <p>${said.offLead}</p>
      ${renderOwnPicture(view)}
      ${renderActions(
        view,
        button(said.turnOn, () => void commands.setCamera(true), 'primary'),
        button(said.without, () => { goOnWithout(view, false); }),
      )}
    </div>`;
  }
  return html`<div class="step">
    ${top}${renderHeading(said.ask)}
    <div class="ask">
      <span class="drawing">${icon('camera')}</span>
      <p aria-live="polite">${isAsking ? said.asking : said.askLead}</p>
    </div>
    ${renderActions(view, button(said.ask, () => void commands.startPreview(), 'primary', isAsking))}
  </div>`;
}

function renderQuestion(view: PrejoinView, top: TemplateResult): TemplateResult {
  const said = checkWords(view.words.language).camera;
  return html`<div class="step">
    ${top}${renderHeading(said.question)}
    <p class="soft">${said.lead}</p>
    ${renderOwnPicture(view)} ${renderTurn(view)}
    ${renderActions(
      view,
      renderAnswers(view, () => {
        view.markTried('camera');
        view.goOn();
      }),
    )}
  </div>`;
}

function renderHelp(view: PrejoinView, top: TemplateResult): TemplateResult {
  const words = checkWords(view.words.language);
  const said = words.camera;
  return html`<div class="step">
    ${top}${renderHeading(words.tryThis)} ${renderAdvice(view, said.advice, 'camera')} ${renderOwnPicture(view)} ${renderTurn(view)}
    ${renderActions(
      view,
      button(
        said.now,
        () => {
          view.markTried('camera');
          view.goOn();
        },
        'primary',
      ),
      button(said.without, () => { goOnWithout(view, false); }),
    )}
  </div>`;
}

/** On a phone with a camera for either side. */
function renderTurn({ call, commands, words }: PrejoinView): TemplateResult | '' {
  if (call.devices.facing === null) return '';
  return html`<button class="button turn" type="button" @click=${() => void commands.turnCamera()}>
    ${icon('turn')}<span>${checkWords(words.language).camera.turn}</span>
  </button>`;
}

function goOnWithout(view: PrejoinView, isBoth: boolean): void {
  view.chooseWay(isBoth ? 'listen' : 'sound');
  view.goOn(new Set<Step>(isBoth ? ['microphone'] : []));
}
