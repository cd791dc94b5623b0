import { describe, expect, it } from 'vitest';
import { TileSizes } from './tile-sizes.js';

const tile = (id: string, slot: number | null): { id: string; slot: number | null } => ({ id, slot });

describe('TileSizes', () => {
  it('tells device pixels by slot, and only what changed', () => {
    const sizes = new TileSizes();
    const tiles = [tile('a', 0), tile('b', 2)];
    sizes.measure('a', 320, 180);
    sizes.measure('b', 100, 50);
    expect(sizes.changes(tiles, 2)).toEqual([
      { slot: 0, width: 640, height: 360 },
      { slot: 2, width: 200, height: 100 },
    ]);
    sizes.measure('b', 110, 50);
    expect(sizes.changes(tiles, 2)).toEqual([{ slot: 2, width: 220, height: 100 }]);
    expect(sizes.changes(tiles, 2)).toEqual([]);
  });

  it('says nothing of tiles without a slot or without a measure', () => {
    const sizes = new TileSizes();
    sizes.measure('a', 320, 180);
    expect(sizes.changes([tile('a', null), tile('b', 1)], 1)).toEqual([]);
  });

  it('tells again when a slot moves to a tile of another size', () => {
    const sizes = new TileSizes();
    sizes.measure('a', 320, 180);
    sizes.measure('b', 1280, 720);
    sizes.changes([tile('a', 0), tile('b', null)], 1);
    expect(sizes.changes([tile('a', null), tile('b', 0)], 1)).toEqual([{ slot: 0, width: 1280, height: 720 }]);
  });

  it('tells again when another comes into a slot, in the same size: the server has forgotten it', () => {
    const sizes = new TileSizes();
    sizes.measure('a', 320, 180);
    sizes.measure('b', 320, 180);
    sizes.changes([tile('a', 0), tile('b', null)], 1);
    expect(sizes.changes([tile('b', 0)], 1)).toEqual([{ slot: 0, width: 320, height: 180 }]);
    expect(sizes.changes([tile('b', 0)], 1)).toEqual([]);
  });

  it('pauses a slot whose tile is off screen, and wakes it for another that is not measured yet', () => {
    const sizes = new TileSizes();
    sizes.measure('a', 320, 180);
    sizes.changes([tile('a', 0)], 1);
    sizes.measure('a', 0, 0);
    expect(sizes.changes([tile('a', 0)], 1)).toEqual([{ slot: 0, width: 0, height: 0 }]);
    expect(sizes.changes([tile('b', 0)], 1)).toEqual([{ slot: 0, width: 320, height: 180 }]);
  });

  it('stays within what the schema allows', () => {
    const sizes = new TileSizes();
    sizes.measure('a', 5000, -3);
    expect(sizes.changes([tile('a', 0)], 3)).toEqual([{ slot: 0, width: 8192, height: 0 }]);
  });

  it('tells all again to a server that knows nothing', () => {
    const sizes = new TileSizes();
    sizes.measure('a', 320, 180);
    sizes.changes([tile('a', 0)], 1);
    sizes.forgetTold();
    expect(sizes.changes([tile('a', 0)], 1)).toHaveLength(1);
  });
});
