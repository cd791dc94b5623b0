/**
 * Puts a look's colours on an element and all that is in it, for as long as it is shown: the page's root, or the piece
 * of a page in which somebody tries a look out. Only colours: logo and texts are shown by the elements that get the look.
 */

import { BASE, isDark, paletteOf, type Base, type Colours } from './palette.js';

const NIGHT = '(prefers-color-scheme: dark)';

/** What is painted now, by its undoing. */
const painting = new WeakMap<HTMLElement, () => void>();

/**
 * Follows the day and the night of the device. Gives the undoing, which leaves the element as it was before; another look
 * on the same element takes this one's place.
 */
export function paintLook(look: Colours, element: HTMLElement): () => void {
  painting.get(element)?.();
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
    const tokens = paletteOf(look, base);
    for (const [name, colour] of Object.entries(tokens)) element.style.setProperty(`--${name}`, colour);
    painted = Object.keys(tokens).map((name) => `--${name}`);
    const { paper } = tokens;
    if (paper === undefined) return;
    element.style.setProperty('color-scheme', isDark(paper) ? 'dark' : 'light');
    painted = [...painted, 'color-scheme'];
  };
  paint();
  night.addEventListener('change', paint);
  const undo = (): void => {
    night.removeEventListener('change', paint);
    clear();
    if (painting.get(element) === undo) painting.delete(element);
  };
  painting.set(element, undo);
  return undo;
}
