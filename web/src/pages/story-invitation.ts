/** What the link leads to, in the stories: a citizen's. */

import type { Invitation } from '../call-types.js';

export const INVITATION: Invitation = {
  organisation: 'Aarhus Kommune',
  helpLine: '87654321',
  opensAt: null,
  state: 'open',
  startsAt: null,
  endsAt: null,
  hostName: '',
  hostFunction: '',
  subject: null,
  role: 'guest',
  mode: 'meeting',
  guestVisibility: 'all',
  name: null,
};
