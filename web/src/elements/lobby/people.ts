/** The lobby's section in the list of people. */

import { html } from 'lit';
import { addSection, isHost } from '../people/registry.js';
import './lobby.js';

addSection({
  id: 'lobby',
  order: 1,
  isShown: isHost,
  count: (call) => call.documents.lobby?.waiting.length ?? 0,
  render: ({ call, commands, language }) =>
    html`<vdx-lobby .call=${call} .commands=${commands} .language=${language}></vdx-lobby>`,
});
