/** In the panel of people, for hosts: inviting one more. */

import { html } from 'lit';
import { addSection, isHost } from '../people/registry.js';

addSection({
  id: 'invite',
  order: 110,
  isShown: isHost,
  render: ({ commands, language }) => {
    // Only hosts load it.
    void import('./invite.js');
    void import('./links.js');
    return html`<vdx-invite .commands=${commands} .language=${language}></vdx-invite>
      <vdx-links .commands=${commands} .language=${language}></vdx-links>`;
  },
});
