/** What is typed of an organisation's look: from what is stored, to what is set, and what of it cannot be read. */

import { contrast, parseHex, TEXT_CONTRAST } from '../styles/colour.js';
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

/** Colours that are moved until they can be read: on the background, and on the button. */
export function hardToRead(form: LookFields): readonly ColourName[] {
  const colour = (name: ColourName): string => (parseHex(form[name]) === null ? DEFAULTS[name] : form[name]);
  const isHard = (one: string, other: string): boolean => {
    const [a, b] = [parseHex(one), parseHex(other)];
    return a !== null && b !== null && contrast(a, b) < TEXT_CONTRAST;
  };
  return [
    ...(isHard(colour('accent'), colour('background')) ? (['accent'] as const) : []),
    ...(isHard(colour('accentText'), colour('accent')) ? (['accentText'] as const) : []),
    ...(isHard(colour('text'), colour('background')) ? (['text'] as const) : []),
  ];
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
