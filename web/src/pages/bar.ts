/** The call's bar: the buttons that are always there, and in words what of ours is off. */

import { html, nothing, type TemplateResult } from 'lit';
import '../elements/control/control.js';
import '../elements/logo/logo.js';
import { isChatUnderMore } from '../elements/chat/unread.js';
import { floorButton, isSilenced, type FloorButton } from '../elements/floor/standing.js';
import { renderLinks } from '../look/links.js';
import { floorWords } from '../text/floor.js';
import { askButton, chatButton, hasHelp, helpButton, peopleButton } from './bar-buttons.js';
import type { CallView } from './call-view.js';
import { renderOwnSwitches } from './own-switches.js';
import { ownStateText } from './own-tile.js';

/** While it connects there is one thing to do. */
export function renderCancel({ call, commands, words }: CallView): TemplateResult {
  return html`<div class="bar connecting">
    <div class="buttons">
      <vdx-control
        beside
        .label=${words.call.cancel}
        .icon=${'close'}
        @click=${() => void commands.leave()}
      ></vdx-control>
    </div>
    ${renderLinks(call.look, words.language)}
  </div>`;
}

/** A guest has five things to choose from: between the camera and "more" what he most likely needs. */
function renderFifth(view: CallView, floor: FloorButton | null, unread: number): TemplateResult | typeof nothing {
  const { call, commands, words, panel } = view;
  if (floor !== null && hasHelp(call)) return askButton(call, words, panel === 'ask', () => { view.togglePanel('ask'); });
  if (floor !== null) return renderFloor(view, floor);
  if (hasHelp(call)) return helpButton(call, commands, words);
  return call.shows.chat ? chatButton(words, unread, panel === 'chat', () => { view.togglePanel('chat'); }) : nothing;
}

function renderHostsOwn(view: CallView, floor: FloorButton | null, unread: number): TemplateResult {
  const { call, commands, words, panel } = view;
  const { shows } = call;
  const { screen } = call.local;
  const [share = '', ...rest] = words.call.share.split(' ');
  return html`${floor === null ? nothing : renderFloor(view, floor)}
  ${screen.supported && shows.share
    ? html`<vdx-control
        id="share"
        .label=${share}
        .labelRest=${rest.length === 0 ? '' : ` ${rest.join(' ')}`}
        .icon=${'share'}
        .pressed=${screen.on}
        @click=${() => void (screen.on ? commands.stopScreenShare() : commands.startScreenShare())}
      ></vdx-control>`
    : nothing}
  ${shows.people ? peopleButton(call, words, panel === 'people', () => { view.togglePanel('people'); }) : nothing}
  ${shows.chat ? chatButton(words, unread, panel === 'chat', () => { view.togglePanel('chat'); }) : nothing}`;
}

function renderFloor({ commands }: CallView, floor: FloorButton): TemplateResult {
  return html`<vdx-control
    id="floor"
    .label=${floor.label}
    .labelRest=${floor.rest}
    .icon=${'hand'}
    .pressed=${floor.isPressed}
    @click=${() => void commands.ask(floor.command)}
  ></vdx-control>`;
}

/** `unread`: messages that nobody has looked at. */
export function renderBar(view: CallView, unread: number): TemplateResult {
  const { call, commands, words, panel } = view;
  const { shows } = call;
  const isHost = call.self?.role === 'host';
  const state = ownStateText(call, words);
  const floor = floorButton(call, floorWords(words.language));
  return html`<div class="bar">
    <div class="subject"><vdx-logo .look=${call.look}></vdx-logo><span dir="auto" title=${call.room?.subject ?? ''}>${call.room?.subject ?? ''}</span></div>
    <div class="buttons ${call.self?.role ?? ''} ${floor === null ? '' : 'has-floor'}" role="group" aria-label=${words.call.controls}>
      ${renderOwnSwitches(call, commands, words, false, isSilenced(call) ? `, ${floorWords(words.language).notHeard}` : '')}
      ${isHost ? renderHostsOwn(view, floor, unread) : renderFifth(view, floor, unread)}
      <vdx-control
        id="more"
        .label=${words.call.more}
        .badge=${shows.chat && isChatUnderMore(call, floor !== null || hasHelp(call)) ? unread : 0}
        .icon=${'more'}
        .expanded=${panel === 'more'}
        @click=${() => { view.togglePanel('more'); }}
      ></vdx-control>
      ${shows.leaveButton
        ? html`<vdx-control
            .look=${'leave'}
            .label=${words.call.leave}
            .icon=${'leave'}
            @click=${() => void commands.leave()}
          ></vdx-control>`
        : nothing}
    </div>
    <p class="state">${state}</p>
  </div>`;
}
