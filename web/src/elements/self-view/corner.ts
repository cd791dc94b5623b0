/** Where the own picture rests: one of four corners, so that it never needs to be placed exactly. */

import type { Corner } from '../../text/words.js';

const CLOCKWISE: readonly Corner[] = ['bottomRight', 'bottomLeft', 'topLeft', 'topRight'];

export function nextCorner(corner: Corner): Corner {
  return CLOCKWISE[(CLOCKWISE.indexOf(corner) + 1) % CLOCKWISE.length] ?? 'bottomRight';
}

/** The corner of a `width` × `height` room that is nearest to the point. */
export function nearestCorner(x: number, y: number, width: number, height: number): Corner {
  const isRight = x > width / 2;
  if (y > height / 2) return isRight ? 'bottomRight' : 'bottomLeft';
  return isRight ? 'topRight' : 'topLeft';
}
