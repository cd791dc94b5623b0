/** What the address of the test page says: whose link it is. Pure, but for taking it out of the address bar. */

import type { Way } from '../entry/opening.js';
import type { Shelf } from '../memory.js';
import { prefixOf } from '../organisation-path.js';

export interface TestLink {
  /** The token of a booking's personal link; '' for none. */
  readonly invitation: string;
  /** Of a booking's short link; '' for none. */
  readonly shortId: string;
  /** A join token; '' for none. */
  readonly token: string;
}

const INVITATION = /^[\w-]{22}$/;
const SHORT_ID = /^[0-9a-f]{12}$/i;
const KEY = 'vdx.test';
const MAX_TOKEN = 4096;

export function readTestLink(hash: string): TestLink {
  const said = hash.slice(1);
  if (INVITATION.test(said)) return { invitation: said, shortId: '', token: '' };
  const named = new URLSearchParams(said);
  const shortId = named.get('m') ?? '';
  return { invitation: '', shortId: SHORT_ID.test(shortId) ? shortId : '', token: (named.get('t') ?? '').slice(0, MAX_TOKEN) };
}

/** From a page of the ways in, at this path. */
export function testAddress(path: string, way: Way): string {
  const named = way.kind === 'invitation' ? `#${way.token}` : way.kind === 'shortId' ? `#m=${way.shortId}` : '';
  return `${prefixOf(path)}/test${named}`;
}

/** Secrets leave the address bar at once; a reload of the tab finds them again in its own storage. */
export function takeTestLink(shelf: Shelf | null): TestLink {
  addEventListener('hashchange', () => location.reload());
  const { hash } = location;
  try {
    if (hash === '') return isReload() ? readTestLink(shelf?.getItem(KEY) ?? '') : readTestLink('');
    shelf?.setItem(KEY, hash);
  } catch {
    // Full, or forbidden: a reload tries without a link.
  }
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  return readTestLink(hash);
}

function isReload(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return navigation?.type === 'reload';
}
