/** Shows the page of the ways in, and hands over to the call, in the same document. Fetched only by who needs it. */

import { environmentFailure } from '../failures.js';
import { Memory } from '../memory.js';
import { isFrameClosed } from '../media/devices.js';
import { EntryPage, type EnteredEvent } from '../pages/entry.js';
import { prefixOf } from '../organisation-path.js';
import { isInAppBrowser } from '../pages/platform.js';
import { stateOf } from '../prejoin/place.js';
import type { Opened } from './flow.js';
import { takeOpening, type Opening } from './opening.js';
import { rememberReturn, sessionShelf } from './return.js';

export function openEntry(startCall: () => void): void {
  const shelf = sessionShelf();
  const opening = takeOpening(shelf, environmentFailure() !== null || isInAppBrowser(navigator.userAgent) || isFrameClosed());
  const page = new EntryPage();
  page.opening = opening;
  page.addEventListener('entered', (event) => {
    const { opened } = event as EnteredEvent;
    const memory = new Memory(opened.roomId, shelf);
    memory.openWith(opened.token);
    memory.update({ microphoneOn: opening.microphoneOn, cameraOn: opening.cameraOn });
    rememberReturn(shelf, opened.roomId, opened.returnUrl);
    history.replaceState(opening.joinsAtOnce ? stateOf({ isShort: true }) : history.state, '', roomAddress(opened, opening));
    page.remove();
    startCall();
  });
  document.body.append(page);
}

/** A link to the room, as others are. Without a name there is something left to ask, so the last screen before stays. */
export function roomAddress({ roomId, token, name }: Opened, opening: Opening): string {
  const query = new URLSearchParams();
  if (opening.joinsAtOnce && (name !== null || opening.name !== '')) query.set('join', '1');
  if (opening.name !== '') query.set('name', opening.name);
  if (opening.language !== null) query.set('lang', opening.language);
  const asked = query.size === 0 ? '' : `?${query.toString()}`;
  return `${prefixOf(location.pathname)}/r/${encodeURIComponent(roomId)}${asked}#t=${token}${opening.further}`;
}
