/** A look's colours on the whole page. What works them out is fetched when there are some; without it the page is ours. */

import type { Look } from './look.js';

/** The newest wish; one that is overtaken while it is fetched does nothing. */
let wished: Look | null = null;
let undo: (() => void) | undefined;

/** Null: our own. */
export async function showColours(look: Look | null): Promise<void> {
  wished = look;
  if (look === null || `${look.background}${look.text}${look.accent}` === '') {
    undo?.();
    undo = undefined;
    return;
  }
  try {
    const { paintLook } = await import('./paint.js');
    if (wished === look) undo = paintLook(look, document.documentElement);
  } catch {
    // Without a network the colours are the least that is missing.
  }
}
