/**
 * Puts a look's colours on an element and all that is in it, for as long as it is shown: the page's root, or the piece
 * of a page in which somebody tries a look out. Only colours: logo and texts are shown by the elements that get the look.
 */

import { BASE, isDark, paletteOf, type Base, type Colours } from './palette.js';

const NIGHT = '(prefers-color-scheme: dark)';

/** Follows the day and the night of the device. Gives the undoing, which leaves the element as it was before. */
export function paintLook(look: Colours, element: HTMLElement): () => void {
  const night = matchMedia(NIGHT);
  let painted: readonly string[] = [];
  const clear = (): void => {
    for (const name of painted) element.style.removeProperty(name);
    painted = [];
  };
  const paint = (): void => {
    clear();
    const styles = getComputedStyle(element);
    const base = Object.fromEntries(BASE.map((name) => [name, styles.getPropertyValue(`--${name}`)])) as unknown as Base;
    const tokens = paletteOf(look, base, night.matches ? 'dark' : 'light');
    for (const [name, colour] of Object.entries(tokens)) element.style.setProperty(`--${name}`, colour);
    painted = Object.keys(tokens).map((name) => `--${name}`);
    const { paper } = tokens;
    if (paper === undefined) return;
    element.style.setProperty('color-scheme', isDark(paper) ? 'dark' : 'light');
    painted = [...painted, 'color-scheme'];
  };
  paint();
  night.addEventListener('change', paint);
  return () => {
    night.removeEventListener('change', paint);
    clear();
  };
}
