/** What the screens that try something have in common: the way past, advice, the own picture, what is wrong. */

import { html, nothing, type TemplateResult } from 'lit';
import type { DeviceErrorCode, DeviceKind, Tile } from '../../call-types.js';
import '../../elements/device-problem/device-problem.js';
import { select } from '../../elements/select/select.js';
import '../../elements/tile/tile.js';
import { progressOf } from '../../prejoin/steps.js';
import { checkWords } from '../../text/check.js';
import { trainingWords } from '../../text/training.js';
import { ownTile } from '../own-tile.js';
import { button, renderTop } from './top.js';
import type { PrejoinView } from './view.js';

/** Which thing is being tried, and how many there are. */
export function renderPart(view: PrejoinView, part: string): TemplateResult {
  const progress = progressOf(view.steps, view.step);
  return renderTop(view, part, progress === null ? '' : checkWords(view.words.language).progress(progress.number, progress.of));
}

/** Big, one above the other; the first stays in sight, the last is quiet and leads past the rest of the check. */
export function renderActions(view: PrejoinView, first: unknown, ...others: readonly unknown[]): TemplateResult {
  return html`<div class="actions">${first}</div>
    <div class="actions rest">
    ${others}
    <button class="link" type="button" @click=${() => { view.skipCheck(); }}>${checkWords(view.words.language).skip}</button>
  </div>`;
}

/** Yes and no, side by side. */
export function renderAnswers(view: PrejoinView, yes: () => void): TemplateResult {
  const words = checkWords(view.words.language);
  return html`<div class="answers">
    ${button(words.yes, yes, 'primary')} ${button(words.no, () => { view.setHelps(true); })}
  </div>`;
}

/** What helps most often, and another device where there is one. */
export function renderAdvice(view: PrejoinView, advice: readonly string[], kind: DeviceKind): TemplateResult {
  return html`<ul class="advice">
      ${advice.map((text) => html`<li>${text}</li>`)}
    </ul>
    ${renderOtherDevice(view, kind)}`;
}

export function renderOtherDevice({ call, commands, words }: PrejoinView, kind: DeviceKind, chosen?: () => void): TemplateResult | typeof nothing {
  const { devices } = call;
  const list = { camera: devices.cameras, microphone: devices.microphones, speaker: devices.speakers }[kind];
  if (list.length < 2 || (kind === 'speaker' && !devices.canChooseSpeaker)) return nothing;
  return select({
    id: kind,
    label: words.device[kind],
    values: list.map(({ id }) => id),
    chosen: devices.selected[kind] ?? list[0]?.id,
    text: (id) => {
      const index = list.findIndex((device) => device.id === id);
      return list[index]?.label || words.device.unnamed(words.device[kind], index + 1);
    },
    choose: (id) => void commands.chooseDevice(kind, id).then(chosen),
  });
}

/** As a mirror, unless the camera looks away; with the name that is being typed, as soon as there is one. */
export function renderOwnPicture({ call, words }: PrejoinView): TemplateResult {
  const tile: Tile = { ...ownTile(call), name: call.name, isSelf: call.name === '' };
  return html`<vdx-tile .tile=${tile} .words=${words} .mirrored=${call.devices.facing !== 'environment'}></vdx-tile>`;
}

export function renderProblem(view: PrejoinView, error: DeviceErrorCode, which: 'both' | 'camera' | 'microphone'): TemplateResult {
  const retry = (): void => {
    if (which === 'microphone') void view.commands.setMicrophone(true);
    else if (which === 'camera' && view.call.phase !== 'idle') void view.commands.setCamera(true);
    else void view.commands.startPreview();
  };
  return html`<vdx-device-problem .error=${error} .which=${which} .words=${view.words} @retry=${retry}></vdx-device-problem>`;
}

/** A host is seen by all, and knows. */
export function renderWhoSees({ call, words }: PrejoinView): TemplateResult | typeof nothing {
  const { invitation } = call;
  if (invitation?.role !== 'guest' || invitation.guestVisibility === null) return nothing;
  return html`<p id="who-sees" class="who-sees">${trainingWords(words.language).whoSees[invitation.guestVisibility]}</p>`;
}
