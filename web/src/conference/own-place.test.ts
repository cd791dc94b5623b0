import { describe, expect, it } from 'vitest';
import { NAMES, tileOf } from '../pages/fixtures.js';
import type { Corner } from '../text/words.js';
import { PLAIN } from './arrange.js';
import type { Box, Size } from './layout.js';
import { isApart, isOverFace, nameOf, NO_WISH, seatTiles } from './own-place.js';
import { placeTiles } from './places.js';

/** What the call's bar and a line above it leave of the window. */
const STAGES: readonly (readonly [string, Size])[] = (
  [
    [360, 640],
    [390, 844],
    [768, 1024],
    [1440, 900],
  ] as const
).flatMap(([width, height]) => [
  [`${String(width)}x${String(height)}`, { width: width - 16, height: height - 132 }],
  [`${String(height)}x${String(width)}`, { width: height - 16, height: width - 84 }],
]);
const COUNTS = Array.from({ length: 13 }, (_, count) => count);
const CORNERS: readonly Corner[] = ['topLeft', 'topRight', 'bottomLeft', 'bottomRight'];

const others = (count: number) => Array.from({ length: count }, (_, index) => tileOf(`${NAMES[index % NAMES.length] ?? 'Bo'} ${String(index)}`));
const isInside = (stage: Size, box: Box) => box.left >= 0 && box.top >= 0 && box.left + box.width <= stage.width && box.top + box.height <= stage.height;
const shown = (places: readonly (Box | null)[]) => places.filter((place) => place !== null);

describe.each(STAGES)('seatTiles at %s', (_, stage) => {
  it.each(COUNTS)('covers no face and no name of %i others', (count) => {
    for (const corner of [null, ...CORNERS]) {
      const { places, own } = seatTiles(stage, others(count), PLAIN, { corner, names: 'left' });
      expect(places).toHaveLength(count);
      expect(own === null).toBe(count === 0);
      if (own === null) continue;
      expect(isInside(stage, own.box)).toBe(true);
      expect(own.box.width).toBeGreaterThanOrEqual(60);
      if (corner !== null) expect(own.corner).toBe(corner);
      for (const [index, place] of places.entries()) {
        expect(place !== null && isInside(stage, place)).toBe(true);
        if (place === null) continue;
        if (count > 1) expect(isApart(place, own.box, 0)).toBe(true);
        expect(isOverFace(place, own.box)).toBe(false);
        expect(isApart(nameOf(place, 'left'), own.box, 0)).toBe(true);
        for (const other of places.slice(index + 1)) expect(other === null || isApart(place, other, 0)).toBe(true);
      }
    }
  });

  it('never leaves anybody out, and costs nobody more than the half', () => {
    for (const count of COUNTS.slice(1)) {
      const [before, after] = [shown(placeTiles(stage, others(count))), shown(seatTiles(stage, others(count)).places)];
      const smallest = (places: readonly Box[]) => Math.min(...places.map(({ width, height }) => width * height));
      expect(after).toHaveLength(before.length);
      expect(smallest(after)).toBeGreaterThan(0.5 * smallest(before));
    }
  });

  it('is the last of the small ones beside a shared screen', () => {
    for (const count of [1, 4, 12]) {
      const tiles = [...others(count), tileOf('Bo', { kind: 'screen' })];
      const { places, own } = seatTiles(stage, tiles);
      expect(own).not.toBeNull();
      expect(places).toHaveLength(tiles.length);
      for (const place of shown(places)) expect(own !== null && isApart(place, own.box, 0)).toBe(true);
    }
  });
});

describe('seatTiles', () => {
  const desk: Size = { width: 1424, height: 768 };
  const phone: Size = { width: 374, height: 660 };

  it('floats over the only one, where a window has its least face and name', () => {
    expect(seatTiles(desk, others(1)).own).toMatchObject({ corner: 'bottomRight', box: { width: 240, height: 135 } });
    expect(seatTiles(phone, others(1)).own).toMatchObject({ corner: 'topRight', box: { width: 104 } });
    expect(seatTiles(desk, others(1)).places).toEqual(placeTiles(desk, others(1)));
  });

  it('takes the corner that is free, and costs nobody anything', () => {
    for (const count of [3, 5, 8]) {
      const { places, own } = seatTiles(desk, others(count));
      expect(own?.corner).toBe('bottomRight');
      expect(places).toEqual(placeTiles(desk, others(count)));
    }
  });

  it('has an edge made free where that leaves the others largest', () => {
    const { places, own } = seatTiles(desk, others(4));
    expect(own).toMatchObject({ corner: 'bottomRight', box: { width: 176, height: 99 } });
    expect(Math.min(...shown(places).map(({ width }) => width))).toBeGreaterThan(580);
  });

  it('goes where it was put, and the others make room', () => {
    for (const corner of CORNERS) {
      const { own } = seatTiles(phone, others(4), PLAIN, { corner, names: 'left' });
      expect(own?.corner).toBe(corner);
    }
  });

  it('keeps away from a name that begins on the right', () => {
    const { own } = seatTiles(desk, others(1), PLAIN, { ...NO_WISH, names: 'right' });
    expect(own?.corner).toBe('topRight');
  });

  it('has no place where there is no room, nor beside nobody', () => {
    expect(seatTiles({ width: 0, height: 0 }, others(2)).own).toBeNull();
    expect(seatTiles(desk, []).own).toBeNull();
  });

  it('is a place more beside those that the layout shows', () => {
    const { places, own } = seatTiles(phone, others(9), { ...PLAIN, layout: 'four_mains_zero_pips' });
    expect(shown(places)).toHaveLength(4);
    expect(own).not.toBeNull();
  });
});
