import { expect, it } from 'vitest';
import type { Corner } from '../../text/words.js';
import { nearestCorner, nextCorner } from './corner.js';

it('goes round all four corners', () => {
  const seen: Corner[] = ['bottomRight'];
  for (let step = 0; step < 4; step += 1) seen.push(nextCorner(seen[step] ?? 'topLeft'));
  expect(seen).toEqual(['bottomRight', 'bottomLeft', 'topLeft', 'topRight', 'bottomRight']);
});

it.each([
  [10, 10, 'topLeft'],
  [790, 10, 'topRight'],
  [10, 590, 'bottomLeft'],
  [790, 590, 'bottomRight'],
  [-50, 700, 'bottomLeft'],
])('(%i, %i) snaps to %s', (x, y, corner) => {
  expect(nearestCorner(x, y, 800, 600)).toBe(corner);
});
