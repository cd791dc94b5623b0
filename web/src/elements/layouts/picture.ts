/** Each layout as a small picture: large places light, small ones quiet. Not to scale, but as the stage arranges them. */

import { svg, type SVGTemplateResult } from 'lit';
import { gridLayout, WIDE, type Box } from '../../conference/layout.js';
import type { Layout } from '../../conference/layouts.gen.js';

const WIDTH = 64;
const HEIGHT = 36;
const GAP = 2;
/** How many are drawn where there are as many as there are people. */
const SOME = 6;
const STRIP = 12;
const PIPS_IN_LINE = 7;
const PIP_HEIGHT = 5;

interface Drawn {
  readonly mains: readonly Box[];
  readonly pips: readonly Box[];
}

function row(count: number, top: number, width: number, height: number): readonly Box[] {
  const each = (width - GAP * (count - 1)) / count;
  return Array.from({ length: count }, (_, index) => ({ left: index * (each + GAP), top, width: each, height }));
}

export function drawnLayout({ arrangement, mains, pips }: Layout): Drawn {
  const whole = { width: WIDTH, height: HEIGHT };
  if (arrangement === 'grid') return { mains: gridLayout(whole, SOME, WIDE, GAP).boxes, pips: [] };
  if (arrangement === 'speaker') {
    const side = Array.from({ length: 3 }, (_, index) => ({
      left: WIDTH - STRIP, top: index * (STRIP - GAP + GAP), width: STRIP, height: STRIP - GAP,
    }));
    return { mains: [{ left: 0, top: 0, width: WIDTH - STRIP - GAP, height: HEIGHT }], pips: side };
  }
  if (arrangement === 'lecture') {
    return { mains: [{ left: 0, top: 0, width: WIDTH, height: HEIGHT - STRIP }], pips: row(4, HEIGHT - STRIP + GAP, WIDTH, STRIP - GAP) };
  }
  if (pips === 0) return { mains: gridLayout(whole, mains, WIDE, mains > 9 ? 1 : GAP).boxes, pips: [] };
  const lines = Math.min(Math.ceil(pips / PIPS_IN_LINE), 3);
  const used = lines * (PIP_HEIGHT + 1);
  const large = gridLayout({ width: WIDTH, height: HEIGHT - used - 1 }, mains, { narrowest: 1, widest: 4 }, GAP).boxes;
  const small = Array.from({ length: lines }, (_, line) => row(PIPS_IN_LINE, HEIGHT - used + line * (PIP_HEIGHT + 1) + 1, WIDTH, PIP_HEIGHT));
  return { mains: large, pips: small.flat() };
}

export function layoutPicture(layout: Layout): SVGTemplateResult {
  const { mains, pips } = drawnLayout(layout);
  const box = (kind: string, { left, top, width, height }: Box): SVGTemplateResult =>
    svg`<rect class=${kind} x=${left} y=${top} width=${width} height=${height} rx="1"></rect>`;
  return svg`<svg viewBox="0 0 64 36" aria-hidden="true" focusable="false">
    ${mains.map((one) => box('main', one))}${pips.map((one) => box('pip', one))}
  </svg>`;
}
