/** In the list of people: who has the floor and who waits; for hosts the queue above it, and the rules below. */

import { html } from 'lit';
import { floorWords } from '../../text/floor.js';
import { addMark, addSection, isHost } from '../people/registry.js';
import { hasQueue, speechOf, waitingForHosts } from './standing.js';

addMark({
  id: 'floor',
  order: 10,
  of: (person, call, language) => {
    const words = floorWords(language);
    const told = speechOf(call);
    const held = told?.holders.find((one) => one.participantId === person.id);
    if (held !== undefined) return { icon: 'hand', text: held.signs ? `${words.hasFloor}, ${words.signs}` : words.hasFloor, isLoud: true };
    const index = told?.queue.findIndex((one) => one.participantId === person.id) ?? -1;
    if (told === null || index < 0) return null;
    const text = words.asks(index + 1);
    return told.queue[index]?.signs === true ? { icon: 'hand', text: `${text}, ${words.signs}`, isLoud: true } : { icon: 'hand', text };
  },
});

addSection({
  id: 'floor',
  order: 20,
  isShown: (call) => isHost(call) && hasQueue(call),
  count: (call) => waitingForHosts(call) + (call.documents.floor?.screen.waiting ?? 0),
  render: ({ call, commands, language }) => {
    // Only hosts load it.
    void import('./queue.js');
    return html`<vdx-floor-queue .call=${call} .commands=${commands} .language=${language}></vdx-floor-queue>`;
  },
});

addSection({
  id: 'floor-rules',
  order: 130,
  isShown: (call) => isHost(call) && call.documents.roomChanged !== undefined,
  render: ({ call, commands, language }) => {
    void import('./rules.js');
    return html`<vdx-floor-rules .call=${call} .commands=${commands} .language=${language}></vdx-floor-rules>`;
  },
});
