/** In the list of people: who has the floor and who waits; and for hosts the queue with its rules. */

import { html } from 'lit';
import { floorWords } from '../../text/floor.js';
import { addMark, addSection, isHost } from '../people/registry.js';
import { speechOf, waitingForHosts } from './standing.js';

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
  isShown: (call) => isHost(call) && (call.documents.floor !== undefined || call.documents.roomChanged !== undefined),
  count: (call) => waitingForHosts(call) + (call.documents.floor?.screen.waiting ?? 0),
  render: ({ call, commands, language }) => {
    // Only hosts load it.
    void import('./queue.js');
    return html`<vdx-floor-queue .call=${call} .commands=${commands} .language=${language}></vdx-floor-queue>`;
  },
});
