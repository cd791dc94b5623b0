/**
 * Which tiles are large, which small, and in which order: from a layout's name and what is going on. Pure; where the
 * boxes are is `layout.ts`. Whoever need not move stays: only the first places follow who is pinned, shared or speaking.
 */

import type { Tile } from '../call-types.js';
import { LAYOUTS, type Layout } from './layouts.gen.js';

/** Small places when a layout takes as many as fit. */
const MANY = 99;
const FALLBACK: Layout = { arrangement: 'grid', mains: 0, pips: 0 };

export interface Situation {
  /** A name of `LAYOUTS`; one that this page does not know is a grid. */
  readonly layout: string;
  readonly pins: readonly string[];
  /** Who is in the spotlight, presents or speaks; null: nobody. */
  readonly main: string | null;
  readonly hosts: ReadonlySet<string>;
  /** The viewer is one. */
  readonly isHost: boolean;
}

export const PLAIN: Situation = { layout: 'grid', pins: [], main: null, hosts: new Set(), isHost: false };

export interface Arranged {
  readonly mains: readonly Tile[];
  readonly pips: readonly Tile[];
  /** How many the layout has no place for. */
  readonly left: number;
}

export function arrangeTiles(tiles: readonly Tile[], situation: Situation): Arranged {
  const layout = LAYOUTS[situation.layout] ?? FALLBACK;
  switch (layout.arrangement) {
    case 'grid':
      return grid(tiles, situation);
    case 'speaker':
      return split(ordered(tiles, situation), 1, MANY);
    case 'lecture': {
      if (situation.isHost) return grid(tiles, situation);
      const order = ordered(tiles, situation, true);
      const large = order.filter((tile) => tile.kind === 'screen' || situation.hosts.has(tile.participantId)).length;
      return split(order, Math.min(Math.max(large, 1), 2), MANY);
    }
    case 'fixed':
      return split(ordered(tiles, situation), layout.mains, layout.pips);
  }
}

/** All equal, in their order; a shared screen, or whom one has pinned, is large. */
function grid(tiles: readonly Tile[], situation: Situation): Arranged {
  const large = tiles.filter((tile) => tile.kind === 'screen' || situation.pins.includes(tile.participantId));
  const [first] = large.filter((tile) => tile.kind === 'screen');
  const mains = situation.pins.length > 0 ? large : first === undefined ? [] : [first];
  if (mains.length === 0) return { mains: tiles, pips: [], left: 0 };
  return { mains, pips: tiles.filter((tile) => !mains.includes(tile)), left: 0 };
}

function split(order: readonly Tile[], mains: number, pips: number): Arranged {
  const shown = mains + pips;
  return { mains: order.slice(0, mains), pips: order.slice(mains, shown), left: Math.max(0, order.length - shown) };
}

/** Pinned, screens, the main one, hosts first in a lecture; the others as they were. */
function ordered(tiles: readonly Tile[], situation: Situation, isLecture = false): readonly Tile[] {
  const rank = (tile: Tile): number => {
    const pin = situation.pins.indexOf(tile.participantId);
    if (pin !== -1) return pin - situation.pins.length;
    if (tile.kind === 'screen') return 0;
    if (isLecture && situation.hosts.has(tile.participantId)) return 1;
    return tile.participantId === situation.main ? 2 : 3;
  };
  return [...tiles].sort((a, b) => rank(a) - rank(b));
}
