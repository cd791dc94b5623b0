/**
 * Colour arithmetic: is a pair readable, and which ink goes on an organisation's own colour.
 *
 * WCAG 2.2 relative luminance and contrast ratio. Only `#rrggbb` is understood; anything else is no colour (`null`),
 * because a colour comes from a configuration somebody typed.
 */

/** Text needs 4.5:1 (WCAG 1.4.3); borders, icons and focus rings 3:1 (1.4.11). */
export const TEXT_CONTRAST = 4.5;
export const PART_CONTRAST = 3;

export type Rgb = readonly [number, number, number];

export function parseHex(colour: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour.trim());
  if (match === null) return null;
  return [parseInt(match[1] ?? '', 16), parseInt(match[2] ?? '', 16), parseInt(match[3] ?? '', 16)];
}

export function toHex(colour: Rgb): string {
  return '#' + colour.map((part) => part.toString(16).padStart(2, '0')).join('');
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 … 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Whole numbers, as a page will show it: what is measured is what is seen. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => Math.round((from[i] ?? 0) + ((to[i] ?? 0) - (from[i] ?? 0)) * share)) as unknown as Rgb;
}

export const WHITE: Rgb = [255, 255, 255];
export const BLACK: Rgb = [0, 0, 0];

export interface BrandColours {
  /** The ground of the primary button: the colour as given; where it would drown in the paper, almost black or white. */
  readonly brand: string;
  /** Text on it. */
  readonly brandInk: string;
  /** The same colour as text, and as the button's edge. */
  readonly brandText: string;
}

/** A bright yellow on white paper is still seen as yellow; a colour nearer to the paper than this is not seen. */
const SEEN = 1.25;

/** White or black, whichever is read better on the ground. */
export function away(ground: Rgb): Rgb {
  return contrast(ground, WHITE) > contrast(ground, BLACK) ? WHITE : BLACK;
}

/** Moves the colour towards white or black, whichever leads away from the first ground, just so far as needed on all. */
export function standOut(colour: Rgb, grounds: readonly [Rgb, ...Rgb[]], ratio: number): Rgb {
  const end = away(grounds[0]);
  let moved = colour;
  for (let step = 1; step <= 20 && grounds.some((ground) => contrast(moved, ground) < ratio); step += 1) {
    moved = mix(colour, end, step / 20);
  }
  return moved;
}

/**
 * An organisation's colour made fit for buttons and links on `paper`, and links on the `others`; `null` when one of the
 * two is no colour. `wantedInk` is what should stand on the button, where that can be read.
 */
export function brandOn(colour: string, paper: string, others: readonly Rgb[] = [], wantedInk = ''): BrandColours | null {
  const [wanted, ground] = [parseHex(colour), parseHex(paper)];
  if (wanted === null || ground === null) return null;
  const isDrowned = contrast(wanted, ground) < SEEN;
  const brand = isDrowned ? mix(wanted, away(ground), 0.85) : wanted;
  const dark = mix(brand, BLACK, 0.85);
  const given = parseHex(wantedInk);
  const best = isDrowned ? wanted : contrast(brand, WHITE) >= contrast(brand, dark) ? WHITE : dark;
  const ink = given !== null && contrast(brand, given) >= TEXT_CONTRAST ? given : best;
  const brandInk = contrast(brand, ink) >= TEXT_CONTRAST ? ink : away(brand);
  const brandText = standOut(wanted, [ground, ...others], TEXT_CONTRAST);
  return { brand: toHex(brand), brandInk: toHex(brandInk), brandText: toHex(brandText) };
}
