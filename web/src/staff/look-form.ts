/** What is typed of an organisation's look: from what is stored, to what is set, and what of it cannot be read. */

import { away, contrast, mix, parseHex, TEXT_CONTRAST, toHex, type Rgb } from '../styles/colour.js';
import { decodeLook, type Look } from '../look/look.js';
import { LOOK_TEXTS, type LookFields, type LookText, type StoredLook } from './resources.js';

/** As the server takes them. */
export const MAX_LINKS = 5;
export const MAX_LOGO_BYTES = 40_000;
export const MAX_LOGO_WIDTH = 1024;
export const MAX_LOGO_HEIGHT = 512;
/** What a colour that is not given is measured against, as the server does. */
const DEFAULTS = { background: '#ffffff', text: '#1a1a1a', accent: '#0b5394', accentText: '#ffffff' } as const;

export const COLOURS = ['accent', 'accentText', 'background', 'text'] as const;
export type ColourName = (typeof COLOURS)[number];

export function fieldsOf(stored: StoredLook): LookFields {
  const texts = Object.fromEntries(LOOK_TEXTS.map((name) => [name, stored[name]])) as Record<LookText, string>;
  return { ...texts, links: stored.links, termsDemanded: stored.termsDemanded };
}

/** Links of which nothing is typed are none. */
export function toBeSet(form: LookFields): LookFields {
  const links = form.links.map(({ label, url }) => ({ label: label.trim(), url: url.trim() })).filter(({ label, url }) => label !== '' || url !== '');
  return { ...form, links };
}

/** As the pages show it; null while it is all ours. */
export function shownLook(form: LookFields, name: string): Look | null {
  return decodeLook({ ...form, links: form.links.filter(({ url }) => url.startsWith('https://')), version: 1, organisation: '', name, helpLine: '' });
}

const STEPS = 64;

/** The nearest on the way to black or white that can be read; itself when it can. As the server does it. */
function corrected(colour: Rgb, against: Rgb): Rgb {
  if (contrast(colour, against) >= TEXT_CONTRAST) return colour;
  const end = away(against);
  for (let step = 1; step <= STEPS; step += 1) {
    const mixed = mix(colour, end, step / STEPS).map(Math.round) as unknown as Rgb;
    if (contrast(mixed, against) >= TEXT_CONTRAST) return mixed;
  }
  return end;
}

/** The colours as they will be served, so that what one sees is what one gets. */
export function served(form: LookFields): LookFields {
  const colour = (name: ColourName): Rgb => parseHex(form[name]) ?? parseHex(DEFAULTS[name]) ?? [0, 0, 0];
  const accent = corrected(colour('accent'), colour('background'));
  const after: Readonly<Record<Exclude<ColourName, 'background'>, Rgb>> = {
    accent,
    text: corrected(colour('text'), colour('background')),
    accentText: corrected(colour('accentText'), accent),
  };
  const changed = Object.entries(after).filter(([name, moved]) => toHex(moved) !== toHex(colour(name as ColourName)));
  return { ...form, ...Object.fromEntries(changed.map(([name, moved]) => [name, toHex(moved)])) };
}

/** Of what was chosen, what is moved until it can be read. */
export function hardToRead(form: LookFields): readonly ColourName[] {
  const shown = served(form);
  return COLOURS.filter((name) => form[name] !== '' && shown[name].toLowerCase() !== form[name].toLowerCase());
}

export interface Correction {
  readonly name: ColourName;
  readonly before: string;
  readonly after: string;
}

/** What the server says it has made readable; what it says otherwise is passed over. */
export function correctionsOf(said: readonly string[]): readonly Correction[] {
  return said.flatMap((text) => {
    const found = /^\$\.(\w+): (#[0-9a-f]{6}) became (#[0-9a-f]{6})$/i.exec(text);
    const name = COLOURS.find((each) => each === found?.[1]);
    return found === null || name === undefined ? [] : [{ name, before: found[2] ?? '', after: found[3] ?? '' }];
  });
}

/** `links[2].url` and `logo` of the server are `link-2-url` and `logo` of the form. */
export function fieldIdOf(field: string): string {
  const link = /^links\[(\d)\]\.(label|url)$/.exec(field);
  return link === null ? field : `link-${link[1] ?? '0'}-${link[2] ?? 'url'}`;
}

/** A size that fits, with the proportions kept. */
export function fitting(width: number, height: number, scale: number): readonly [number, number] {
  const share = Math.min(1, MAX_LOGO_WIDTH / width, MAX_LOGO_HEIGHT / height) * scale;
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

/** What a data URL's base64 holds. */
export function bytesOf(dataUrl: string): number {
  const text = dataUrl.slice(dataUrl.indexOf(',') + 1);
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}
