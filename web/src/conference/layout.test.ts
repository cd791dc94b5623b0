import { describe, expect, it } from 'vitest';
import { GAP, PHONE, WIDE, aspectFor, gridLayout, largestWithin, stageLayout, type Box, type Size } from './layout.js';

const DESKTOP: Size = { width: 1440, height: 800 };
const TABLET: Size = { width: 768, height: 900 };
const PHONES: Size = { width: 390, height: 700 };
const CONTAINERS = [DESKTOP, TABLET, PHONES, { width: 360, height: 520 }, { width: 844, height: 300 }];

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
}

function expectSound(boxes: readonly Box[], container: Size): void {
  boxes.forEach((box, index) => {
    expect(box.left).toBeGreaterThanOrEqual(0);
    expect(box.top).toBeGreaterThanOrEqual(0);
    expect(box.left + box.width).toBeLessThanOrEqual(container.width + 1);
    expect(box.top + box.height).toBeLessThanOrEqual(container.height + 1);
    for (const other of boxes.slice(index + 1)) expect(overlaps(box, other)).toBe(false);
  });
}

describe('gridLayout', () => {
  it('places every tile inside, without overlap, for 1 to 25 people in every container', () => {
    for (const container of CONTAINERS) {
      for (let count = 1; count <= 25; count += 1) {
        const grid = gridLayout(container, count);
        expect(grid.boxes).toHaveLength(count);
        expect(grid.rows * grid.columns).toBeGreaterThanOrEqual(count);
        expectSound(grid.boxes, container);
      }
    }
  });

  it('keeps the allowed shapes', () => {
    for (const container of CONTAINERS) {
      const { narrowest, widest } = aspectFor(container);
      for (let count = 1; count <= 9; count += 1) {
        const { tile } = gridLayout(container, count);
        expect(tile.width / tile.height).toBeGreaterThan(narrowest * 0.98);
        expect(tile.width / tile.height).toBeLessThan(widest * 1.02);
      }
    }
  });

  it.each([
    [DESKTOP, 1, 1, 1],
    [DESKTOP, 2, 1, 2],
    [DESKTOP, 3, 2, 2],
    [DESKTOP, 4, 2, 2],
    [DESKTOP, 5, 2, 3],
    [DESKTOP, 9, 3, 3],
    [{ width: 1440, height: 812 }, 2, 1, 2],
    [{ width: 1440, height: 812 }, 5, 2, 3],
    [PHONES, 2, 2, 1],
    [PHONES, 4, 2, 2],
  ])('in %o with %i people makes %i rows of %i', (container, count, rows, columns) => {
    expect(gridLayout(container, count)).toMatchObject({ rows, columns });
  });

  it('has no grid with much larger tiles', () => {
    for (const container of CONTAINERS) {
      for (let count = 1; count <= 9; count += 1) {
        const aspect = aspectFor(container);
        const best = gridLayout(container, count).tile;
        for (let columns = 1; columns <= count; columns += 1) {
          const rows = Math.ceil(count / columns);
          const cell = {
            width: (container.width - GAP * (columns - 1)) / columns,
            height: (container.height - GAP * (rows - 1)) / rows,
          };
          if (cell.height <= 0) continue;
          const tile = largestWithin(cell, aspect);
          expect(best.width * best.height).toBeGreaterThanOrEqual(tile.width * tile.height * 0.95 - 1);
        }
      }
    }
  });

  it('centres the last row', () => {
    const { boxes, tile } = gridLayout(DESKTOP, 3);
    expect(boxes[2]?.left).toBeCloseTo((DESKTOP.width - tile.width) / 2, -1);
  });

  it('fills a phone with one person', () => {
    expect(gridLayout(PHONES, 1).tile).toEqual({ width: 390, height: 520 });
  });

  it.each([
    [{ width: 0, height: 500 }, 3],
    [DESKTOP, 0],
  ])('is empty for %o and %i', (container, count) => {
    expect(gridLayout(container, count)).toMatchObject({ rows: 0, columns: 0, boxes: [] });
  });
});

describe('aspectFor', () => {
  it('is 16:9 where there is width', () => {
    expect(aspectFor(DESKTOP)).toBe(WIDE);
    expect(aspectFor(PHONES)).toBe(PHONE);
    expect(aspectFor({ width: 600, height: 280 })).toBe(WIDE);
  });
});

describe('stageLayout', () => {
  it('puts the strip beside on wide windows and below on tall ones', () => {
    const wide = stageLayout(DESKTOP, 3);
    expect(wide.strip.every((box) => box.left >= wide.main.left + wide.main.width)).toBe(true);
    const tall = stageLayout(PHONES, 3);
    expect(tall.strip.every((box) => box.top >= tall.main.top + tall.main.height)).toBe(true);
  });

  it('keeps everything inside and apart, and the main tile largest', () => {
    for (const container of CONTAINERS) {
      for (let others = 0; others <= 12; others += 1) {
        for (const aspect of [null, WIDE, PHONE]) {
          const { main, strip } = stageLayout(container, others, aspect);
          expectSound([main, ...strip], container);
          for (const box of strip) expect(main.width * main.height).toBeGreaterThan(box.width * box.height);
        }
      }
    }
  });

  it('leaves out what does not fit, but never all', () => {
    expect(stageLayout(PHONES, 12).strip.length).toBeLessThan(12);
    expect(stageLayout({ width: 100, height: 100 }, 3).strip).toHaveLength(1);
  });

  it('gives all to one who is alone', () => {
    expect(stageLayout(DESKTOP, 0)).toEqual({ main: { left: 0, top: 0, ...DESKTOP }, strip: [] });
  });
});
