/**
 * Where the own picture is: never over another's face or name. Pure, in CSS pixels.
 *
 * In this order: a corner that no tile reaches; over the only tile there is, beside face and name; the last of the small
 * ones where some are large and some small; else the others make room, by a narrow edge or as for one more of them,
 * whichever leaves them larger.
 */

import type { Tile } from '../call-types.js';
import type { Corner } from '../text/words.js';
import { arrangeTiles, PLAIN, type Situation } from './arrange.js';
import { aspectFor, GAP, gridLayout, PHONE_WIDTH, type Box, type Size } from './layout.js';
import { placeTiles } from './places.js';

type Places = readonly (Box | null)[];

export interface OwnPlace {
  readonly box: Box;
  /** The corner of the room that it is in, or nearest to. */
  readonly corner: Corner;
}

export interface Seating {
  /** Of the others, in the order of their tiles; null for who finds no place. */
  readonly places: Places;
  /** Null where there is nobody else, or no room. */
  readonly own: OwnPlace | null;
}

export interface Wish {
  /** Where the person has put it; null: wherever it is best. */
  readonly corner: Corner | null;
  /** The side of a tile's lower edge at which its name begins. */
  readonly names: 'left' | 'right';
}

export const NO_WISH: Wish = { corner: null, names: 'left' };

/** A stage lower than this is a phone's on its side. */
const LOW_PX = 340;
/** Preferred, and where that finds no room. */
const ON_PHONES: readonly Size[] = [{ width: 104, height: 139 }, { width: 80, height: 107 }];
const ON_WIDE: readonly Size[] = [{ width: 240, height: 135 }, { width: 176, height: 99 }];
/** Of the stage's width and height it takes at most this part. */
const MOST = 0.4;
/** From the edge of a tile that it is over. */
const AWAY_PX = 16;
/** A head and shoulders are somewhere in this ellipse of a tile: parts of its size (judged by eye, on cropped pictures too). */
const FACE = { x: 0.5, y: 0.45, across: 0.25, down: 0.3 };
/** Where a tile's name and what troubles it are written. */
const NAME: Size = { width: 448, height: 56 };
/** Sitting among the others is calmer than at an edge, and may cost them this. */
const CALM = 1.1;

/** Names stand at the lower edge, so on phones it is up; on wide windows faces are higher than the lower corner. */
const CORNERS_ON_PHONES: readonly Corner[] = ['topRight', 'bottomRight', 'topLeft', 'bottomLeft'];
const CORNERS_ON_WIDE: readonly Corner[] = ['bottomRight', 'topRight', 'bottomLeft', 'topLeft'];

export function seatTiles(container: Size, tiles: readonly Tile[], situation: Situation = PLAIN, wish: Wish = NO_WISH): Seating {
  const places = placeTiles(container, tiles, situation);
  if (container.width <= 0 || container.height <= 0 || tiles.length === 0) return { places, own: null };
  const isSmall = container.width < PHONE_WIDTH || container.height < LOW_PX;
  const sizes = (isSmall ? ON_PHONES : ON_WIDE).map((size) => within(size, container));
  const corners = wish.corner === null ? (isSmall ? CORNERS_ON_PHONES : CORNERS_ON_WIDE) : [wish.corner];
  const { mains, pips } = arrangeTiles(tiles, situation);
  return (
    inFreeCorner(container, places, sizes, corners) ??
    overTheOnly(places, sizes, corners, wish) ??
    (pips.length > 0 && wish.corner === null ? inStrip(container, tiles, situation) : null) ??
    madeRoomFor(container, tiles, situation, { mains, size: sizes.at(-1) ?? NO_SIZE, corners, mayBeInRow: pips.length === 0 && wish.corner === null })
  );
}

const NO_SIZE: Size = { width: 0, height: 0 };

function inFreeCorner(container: Size, places: Places, sizes: readonly Size[], corners: readonly Corner[]): Seating | null {
  for (const size of sizes) {
    for (const corner of corners) {
      const box = inCorner(container, size, corner, 0);
      if (places.every((place) => place === null || isApart(place, box, GAP))) return { places, own: { box, corner } };
    }
  }
  return null;
}

function overTheOnly(places: Places, sizes: readonly Size[], corners: readonly Corner[], wish: Wish): Seating | null {
  const [place, ...more] = places.filter((each) => each !== null);
  if (place === undefined || more.length > 0) return null;
  for (const size of sizes) {
    for (const corner of corners) {
      const inside = inCorner(place, size, corner, AWAY_PX);
      const box = { ...inside, left: place.left + inside.left, top: place.top + inside.top };
      if (!isOverFace(place, box) && isApart(nameOf(place, wish.names), box, 0)) return { places, own: { box, corner } };
    }
  }
  return null;
}

function inStrip(container: Size, tiles: readonly Tile[], situation: Situation): Seating | null {
  const places = placeTiles(container, tiles, situation, true);
  const box = places.at(-1) ?? null;
  return box === null ? null : { places: places.slice(0, -1), own: { box, corner: cornerOf(container, box) } };
}

interface Room {
  readonly mains: readonly Tile[];
  readonly size: Size;
  readonly corners: readonly Corner[];
  readonly mayBeInRow: boolean;
}

interface Way extends Seating {
  readonly shown: number;
  /** Square pixels of the smallest tile of another. */
  readonly smallest: number;
}

function madeRoomFor(container: Size, tiles: readonly Tile[], situation: Situation, { mains, size, corners, mayBeInRow }: Room): Seating {
  const ways: Way[] = [];
  for (const corner of corners) {
    const box = inCorner(container, size, corner, 0);
    for (const free of besides(container, box)) {
      const places = placeTiles(free, tiles, situation).map((place) => place && { ...place, left: place.left + free.left, top: place.top + free.top });
      ways.push(wayOf(places, { box, corner }));
    }
  }
  if (mayBeInRow) {
    const { boxes } = gridLayout(container, mains.length + 1, aspectFor(container));
    const box = boxes[mains.length];
    const places = tiles.map((tile) => boxes[mains.indexOf(tile)] ?? null);
    if (box !== undefined) ways.push(wayOf(places, { box, corner: cornerOf(container, box) }, CALM));
  }
  // Nobody is left out for it; then the largest tiles for those that have the smallest; then the first.
  const [best] = ways.sort((a, b) => b.shown - a.shown || b.smallest - a.smallest);
  return best === undefined ? { places: placeTiles(container, tiles, situation), own: null } : { places: best.places, own: best.own };
}

function wayOf(places: Places, own: OwnPlace, bonus = 1): Way {
  const areas = places.filter((place) => place !== null).map(({ width, height }) => width * height);
  return { places, own, shown: areas.length, smallest: areas.length === 0 ? 0 : bonus * Math.min(...areas) };
}

/** What is left of the room beside the box: a column less, or a row less. */
function besides({ width, height }: Size, box: Box): readonly Box[] {
  const [column, row] = [box.width + GAP, box.height + GAP];
  return [
    { left: box.left === 0 ? column : 0, top: 0, width: width - column, height },
    { left: 0, top: box.top === 0 ? row : 0, width, height: height - row },
  ];
}

function within({ width, height }: Size, container: Size): Size {
  const scale = Math.min(1, (MOST * container.width) / width, (MOST * container.height) / height);
  return { width: Math.floor(width * scale), height: Math.floor(height * scale) };
}

function inCorner(container: Size, size: Size, corner: Corner, away: number): Box {
  const isLeft = corner === 'topLeft' || corner === 'bottomLeft';
  const isTop = corner === 'topLeft' || corner === 'topRight';
  return {
    left: isLeft ? away : Math.floor(container.width - size.width - away),
    top: isTop ? away : Math.floor(container.height - size.height - away),
    ...size,
  };
}

function cornerOf(container: Size, box: Box): Corner {
  const isRight = box.left + box.width / 2 >= container.width / 2;
  if (box.top + box.height / 2 >= container.height / 2) return isRight ? 'bottomRight' : 'bottomLeft';
  return isRight ? 'topRight' : 'topLeft';
}

export function isApart(a: Box, b: Box, gap: number): boolean {
  return (
    a.left + a.width + gap <= b.left ||
    b.left + b.width + gap <= a.left ||
    a.top + a.height + gap <= b.top ||
    b.top + b.height + gap <= a.top
  );
}

/** Whether the box reaches into the ellipse in which the tile's person is. */
export function isOverFace(tile: Box, box: Box): boolean {
  const [x, y] = [tile.left + tile.width * FACE.x, tile.top + tile.height * FACE.y];
  const beside = Math.max(0, box.left - x, x - box.left - box.width) / (tile.width * FACE.across);
  const above = Math.max(0, box.top - y, y - box.top - box.height) / (tile.height * FACE.down);
  return beside ** 2 + above ** 2 < 1;
}

export function nameOf(tile: Box, side: 'left' | 'right'): Box {
  const [width, height] = [Math.min(NAME.width, tile.width), Math.min(NAME.height, tile.height)];
  return { left: side === 'left' ? tile.left : tile.left + tile.width - width, top: tile.top + tile.height - height, width, height };
}
