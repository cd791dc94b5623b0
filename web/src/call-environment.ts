/** What a call needs of the world, in one place: tests replace some of it. */

import type { Failure } from './call-types.js';
import { furtherParameters } from './configuration.js';
import { environmentFailure } from './failures.js';
import { askLook, type Look } from './look/look.js';
import { organisationOf, prefixOf } from './organisation-path.js';
import { parseLink, takeLink, type Link } from './link.js';
import { isFrameClosed } from './media/devices.js';
import { isInAppBrowser } from './pages/platform.js';
import { askInvitation, type Asked } from './protocol/invitation.js';
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
  readonly askInvitation: (roomId: string, token: string) => Promise<Asked>;
  /** Of the meeting that the token is for; without one, nobody's. */
  readonly askLook: (token: string | null) => Promise<Look | null>;
  readonly environmentFailure: () => Failure | null;
  /** Another room instead of this one. */
  readonly openRoom: (roomId: string, token: string) => void;
  readonly listenToPage: (listener: PageListener) => void;
}

/**
 * Where the call cannot be held, inside another app, and in a frame that keeps camera and microphone from us, the address
 * keeps its token: "open in Safari", copying it and a window of its own are the ways out, and all take it as it is.
 */
export function browserEnvironment(): CallEnvironment {
  const keepsAddress = environmentFailure() !== null || isInAppBrowser(navigator.userAgent) || isFrameClosed();
  const link = keepsAddress ? parseLink(location.href) : takeLink();
  const further = furtherParameters(link.configuration);
  return {
    link,
    sessionShelf: shelfOf('sessionStorage'),
    localShelf: shelfOf('localStorage'),
    makeWire: (listener) => new SocketIoWire(listener),
    peerPlatform: browserPeerPlatform,
    askInvitation,
    askLook: (token) => askLook(organisationOf(location.pathname), token),
    environmentFailure,
    openRoom: (roomId, token) => location.assign(`${prefixOf(location.pathname)}/r/${encodeURIComponent(roomId)}?join=1#t=${token}${further}`),
    listenToPage,
  };
}
