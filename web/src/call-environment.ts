/** What a call needs of the world, in one place: tests replace some of it. */

import type { Failure } from './call-types.js';
import { environmentFailure } from './failures.js';
import { takeLink, type Link } from './link.js';
import { browserPeerPlatform, type PeerPlatform } from './media/peer.js';
import { shelfOf, type Shelf } from './memory.js';
import { listenToPage, type PageListener } from './page-events.js';
import { SocketIoWire, type Wire, type WireListener } from './protocol/wire.js';

export interface CallEnvironment {
  readonly link: Link;
  readonly sessionShelf: Shelf | null;
  readonly localShelf: Shelf | null;
  readonly makeWire: (listener: WireListener) => Wire;
  readonly peerPlatform: PeerPlatform;
  readonly environmentFailure: () => Failure | null;
  readonly listenToPage: (listener: PageListener) => void;
}

export function browserEnvironment(): CallEnvironment {
  return {
    link: takeLink(),
    sessionShelf: shelfOf('sessionStorage'),
    localShelf: shelfOf('localStorage'),
    makeWire: (listener) => new SocketIoWire(listener),
    peerPlatform: browserPeerPlatform,
    environmentFailure,
    listenToPage,
  };
}
