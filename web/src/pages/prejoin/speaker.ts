/** A little music, and the question whether it is heard: only its owner knows. */

import { html, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon/icon.js';
import { checkWords } from '../../text/check.js';
import { renderActions, renderAnswers, renderOtherDevice, renderPart } from './parts.js';
import { button, renderHeading } from './top.js';
import type { PrejoinView } from './view.js';

export function renderSpeaker(view: PrejoinView): TemplateResult {
  const { words, place, player } = view;
  const all = checkWords(words.language);
  const said = all.speaker;
  const isPlaying = player?.isPlaying === true;
  const top = renderPart(view, said.part);
  const play = (): void => void player?.play(view.call.devices.selected.speaker);
  const yes = (): void => {
    view.markTried('speaker');
    view.goOn();
  };
  const note = html`<div class="note ${isPlaying ? 'is-playing' : ''}">
    <span class="drawing">${icon('speaker')}</span>
    <p aria-live="polite">${isPlaying ? said.playing : ''}</p>
  </div>`;
  if (place.helps) {
    return html`<div class="step">
      ${top}${renderHeading(all.tryThis)}
      <ul class="advice">
        ${said.advice.map((text) => html`<li>${text}</li>`)}
      </ul>
      ${renderOtherDevice(view, 'speaker', play)}
      ${renderActions(view, button(said.again, play, 'primary'), button(said.now, yes), button(said.anyway, () => { view.goOn(); }))}
    </div>`;
  }
  if (player?.wasPlayed !== true) {
    return html`<div class="step">
      ${top}${renderHeading(said.title)}
      <p>${said.lead}</p>
      ${note} ${renderActions(view, button(said.play, play, 'primary'))}
    </div>`;
  }
  return html`<div class="step">
    ${top}${renderHeading(said.question)} ${note}
    ${renderActions(view, renderAnswers(view, yes), button(said.again, play))}
  </div>`;
}
