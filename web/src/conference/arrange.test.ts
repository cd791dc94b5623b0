import { describe, expect, it } from 'vitest';
import { tileOf } from '../pages/fixtures.js';
import type { Tile } from '../call-types.js';
import { arrangeTiles, PLAIN, type Situation } from './arrange.js';
import { LAYOUTS } from './layouts.gen.js';

const people = (count: number): readonly Tile[] =>
  Array.from({ length: count }, (_, index) => {
    const id = `p${String(index)}`;
    return { ...tileOf('Bo'), id: `${id}/camera`, participantId: id };
  });
const screenOf = (id: string): Tile => ({ ...tileOf('Bo', { kind: 'screen' }), id: `${id}/screen`, participantId: id });
const ids = (tiles: readonly Tile[]): readonly string[] => tiles.map((tile) => tile.id);
const at = (change: Partial<Situation>): Situation => ({ ...PLAIN, ...change });

describe('arrangeTiles', () => {
  it.each(Object.entries(LAYOUTS).filter(([, one]) => one.arrangement === 'fixed'))('fills %s', (layout, { mains, pips }) => {
    const arranged = arrangeTiles(people(60), at({ layout }));
    expect([arranged.mains.length, arranged.pips.length, arranged.left]).toEqual([mains, pips, 60 - mains - pips]);
  });

  it.each(Object.keys(LAYOUTS))('shows or counts each tile once in %s', (layout) => {
    const tiles = [...people(7), screenOf('p3')];
    for (const isHost of [true, false]) {
      const { mains, pips, left } = arrangeTiles(tiles, at({ layout, isHost, main: 'p5', pins: ['p6'], hosts: new Set(['p1']) }));
      const shown = [...ids(mains), ...ids(pips)];
      expect(new Set(shown).size).toBe(shown.length);
      expect(shown.length + left).toBe(tiles.length);
    }
  });

  it('has everybody equal in a grid, whoever speaks', () => {
    expect(ids(arrangeTiles(people(5), at({ main: 'p3' })).mains)).toEqual(ids(people(5)));
  });

  it('has a screen large in a grid, and beside it whom one has pinned', () => {
    const tiles = [...people(3), screenOf('p2')];
    expect(ids(arrangeTiles(tiles, PLAIN).mains)).toEqual(['p2/screen']);
    expect(ids(arrangeTiles(tiles, at({ pins: ['p0'] })).mains)).toEqual(['p0/camera', 'p2/screen']);
  });

  it('follows the speaker and moves nobody else', () => {
    const { mains, pips } = arrangeTiles(people(4), at({ layout: 'speaker', main: 'p2' }));
    expect(ids(mains)).toEqual(['p2/camera']);
    expect(ids(pips)).toEqual(['p0/camera', 'p1/camera', 'p3/camera']);
  });

  it('keeps whom one has pinned before who speaks', () => {
    const { mains } = arrangeTiles(people(4), at({ layout: 'speaker', main: 'p2', pins: ['p3'] }));
    expect(ids(mains)).toEqual(['p3/camera']);
  });

  it('shows guests of a lecture the hosts beside the screen, and hosts a grid', () => {
    const tiles = [...people(4), screenOf('p1')];
    const hosts = new Set(['p1']);
    expect(ids(arrangeTiles(tiles, at({ layout: 'lecture', hosts })).mains)).toEqual(['p1/screen', 'p1/camera']);
    expect(ids(arrangeTiles(people(4), at({ layout: 'lecture', hosts, isHost: true })).mains)).toHaveLength(4);
  });

  it('takes a layout of a newer server for a grid', () => {
    expect(arrangeTiles(people(3), at({ layout: 'mosaic' })).mains).toHaveLength(3);
  });
});
