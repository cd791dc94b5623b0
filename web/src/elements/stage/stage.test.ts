// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../conference/arrange.js';
import { NAMES, tileOf } from '../../pages/fixtures.js';
import { placeTiles, seatFor } from './stage.js';

const DESKTOP = { width: 1424, height: 812 };
const PHONE = { width: 374, height: 660 };

describe('placeTiles', () => {
  it('fills a phone with one person', () => {
    const [box] = placeTiles(PHONE, [tileOf('Bo')]);
    expect(box).toMatchObject({ width: PHONE.width, height: PHONE.height });
  });

  it.each([1, 2, 3, 4, 5, 6, 9])('gives each of %i people a place', (count) => {
    const tiles = NAMES.slice(0, count).map((name) => tileOf(name));
    for (const container of [DESKTOP, PHONE]) {
      expect(placeTiles(container, tiles).every((box) => box !== null && box.width > 80)).toBe(true);
    }
  });

  it('gives a shared screen the large place, wherever it is in the order', () => {
    const tiles = [tileOf('Bo'), tileOf('Bo', { kind: 'screen' }), tileOf('Ib')];
    const [first, screen, last] = placeTiles(DESKTOP, tiles);
    expect(screen?.width).toBeGreaterThan((first?.width ?? 0) * 2);
    expect(first?.top).toBeLessThan(last?.top ?? 0);
  });

  it('leaves out what the strip has no room for', () => {
    const tiles = [tileOf('Bo', { kind: 'screen' }), ...NAMES.map((name) => tileOf(name))];
    const places = placeTiles(PHONE, tiles);
    expect(places).toHaveLength(tiles.length);
    expect(places[places.length - 1]).toBeNull();
  });
});

describe('seatFor', () => {
  const others = (count: number) => NAMES.slice(0, count).map((name) => tileOf(name));

  it('gives the own picture a seat where it would cover a face', () => {
    const places = seatFor(PHONE, others(4));
    expect(places).toHaveLength(5);
    expect(places?.every((box) => box !== null && box.width > 80)).toBe(true);
  });

  it('lets it float where there is room, and among few', () => {
    expect(seatFor(DESKTOP, others(6))).toBeNull();
    expect(seatFor(DESKTOP, others(7))).toHaveLength(8);
    expect(seatFor(PHONE, others(2))).toBeNull();
    expect(seatFor(PHONE, others(3))).toHaveLength(4);
  });

  it('seats it between two on a phone held sideways', () => {
    const sideways = { width: 828, height: 310 };
    expect(seatFor(sideways, others(1))).toBeNull();
    expect(seatFor(sideways, others(2))).toHaveLength(3);
  });

  it.each([DESKTOP, PHONE])('is the last of the small ones beside a shared screen, and covers nobody (%o)', (container) => {
    for (const count of [1, 4, 9]) {
      const tiles = [...others(count), tileOf('Bo', { kind: 'screen' })];
      const places = seatFor(container, tiles) ?? [];
      const own = places.at(-1);
      expect(places).toHaveLength(tiles.length + 1);
      expect(own).toBeTruthy();
      for (const box of places.slice(0, -1)) {
        if (box === null || own === null || own === undefined) continue;
        const isApart = box.left + box.width <= own.left || own.left + own.width <= box.left || box.top + box.height <= own.top || own.top + own.height <= box.top;
        expect(isApart).toBe(true);
      }
    }
  });

  it('is a place more beside those that the layout shows', () => {
    const places = seatFor(PHONE, others(9), { ...PLAIN, layout: 'four_mains_zero_pips' });
    expect(places?.filter((box) => box !== null)).toHaveLength(5);
    expect(places?.at(-1)).not.toBeNull();
  });
});
