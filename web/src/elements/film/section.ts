/** In the panel of people, for hosts: the exercise film. */

import { html } from 'lit';
import { addSection, isHost } from '../people/registry.js';

addSection({
  id: 'film',
  order: 150,
  isShown: isHost,
  render: ({ call, commands, language }) => {
    // Only hosts load it.
    void import('./film.js');
    return html`<vdx-film .call=${call} .commands=${commands} .language=${language}></vdx-film>`;
  },
});
