/**
 * Where the tiles of the others stand, from their arrangement and the room there is. Pure, in CSS pixels; `own-place.ts`
 * puts the own picture beside them.
 */

import type { Tile } from '../call-types.js';
import { arrangeTiles, PLAIN, type Situation } from './arrange.js';
import { aspectFor, gridLayout, stageLayout, type AspectRange, type Box, type Size } from './layout.js';

/** One person alone on a phone may fill it upright. */
const ONE_ON_PHONE: AspectRange = { narrowest: 0.45, widest: 16 / 9 };
/** Lines of small tiles where the layout has many. */
const LINES = 3;
const MANY_PIPS = 7;

/** Boxes in the order of `tiles`; null for a tile that finds no place. `seatsOwn`: the strip's last is the own picture's, and last here. */
export function placeTiles(container: Size, tiles: readonly Tile[], situation: Situation = PLAIN, seatsOwn = false): readonly (Box | null)[] {
  const { mains, pips } = arrangeTiles(tiles, situation);
  const lines = situation.layout !== 'grid' && pips.length > MANY_PIPS ? LINES : 1;
  const { main: room, strip } = stageLayout(container, pips.length + (seatsOwn ? 1 : 0), null, undefined, lines);
  const own = seatsOwn ? (strip.at(-1) ?? null) : null;
  const narrow = aspectFor(room);
  const aspect = tiles.length === 1 && narrow.narrowest < 1 ? ONE_ON_PHONE : narrow;
  const boxes = new Map<Tile, Box>();
  // One large tile beside small ones takes all the room there is: a screen of unknown shape is letterboxed in it.
  const large = mains.length === 1 && pips.length > 0 ? [room] : gridLayout(room, mains.length, aspect).boxes;
  mains.forEach((tile, index) => {
    const box = large[index];
    if (box !== undefined) boxes.set(tile, box);
  });
  pips.forEach((tile, index) => {
    const box = strip[index];
    if (box !== undefined && box !== own) boxes.set(tile, box);
  });
  const places = tiles.map((tile) => boxes.get(tile) ?? null);
  return seatsOwn ? [...places, own] : places;
}
