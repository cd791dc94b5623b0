/** How captions are shown, remembered by the browser: on or off, size, place, colours. */

import type { Shelf } from '../../memory.js';

export interface CaptionPreferences {
  readonly isOn: boolean;
  /** Position in the sizes: 0 to 2. */
  readonly size: number;
  readonly place: 'below' | 'above';
  readonly look: 'dark' | 'light' | 'yellow';
}

export const USUAL: CaptionPreferences = { isOn: false, size: 0, place: 'below', look: 'dark' };
const KEY = 'vdx.captions';

export function readPreferences(shelf: Shelf | null): CaptionPreferences {
  try {
    const kept = JSON.parse(shelf?.getItem(KEY) ?? '{}') as Partial<CaptionPreferences>;
    return {
      isOn: kept.isOn === true,
      size: kept.size === 1 || kept.size === 2 ? kept.size : 0,
      place: kept.place === 'above' ? 'above' : 'below',
      look: kept.look === 'light' || kept.look === 'yellow' ? kept.look : 'dark',
    };
  } catch {
    return USUAL;
  }
}

export function writePreferences(shelf: Shelf | null, preferences: CaptionPreferences): void {
  try {
    shelf?.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Full, or forbidden.
  }
}
