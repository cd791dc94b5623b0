/** How pictures are arranged, as stories. */

import type { CallState } from '../call-types.js';
import { ROOM as TOLD_ROOM } from '../testing/builders.js';
import { inCall, tileOf, type Pictures } from './fixtures.js';

/** A call that is told a layout; people beyond the names that there are get numbers. */
function arranged(layout: string, others: number, pictures: Pictures, change: Partial<CallState> = {}): CallState {
  const state = inCall(Math.min(others, 9), pictures);
  const more = Array.from({ length: Math.max(0, others - 9) }, (_, index) => {
    const name = `Deltager ${String(index + 10)}`;
    const picture = index % 2 === 0 ? pictures(name) : null;
    return tileOf(name, { stream: picture, showing: picture !== null, sourceOn: picture !== null });
  });
  return {
    ...state,
    tiles: [...state.tiles, ...more],
    dominantSpeaker: state.tiles[3]?.participantId ?? null,
    documents: {
      roomChanged: { type: 'roomChanged', room: TOLD_ROOM },
      layoutChanged: { type: 'layoutChanged', layout, mayChoose: true, pins: [] },
    },
    ...change,
  };
}

function asHost(state: CallState): CallState {
  return { ...state, self: state.self && { ...state.self, role: 'host' } };
}

export const LAYOUT_STORIES: Readonly<Record<string, (pictures: Pictures) => CallState>> = {
  'layout-speaker': (pictures) => arranged('speaker', 6, pictures),
  'layout-pips': (pictures) => arranged('one_main_twentyone_pips', 25, pictures),
  'layout-mains': (pictures) => arranged('two_mains_twentyone_pips', 14, pictures),
  'layout-nine': (pictures) => asHost(arranged('nine_mains_zero_pips', 14, pictures)),
};
