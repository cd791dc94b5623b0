/**
 * Small pictures of where to press, drawn for this page: what is asked for is in the brand's colour and has a ring round
 * it, the rest is quiet. They show a place and not a product; the words beside them say the same, so each is hidden from
 * screen readers.
 */

import { svg, type SVGTemplateResult } from 'lit';
import type { Guide } from '../../text/device-problem.js';

const CAMERA = svg`<path d="M-7-4.5h8a1.8 1.8 0 0 1 1.8 1.8v5.4A1.8 1.8 0 0 1 1 4.5h-8a1.8 1.8 0 0 1-1.8-1.8v-5.4A1.8 1.8 0 0 1-7-4.5ZM3-1l4.5-2.5v7L3 1"/>`;
const MICROPHONE = svg`<rect x="-2.5" y="-6.5" width="5" height="8" rx="2.5"/><path d="M-5-.5a5 5 0 0 0 10 0M0 4.5V7"/>`;
const COMPASS = svg`<circle r="7"/><path d="m3-3-2 4-4 2 2-4Z"/>`;
const LOCK = svg`<rect x="-4.5" y="-1" width="9" height="7" rx="1.5"/><path d="M-2.5-1v-2a2.5 2.5 0 0 1 5 0v2"/>`;
const SLIDERS = svg`<path d="M-6-3h5M3-3h3M-6 3h2M1 3h5"/><circle cx="1" cy="-3" r="2"/><circle cx="-2" cy="3" r="2"/>`;
const GEAR = svg`<circle r="2.5"/><path d="M0-7v2.5M0 4.5V7M-7 0h2.5M4.5 0H7M-5-5l1.8 1.8M3.2 3.2 5 5M5-5 3.2-3.2M-3.2 3.2-5 5"/>`;
const DOTS = svg`<path d="M0-5v.01M0 0v.01M0 5v.01" stroke-width="3"/>`;
const HAND = svg`<path d="M-6 0 0-6M0-6v3M0-6h-3" transform="rotate(-90)"/>`;

type Place = SVGTemplateResult;

const at = (x: number, y: number, what: SVGTemplateResult, look = 'quiet'): Place =>
  svg`<g class=${look} transform=${`translate(${String(x)} ${String(y)})`}>${what}</g>`;
/** What to press. */
const press = (x: number, y: number, what: SVGTemplateResult, radius = 13): Place =>
  svg`<circle class="ring" cx=${x} cy=${y} r=${radius}/>${at(x, y, what, 'mark')}`;
const line = (x: number, y: number, width: number, look = 'text'): Place =>
  svg`<rect class=${look} x=${x} y=${y} width=${width} height="5" rx="2.5"/>`;
const frame = svg`<rect class="paper" x="1" y="1" width="158" height="94" rx="10"/>`;
const field = (y: number): Place => svg`<rect class="field" x="12" y=${y} width="136" height="24" rx="12"/>`;

/** The address bar, with the icon at its beginning. */
const bar = (icon: SVGTemplateResult, y = 12): Place => svg`${frame}${field(y)}${press(26, y + 12, icon)}${line(48, y + 9.5, 60)}
  ${y < 40 ? svg`${line(20, 52, 90)}${line(20, 64, 70)}${line(20, 76, 100)}` : svg`${line(20, 18, 90)}${line(20, 30, 70)}${line(20, 42, 100)}`}`;
/** A list with one row to press; its icon says which. */
const list = (icon: SVGTemplateResult | null): Place => svg`${frame}${line(22, 16, 70)}
  <rect class="row" x="10" y="30" width="140" height="30" rx="8"/>${icon === null ? line(22, 42.5, 60, 'mark-text') : svg`${at(28, 45, icon, 'mark')}${line(46, 42.5, 70, 'mark-text')}`}
  <rect class="ring" x="10" y="30" width="140" height="30" rx="8"/>${line(22, 72, 84)}`;
const toggle = (y: number): Place =>
  svg`<rect class="on" x="112" y=${y - 8} width="30" height="16" rx="8"/><circle class="knob" cx="134" cy=${y} r="5.5"/>`;
const switches = svg`${frame}${at(30, 30, CAMERA, 'mark')}${line(48, 27.5, 44)}${toggle(30)}
  <path class="edge" d="M16 48h128"/>${at(30, 66, MICROPHONE, 'mark')}${line(48, 63.5, 52)}${toggle(66)}`;
const menu = svg`${frame}<path class="edge" d="M1 24h158"/><rect class="row" x="10" y="5" width="44" height="15" rx="5"/>${line(18, 10, 28, 'mark-text')}
  <rect class="ring" x="10" y="5" width="44" height="15" rx="5"/>${line(64, 10, 20)}${line(94, 10, 26)}
  <rect class="field" x="10" y="28" width="92" height="58" rx="6"/>${line(20, 38, 60)}${line(20, 52, 70)}${line(20, 66, 50)}`;
const dots = svg`${frame}${line(14, 16, 80)}${press(138, 18, DOTS)}<path class="edge" d="M1 36h158"/>${line(20, 50, 100)}${line(20, 63, 80)}${line(20, 76, 90)}`;
const prompt = svg`${frame}<rect class="field" x="16" y="14" width="128" height="68" rx="8"/>${at(34, 31, CAMERA)}${at(54, 31, MICROPHONE)}
  ${line(68, 28.5, 60)}<rect class="edge" x="28" y="54" width="46" height="18" rx="9"/>
  <rect class="on" x="84" y="54" width="50" height="18" rx="9"/><rect class="ring" x="82" y="52" width="54" height="22" rx="11"/>${at(109, 63, HAND, 'knob-line')}`;
const crossed = svg`${CAMERA}<path d="M-9-8 9 8"/>`;
const settings = svg`${frame}<rect class="row" x="60" y="26" width="40" height="40" rx="10"/>${press(80, 46, GEAR, 24)}
  <rect class="field" x="14" y="30" width="32" height="32" rx="8"/><rect class="field" x="114" y="30" width="32" height="32" rx="8"/>`;

const DRAWINGS: Readonly<Record<Guide, readonly Place[]>> = {
  prompt: [prompt],
  iosSafari: [bar(SLIDERS, 64), list(GEAR), switches],
  iosSettings: [settings, list(COMPASS), switches],
  android: [bar(SLIDERS), list(LOCK), switches],
  samsung: [bar(LOCK), list(null), switches],
  firefoxAndroid: [bar(LOCK), switches],
  firefox: [bar(crossed), switches],
  safari: [menu, list(null), switches],
  desktop: [bar(SLIDERS), switches],
  windows: [settings, list(LOCK), switches],
  mac: [settings, list(HAND), switches],
  androidSettings: [settings, list(COMPASS), switches],
  inAppIos: [dots, list(COMPASS)],
  inAppAndroid: [dots, list(COMPASS)],
};

/** One for each step of the guide. */
export function drawingsOf(guide: Guide): readonly SVGTemplateResult[] {
  return DRAWINGS[guide].map(
    (place) => svg`<svg class="drawing" viewBox="0 0 160 96" aria-hidden="true" focusable="false">${place}</svg>`,
  );
}
