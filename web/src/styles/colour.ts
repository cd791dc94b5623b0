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

function toHex(colour: Rgb): string {
  return '#' + colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('');
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

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => (from[i] ?? 0) + ((to[i] ?? 0) - (from[i] ?? 0)) * share) as unknown as Rgb;
}

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

export interface BrandColours {
  /** The ground of the primary button: the colour as given, unless it would drown in the paper. */
  readonly brand: string;
  /** Text on it. */
  readonly brandInk: string;
  /** The same colour as text, and as the button's edge. */
  readonly brandText: string;
}

/** A bright yellow on white paper is still seen as yellow; a colour nearer to the paper than this is not seen. */
const SEEN = 1.25;

/** Moves the colour towards white or black, whichever leads away from the ground, just so far as needed. */
function standOut(colour: Rgb, ground: Rgb, ratio: number): Rgb {
  const away = contrast(ground, WHITE) > contrast(ground, BLACK) ? WHITE : BLACK;
  let moved = colour;
  for (let step = 1; step <= 20 && contrast(moved, ground) < ratio; step += 1) moved = mix(colour, away, step / 20);
  return moved;
}

/** An organisation's colour made fit for buttons and links on `paper`; `null` when one of the two is no colour. */
export function brandOn(colour: string, paper: string): BrandColours | null {
  const [wanted, ground] = [parseHex(colour), parseHex(paper)];
  if (wanted === null || ground === null) return null;
  const brand = contrast(wanted, ground) < SEEN ? standOut(wanted, ground, PART_CONTRAST) : wanted;
  const dark = mix(brand, BLACK, 0.85);
  const ink = contrast(brand, WHITE) >= contrast(brand, dark) ? WHITE : dark;
  const brandInk = contrast(brand, ink) >= TEXT_CONTRAST ? ink : BLACK;
  const brandText = standOut(wanted, ground, TEXT_CONTRAST);
  return { brand: toHex(brand), brandInk: toHex(brandInk), brandText: toHex(brandText) };
}

/** Puts an organisation's colour over the default one, on `root`; a colour that is none changes nothing. */
export function applyBrand(colour: string, root: HTMLElement): void {
  const styles = getComputedStyle(root);
  for (const [prefix, ground] of [['', '--paper'], ['stage-', '--stage-raised']] as const) {
    const colours = brandOn(colour, styles.getPropertyValue(ground));
    if (colours === null) continue;
    root.style.setProperty(`--${prefix}brand`, colours.brand);
    root.style.setProperty(`--${prefix}brand-ink`, colours.brandInk);
    root.style.setProperty(`--${prefix}brand-text`, colours.brandText);
  }
}
