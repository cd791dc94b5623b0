import { describe, expect, it } from 'vitest';
import { NAMES, tileOf } from '../pages/fixtures.js';
import { placeTiles } from './places.js';

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
