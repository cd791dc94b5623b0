/**
 * From the four colours of an organisation to the tokens of a page, in light and in dark.
 *
 * The server has measured them against one ground; a page has more: paper and what lies on it, by day and by night, and
 * the stage of the call. So each is measured here once more against where it stands, and moved just so far as it must.
 * An organisation's light background is for the day only: who has asked for the dark keeps the dark paper.
 */

import { away, BLACK, brandOn, contrast, mix, parseHex, PART_CONTRAST, standOut, TEXT_CONTRAST, toHex, WHITE, type Rgb } from '../styles/colour.js';
import type { Look } from './look.js';

export type Colours = Pick<Look, 'background' | 'text' | 'accent' | 'accentText'>;

/** What stands on paper and may have to be moved. */
export const BASE = ['paper', 'surface', 'ink', 'ink-soft', 'line', 'edge', 'brand', 'focus', 'positive', 'caution', 'danger', 'stage-raised', 'stage'] as const;
export type Base = Readonly<Record<(typeof BASE)[number], string>>;

/** Beyond this a text is easily read, and something of the ground may be mixed into it. */
const EASY = 9;

/** Tokens by name, without `--`. `base`: our own, by day or by night. Empty where there is nothing to be changed. */
export function paletteOf(colours: Colours, base: Base): Readonly<Record<string, string>> {
  const given = parseHex(colours.background);
  const isOurs = given === null || (isDark(base.paper) && away(given) === BLACK);
  const paper = isOurs ? parseHex(base.paper) : given;
  const ownSurface = parseHex(base.surface);
  if (paper === null || ownSurface === null) return {};
  const surface = isOurs ? ownSurface : surfaceOn(paper);
  const grounds: readonly [Rgb, Rgb] = [paper, surface];
  const tokens: Record<string, string> = {};
  const set = (name: string, colour: Rgb): void => { tokens[name] = toHex(colour); };
  const text = parseHex(colours.text);
  const isTextOurs = text === null || (isOurs && grounds.some((ground) => contrast(text, ground) < TEXT_CONTRAST));
  if (!isOurs || !isTextOurs) {
    const ink = isTextOurs ? inkOn(parseHex(base.ink) ?? BLACK, grounds) : standOut(text, grounds, TEXT_CONTRAST);
    set('paper', paper);
    set('surface', surface);
    set('ink', ink);
    set('ink-soft', standOut(mix(ink, paper, 0.3), grounds, TEXT_CONTRAST));
    set('line', mix(ink, paper, 0.8));
    set('edge', standOut(mix(ink, paper, 0.45), grounds, PART_CONTRAST));
    for (const [name, ratio] of [['focus', PART_CONTRAST], ['positive', TEXT_CONTRAST], ['caution', TEXT_CONTRAST], ['danger', TEXT_CONTRAST]] as const) {
      set(name, standOut(parseHex(base[name]) ?? ink, grounds, ratio));
    }
  }
  const accent = colours.accent === '' ? base.brand : colours.accent;
  if (!isOurs || colours.accent !== '') Object.assign(tokens, branded('', accent, toHex(paper), [surface], colours.accentText));
  if (colours.accent !== '') {
    const stage = parseHex(base.stage);
    Object.assign(tokens, branded('stage-', colours.accent, base['stage-raised'], stage === null ? [] : [stage], colours.accentText));
  }
  return tokens;
}

function branded(prefix: string, accent: string, paper: string, others: readonly Rgb[], ink: string): Record<string, string> {
  const made = brandOn(accent, paper, others, ink);
  return made === null ? {} : { [`${prefix}brand`]: made.brand, [`${prefix}brand-ink`]: made.brandInk, [`${prefix}brand-text`]: made.brandText };
}

/** What lies on the paper: nearer to where the text is not. */
function surfaceOn(paper: Rgb): Rgb {
  if (away(paper) === BLACK) return mix(paper, WHITE, 0.75);
  return contrast(paper, WHITE) > EASY ? mix(paper, WHITE, 0.08) : mix(paper, BLACK, 0.3);
}

/** Ours where it is read with ease, else nearly white or black. */
function inkOn(ours: Rgb, grounds: readonly [Rgb, Rgb]): Rgb {
  const end = away(grounds[0]);
  if (grounds.every((ground) => contrast(ours, ground) >= EASY)) return ours;
  return standOut(mix(end, grounds[0], 0.06), grounds, TEXT_CONTRAST);
}

/** Whether form fields and scroll bars on it should be dark ones. */
export function isDark(paper: string): boolean {
  const ground = parseHex(paper);
  return ground !== null && away(ground) === WHITE;
}
