/** The lobby's section in the list of people: above all while somebody waits, else below it. */

import { html, type TemplateResult } from 'lit';
import type { CallState } from '../../call-types.js';
import { addSection, isHost, type PeopleContext } from '../people/registry.js';
import './lobby.js';

const waiting = (call: CallState): number => call.documents.lobby?.waiting.length ?? 0;
const render = ({ call, commands, language }: PeopleContext): TemplateResult =>
  html`<vdx-lobby .call=${call} .commands=${commands} .language=${language}></vdx-lobby>`;

addSection({ id: 'lobby', order: 1, isShown: (call) => isHost(call) && waiting(call) > 0, count: waiting, render });
addSection({ id: 'lobby-empty', order: 120, isShown: (call) => isHost(call) && call.documents.lobby !== undefined && waiting(call) === 0, render });
