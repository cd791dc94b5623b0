/** The panel behind "more": what the bar has no place for, the devices, the own picture, and the way to a human. */

import { html, nothing, type TemplateResult } from 'lit';
import type { CallState } from '../call-types.js';
import '../elements/captions/caption-settings.js';
import type { CaptionPreferencesEvent } from '../elements/captions/caption-settings.js';
import '../elements/device-problem/device-problem.js';
import '../elements/devices/devices.js';
import { floorButton } from '../elements/floor/standing.js';
import { icon, type IconName } from '../elements/icon/icon.js';
import '../elements/language/language.js';
import '../elements/layouts/layouts.js';
import '../elements/panel/panel.js';
import { nextCorner } from '../elements/self-view/corner.js';
import { renderLinks, statementAddress } from '../look/links.js';
import { floorWords } from '../text/floor.js';
import { hostWords } from '../text/host.js';
import { lookWords } from '../text/look.js';
import { phoneLink, phoneText } from '../text/names.js';
import { peopleWords } from '../text/people.js';
import { techniqueWords } from '../text/technique.js';
import { writtenText } from '../text/written.js';
import { hasHelp } from './bar-buttons.js';
import type { CallView, PanelName } from './call-view.js';

function hasCaptions(call: CallState): boolean {
  return (call.documents.captions?.writers.length ?? 0) > 0;
}

/** What has no place in the bar: a guest's has five buttons on any screen, a host's has one row on a phone. */
function renderCrowdedOut(view: CallView): TemplateResult {
  const { call, words, commands } = view;
  const { screen } = call.local;
  const { shows } = call;
  const floor = floorButton(call, floorWords(words.language));
  const isHost = call.self?.role === 'host';
  const item = (name: IconName, label: string, run: () => void): TemplateResult =>
    html`<button class="button" type="button" @click=${run}>${icon(name)}<span>${label}</span></button>`;
  return html`<div class="crowded-out ${isHost ? '' : 'always'}">
    ${isHost || !shows.people ? nothing : item('people', peopleWords(words.language).button, () => { view.togglePanel('people'); })}
    ${isHost && floor !== null ? item('hand', floor.label + floor.rest, () => void commands.ask(floor.command)) : nothing}
    ${shows.chat && (isHost || floor !== null || hasHelp(call))
      ? item('chat', writtenText(words.language).chat, () => { view.togglePanel('chat'); })
      : nothing}
    ${shows.share && screen.supported && !screen.on ? item('share', words.call.share, () => void commands.startScreenShare()) : nothing}
  </div>`;
}

/** What the browser does to sound and picture: fetched by those who look for it. */
function renderProcessing({ call, commands, words }: CallView): TemplateResult {
  void import('../elements/processing/processing.js');
  return html`<vdx-processing .devices=${call.devices} .commands=${commands} .language=${words.language}></vdx-processing>`;
}

/** Panels of their own: keys only where there is a keyboard, as far as a browser tells. */
function renderFurther(view: CallView): TemplateResult {
  const { call, words } = view;
  const technique = techniqueWords(words.language);
  const item = (name: PanelName, label: string): TemplateResult =>
    html`<button class="link" type="button" id=${`open-${name}`} @click=${() => { view.togglePanel(name); }}>${label}</button>`;
  return html`<div class="further">
    ${call.self?.role === 'host' ? item('details', hostWords(words.language).details.title) : nothing}
    ${call.shows.shortcuts && matchMedia('(any-hover: hover)').matches ? item('shortcuts', technique.shortcuts.title) : nothing}
    ${item('technique', technique.title)}
    ${call.self?.role === 'host'
      ? html`<a class="link" href=${statementAddress('hosting', call.look?.organisation ?? '', words.language)} target="_blank" rel="noopener noreferrer"
          >${lookWords(words.language).hosting}<span class="visually-hidden">, ${lookWords(words.language).newTab}</span></a
        >`
      : nothing}
  </div>`;
}

export function renderMore(view: CallView): TemplateResult {
  const { call, words, commands, captionPreferences } = view;
  const { camera, microphone } = call.local;
  const helpLine = (call.room ?? call.invitation)?.helpLine ?? '';
  return html`<vdx-panel .heading=${words.panel.title} .closeLabel=${words.panel.close} @closepanel=${view.closePanel}>
    ${renderCrowdedOut(view)}
    ${camera.error === null
      ? nothing
      : html`<vdx-device-problem
          .error=${camera.error}
          .which=${'camera'}
          .words=${words}
          @retry=${() => void commands.setCamera(true)}
        ></vdx-device-problem>`}
    ${microphone.error === null
      ? nothing
      : html`<vdx-device-problem
          .error=${microphone.error}
          .which=${'microphone'}
          .words=${words}
          @retry=${() => void commands.setMicrophone(true)}
        ></vdx-device-problem>`}
    ${captionPreferences.isOn || hasCaptions(call)
      ? html`<vdx-caption-settings
          .preferences=${captionPreferences}
          .language=${words.language}
          @captionpreferences=${(event: CaptionPreferencesEvent) => { view.setCaptions(event.preferences); }}
        ></vdx-caption-settings>`
      : nothing}
    <vdx-layouts .call=${call} .commands=${commands} .language=${words.language}></vdx-layouts>
    <vdx-devices .devices=${call.devices} .commands=${commands} .words=${words}></vdx-devices>
    ${renderProcessing(view)}
    <div class="field">
      <span class="label" id="own-picture">${words.panel.ownPicture}</span>
      <div class="pair" role="group" aria-labelledby="own-picture">
        <button class="button" type="button" @click=${() => { view.showSelf(!view.isSelfShown); }}>
          ${icon(view.isSelfShown ? 'hide' : 'show')}<span
            >${view.isSelfShown ? words.self.hide : words.self.show}</span
          >
        </button>
        ${call.devices.facing !== null && camera.on
          ? html`<button class="button" type="button" @click=${() => void commands.turnCamera()}>
              ${icon('turn')}<span>${words.self.turn}</span>
            </button>`
          : nothing}
        ${view.isSelfShown
          ? html`<button class="button" type="button" @click=${() => { view.move(nextCorner(view.corner)); }}>
              ${icon('move')}<span>${words.self.move}</span>
            </button>`
          : nothing}
      </div>
    </div>
    ${renderFurther(view)}
    <div class="field help">
      <span class="label">${words.help.ask}</span>
      ${helpLine === ''
        ? html`<p>${words.help.nobody}</p>`
        : html`<a class="link" href=${phoneLink(helpLine)}>${icon('phone')}${words.help.call(phoneText(helpLine))}</a>`}
      <vdx-language .words=${words}></vdx-language>
      ${renderLinks(call.look, words.language)}
    </div>
  </vdx-panel>`;
}
