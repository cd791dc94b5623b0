/**
 * One family of icons, drawn for this page: a 24 grid, one stroke of 1.75, round ends, air at the edges. They support
 * a word and never replace it, so each is hidden from screen readers.
 */

import { svg, type SVGTemplateResult } from 'lit';

const shapes = {
  microphone: svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M9 21h6"/>`,
  microphoneOff: svg`<path d="M9 9.5V11a3 3 0 0 0 4.7 2.5M15 11V6a3 3 0 0 0-5.6-1.5M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.5 11.5c0 1-.2 1.9-.6 2.7M12 18v3M9 21h6M4 3.5 20.5 20"/>`,
  camera: svg`<rect x="3" y="6.5" width="12.5" height="11" rx="2.5"/><path d="m15.5 11 4.3-2.7a.8.8 0 0 1 1.2.7v6a.8.8 0 0 1-1.2.7L15.5 13"/>`,
  cameraOff: svg`<path d="M9.5 6.5H13A2.5 2.5 0 0 1 15.5 9v3M15.5 15.6A2.5 2.5 0 0 1 13 17.5H5.5A2.5 2.5 0 0 1 3 15V9a2.5 2.5 0 0 1 2-2.45M15.5 11l4.3-2.7a.8.8 0 0 1 1.2.7v6a.8.8 0 0 1-1.2.7M4 3.5 20.5 20"/>`,
  share: svg`<rect x="3" y="4.5" width="18" height="12.5" rx="2.5"/><path d="M9 21h6M12 13.5v-5M9.5 10.5 12 8l2.5 2.5"/>`,
  more: svg`<path d="M4 8h8M18 8h2M4 16h2M12 16h8"/><circle cx="15" cy="8" r="2.5"/><circle cx="9" cy="16" r="2.5"/>`,
  leave: svg`<path d="M3.5 14.5v-1.2C3.5 10 7.5 8.5 12 8.5s8.5 1.5 8.5 4.8v1.2a1.5 1.5 0 0 1-1.8 1.5l-2-.4a1.5 1.5 0 0 1-1.2-1.5v-1.3a12.5 12.5 0 0 0-7 0v1.3a1.5 1.5 0 0 1-1.2 1.5l-2 .4a1.5 1.5 0 0 1-1.8-1.5Z"/>`,
  speaker: svg`<path d="M4 9.5v5a1 1 0 0 0 1 1h3l4.3 3.6a.6.6 0 0 0 1-.5V5.4a.6.6 0 0 0-1-.5L8 8.5H5a1 1 0 0 0-1 1ZM16.5 9a4.5 4.5 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11"/>`,
  phone: svg`<path d="M5.5 3.5h2.2a1.5 1.5 0 0 1 1.5 1.2l.5 2.3a1.5 1.5 0 0 1-.6 1.5L7.6 9.6a12 12 0 0 0 6.8 6.8l1.1-1.5a1.5 1.5 0 0 1 1.5-.6l2.3.5a1.5 1.5 0 0 1 1.2 1.5v2.2a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 3.5 5.7a2 2 0 0 1 2-2.2Z"/>`,
  warning: svg`<path d="M12 4 2.8 19a1 1 0 0 0 .9 1.5h16.6a1 1 0 0 0 .9-1.5ZM12 10v4.5M12 17.5v.01"/>`,
  info: svg`<circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 8v.01"/>`,
  weak: svg`<path d="M5 19v-3M10 19v-6.5"/><path opacity=".45" d="M15 19V9M20 19V5"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  chevron: svg`<path d="m6 9.5 6 6 6-6"/>`,
  move: svg`<path d="M12 3v18M3 12h18M9.5 5.5 12 3l2.5 2.5M9.5 18.5 12 21l2.5-2.5M5.5 9.5 3 12l2.5 2.5M18.5 9.5 21 12l-2.5 2.5"/>`,
  hide: svg`<path d="M9.9 5.8A9.7 9.7 0 0 1 12 5.5c5 0 8.3 4 9.5 6.5a13 13 0 0 1-2.8 3.7M14.3 14.3A3 3 0 0 1 9.8 10M6.6 7.2A13 13 0 0 0 2.5 12c1.2 2.5 4.5 6.5 9.5 6.5 1.7 0 3.2-.5 4.5-1.2M4 3.5 20.5 20"/>`,
  show: svg`<path d="M2.5 12c1.2-2.5 4.5-6.5 9.5-6.5s8.3 4 9.5 6.5c-1.2 2.5-4.5 6.5-9.5 6.5S3.7 14.5 2.5 12Z"/><circle cx="12" cy="12" r="3"/>`,
  lock: svg`<rect x="5" y="10.5" width="14" height="10" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v2"/>`,
  people: svg`<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5a6.5 6.5 0 0 1 13 0M15.5 5.2a3.5 3.5 0 0 1 0 6.6M18 14a6.5 6.5 0 0 1 3.5 5.5"/>`,
  pin: svg`<path d="M9 3.5h6l-.7 6 3.2 3.5H6.5l3.2-3.5ZM12 13v7.5"/>`,
  chat: svg`<path d="M4 5.5h16a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-8L7 21v-3.5H4A1.5 1.5 0 0 1 2.5 16V7A1.5 1.5 0 0 1 4 5.5ZM7 10h10M7 13.5h6"/>`,
  captions: svg`<rect x="2.5" y="5" width="19" height="14" rx="2.5"/><path d="M6 11h5M13.5 11H18M6 15h8M16.5 15H18"/>`,
  thumbsUp: svg`<path d="M3.5 11h3.2v9H3.5ZM6.7 12l3.8-8a2.2 2.2 0 0 1 2.2 2.6L12 10h6a2 2 0 0 1 2 2.4l-1.2 6A2 2 0 0 1 16.8 20H6.7"/>`,
  applause: svg`<path d="m8 9.5 4.5-3.2a1.3 1.3 0 0 1 1.5 2.1l1.9-1.3a1.3 1.3 0 0 1 1.5 2.1l1.2-.8a1.3 1.3 0 0 1 1.5 2.1l-5.6 7a6 6 0 0 1-8.7.8 6 6 0 0 1-1.5-6.5l1.4-4.3a1.4 1.4 0 0 1 2.5 0ZM9 3.5l.7 1.7M4.5 5 6 6.3M13.5 2.5l-.3 1.5"/>`,
  heart: svg`<path d="M12 20S3.5 15 3.5 9.2A4.6 4.6 0 0 1 12 6.7a4.6 4.6 0 0 1 8.5 2.5C20.5 15 12 20 12 20Z"/>`,
  smile: svg`<circle cx="12" cy="12" r="9"/><path d="M8 14a4.5 4.5 0 0 0 8 0M9 9.5v.01M15 9.5v.01"/>`,
  thinking: svg`<circle cx="12" cy="10" r="7.5"/><path d="M9 8.5v.01M14.5 8.5v.01M9.5 13h4l2-.8M8 20.5c0-1.7 1-3 2.5-4"/>`,
  help: svg`<circle cx="12" cy="12" r="9"/><circle cx="12" cy="12" r="4"/><path d="m5.6 5.6 3.6 3.6M14.8 14.8l3.6 3.6M18.4 5.6l-3.6 3.6M9.2 14.8l-3.6 3.6"/>`,
  hand: svg`<path d="M7.5 12.5V6.7a1.4 1.4 0 0 1 2.8 0M10.3 11V4.9a1.4 1.4 0 0 1 2.8 0V11M13.1 11.2V6.2a1.4 1.4 0 0 1 2.8 0v7M15.9 12.5l1.5-2a1.4 1.4 0 0 1 2.4 1.5l-3 5.2A6.5 6.5 0 0 1 11 20.7a6.5 6.5 0 0 1-6.3-6.5V9a1.4 1.4 0 0 1 2.8 0"/>`,
  back: svg`<path d="m14.5 6-6 6 6 6"/>`,
  clock: svg`<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>`,
  turn: svg`<path d="M4 11a8 8 0 0 1 14-4.5L20 9M20 4v5h-5M20 13a8 8 0 0 1-14 4.5L4 15M4 20v-5h5"/>`,
  person: svg`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>`,
} as const;

export type IconName = keyof typeof shapes;

/** The icon at the size of `.icon` where it stands (1.5rem unless the styles say otherwise). */
export function icon(name: IconName): SVGTemplateResult {
  return svg`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${shapes[name]}</svg>`;
}
