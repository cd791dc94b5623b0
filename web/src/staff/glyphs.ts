/** Icons of the staff page, of the same family as `elements/icon`: a 24 grid, one stroke of 1.75, round ends. */

import { svg, type SVGTemplateResult } from 'lit';

const shapes = {
  day: svg`<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/><path d="M3.5 10h17M8 3v4M16 3v4M8 14h3"/>`,
  book: svg`<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/><path d="M8 3v4M16 3v4M12 9.5v7M8.5 13h7"/>`,
  call: svg`<path d="M5.5 3.5h2.2a1.5 1.5 0 0 1 1.5 1.2l.5 2.3a1.5 1.5 0 0 1-.6 1.5L7.6 9.6a12 12 0 0 0 6.8 6.8l1.1-1.5a1.5 1.5 0 0 1 1.5-.6l2.3.5a1.5 1.5 0 0 1 1.2 1.5v2.2a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 3.5 5.7a2 2 0 0 1 2-2.2ZM14.5 3.5a6 6 0 0 1 6 6M14.5 7a2.5 2.5 0 0 1 2.5 2.5"/>`,
  templates: svg`<rect x="3.5" y="3.5" width="17" height="5.5" rx="2"/><rect x="3.5" y="13" width="7.5" height="7.5" rx="2"/><path d="M15 14h5.5M15 17h5.5M15 20h3"/>`,
  look: svg`<path d="M12 3a9 9 0 1 0 0 18c1.6 0 2-1 2-1.9 0-1.3-1-1.6-1-2.7 0-.9.7-1.5 1.7-1.5H17a4 4 0 0 0 4-4C21 6.5 17 3 12 3ZM7.5 12v.01M9.5 7.5v.01M14.5 7v.01"/>`,
  more: svg`<g fill="currentColor"><circle cx="5" cy="12" r="1.25"/><circle cx="12" cy="12" r="1.25"/><circle cx="19" cy="12" r="1.25"/></g>`,
  out: svg`<path d="M13.5 4H6.5A2.5 2.5 0 0 0 4 6.5v11A2.5 2.5 0 0 0 6.5 20h7M10 12h10M16.5 8.5 20 12l-3.5 3.5"/>`,
  before: svg`<path d="m14.5 6-6 6 6 6"/>`,
  after: svg`<path d="m9.5 6 6 6-6 6"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="12" height="12" rx="2.5"/><path d="M15.5 8.5V6A2.5 2.5 0 0 0 13 3.5H6A2.5 2.5 0 0 0 3.5 6v7A2.5 2.5 0 0 0 6 15.5h2.5"/>`,
  enter: svg`<path d="M10.5 4h7A2.5 2.5 0 0 1 20 6.5v11a2.5 2.5 0 0 1-2.5 2.5h-7M4 12h10M10.5 8.5 14 12l-3.5 3.5"/>`,
  mail: svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m3.5 7.5 8.5 6 8.5-6"/>`,
} as const;

export type GlyphName = keyof typeof shapes;

export function glyph(name: GlyphName): SVGTemplateResult {
  return svg`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${shapes[name]}</svg>`;
}
