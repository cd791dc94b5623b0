/** Whether another page shows this one, and the little that must be there at once if so; the rest is fetched. */

import type { FrameDesk } from './frame.js';

/** Letters that are kept until there is somebody to read them. */
const MAX_EARLY = 64;

export const isFramed = (): boolean => globalThis.parent !== globalThis.self;

/** Null where no page is around this one, or nothing can be fetched. What is said in the meantime is not lost. */
export async function fetchDesk(): Promise<FrameDesk | null> {
  if (!isFramed()) return null;
  const early: MessageEvent[] = [];
  const keep = (event: MessageEvent): void => {
    if (early.length < MAX_EARLY) early.push(event);
  };
  addEventListener('message', keep);
  try {
    const { serveParent } = await import('./frame.js');
    return serveParent(early);
  } catch (error) {
    console.error('vdx: what serves the page around this frame could not be fetched', error);
    return null;
  } finally {
    removeEventListener('message', keep);
  }
}
