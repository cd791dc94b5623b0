/** A host's one screen. */

import { renderHost } from './host.js';
import type { Later } from './view.js';
import { WhoFields } from './who.js';

export const later: Later = {
  screens: { host: renderHost },
  makePlayer: () => null,
  makeWho: (page) => new WhoFields(page),
};
