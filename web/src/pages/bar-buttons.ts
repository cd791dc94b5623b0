/** Buttons of the call's bar that stand or count by what the server tells: help, people, chat. */

import { html, nothing, type TemplateResult } from 'lit';
import type { CallCommands, CallState } from '../call-types.js';
import '../elements/control/control.js';
import { isLive, ownSpeech } from '../elements/floor/standing.js';
import { waitingCount } from '../elements/people/registry.js';
import { peopleWords } from '../text/people.js';
import { trainingWords } from '../text/training.js';
import type { Words } from '../text/words.js';
import { writtenText } from '../text/written.js';

export function hasHelp(call: CallState): boolean {
  return call.room?.mode === 'training' && call.self?.role === 'guest';
}

/** Where people train at home; a hand for a question is another button. */
export function helpButton(call: CallState, commands: CallCommands, words: Words): TemplateResult | typeof nothing {
  if (!hasHelp(call)) return nothing;
  const isAsked = call.documents.ownHelp?.asked ?? false;
  return html`<vdx-control
    id="help"
    .label=${trainingWords(words.language).help}
    .labelRest=${trainingWords(words.language).helpRest}
    .icon=${'help'}
    .pressed=${isAsked}
    @click=${() => void commands.ask({ type: isAsked ? 'withdrawHelp' : 'askForHelp' })}
  ></vdx-control>`;
}

/** Hand and help behind one button, where a guest has both; marked while either stands. */
export function askButton(call: CallState, words: Words, isOpen: boolean, toggle: () => void): TemplateResult {
  const said = trainingWords(words.language);
  const stands = isLive(ownSpeech(call)) || (call.documents.ownHelp?.asked ?? false);
  return html`<vdx-control
    id="ask"
    .label=${said.ask}
    .labelRest=${stands ? `, ${said.asked}` : ''}
    .badge=${stands ? 1 : 0}
    .icon=${'hand'}
    .expanded=${isOpen}
    @click=${toggle}
  ></vdx-control>`;
}

export function peopleButton(call: CallState, words: Words, isOpen: boolean, toggle: () => void): TemplateResult {
  const people = peopleWords(words.language);
  const waiting = waitingCount(call);
  return html`<vdx-control
    id="people"
    .label=${people.button}
    .labelRest=${waiting === 0 ? '' : `, ${people.waiting(waiting)}`}
    .badge=${waiting}
    .icon=${'people'}
    .expanded=${isOpen}
    @click=${toggle}
  ></vdx-control>`;
}

export function chatButton(words: Words, unread: number, isOpen: boolean, toggle: () => void): TemplateResult {
  const written = writtenText(words.language);
  return html`<vdx-control
    id="chat"
    .label=${written.chat}
    .labelRest=${unread === 0 ? '' : `, ${written.unread(unread)}`}
    .badge=${unread}
    .icon=${'chat'}
    .expanded=${isOpen}
    @click=${toggle}
  ></vdx-control>`;
}
