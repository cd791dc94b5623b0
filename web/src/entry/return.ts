/** Where the page goes after the call: an address that the server has allowed for the organisation. Kept with the tab. */

import type { CallState } from '../call-types.js';
import { shelfOf, type Shelf } from '../memory.js';

export function rememberReturn(shelf: Shelf | null, roomId: string, returnUrl: string): void {
  try {
    shelf?.setItem(keyOf(roomId), returnUrl);
  } catch {
    // Full, or forbidden: the last page stays.
  }
}

/** Who has left may have done so by a slip: so long "join again" stands before the page goes. */
export const SLIP_MS = 10_000;

/** '' to stay: also when somebody has still to read why the call is over. */
export function returnFrom(shelf: Shelf | null, roomId: string, { phase, ended }: Pick<CallState, 'phase' | 'ended'>): string {
  if (phase !== 'ended' || (ended?.code !== 'left' && ended?.code !== 'ended') || (ended.note ?? '') !== '') return '';
  try {
    const kept = shelf?.getItem(keyOf(roomId)) ?? '';
    return kept.startsWith('https://') ? kept : '';
  } catch {
    return '';
  }
}

export const sessionShelf = (): Shelf | null => shelfOf('sessionStorage');

function keyOf(roomId: string): string {
  return `vdx.return.${roomId}`;
}
