/**
 * What the address says about the way in: a personal link `/i#TOKEN`, a short link `/m/SHORT_ID`, a portal link
 * `/?url=…&pin=…`, or nothing, and then one types. Secrets leave the address bar at once; a reload of the tab finds them
 * again in its own storage.
 */

import { furtherParameters, readConfiguration } from '../configuration.js';
import { danishMoment } from './danish-moment.js';
import type { Shelf } from '../memory.js';
import { plainPath } from '../organisation-path.js';
import { languageOf, type Language } from '../text/languages.js';

export type Way =
  | { readonly kind: 'invitation'; readonly token: string }
  | { readonly kind: 'shortId'; readonly shortId: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'ask' };

export interface Opening {
  readonly way: Way;
  readonly pin: string;
  /** Skip what can be skipped. */
  readonly joinsAtOnce: boolean;
  readonly name: string;
  /** False: begins silent. */
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  /** Where the caller would like to go after the call; the server says whether. '' for nowhere. */
  readonly returnUrl: string;
  /** When the meeting begins, as the link says, Unix milliseconds; null: it does not. The server knows better, but tells
   * nothing before the right PIN. */
  readonly startsAt: number | null;
  readonly language: Language | null;
  /** What else it says about the call, for the end of the room's address. */
  readonly further: string;
}

const SHORT_ID = /^[0-9a-f]{12}$/i;
const TOKEN = /^[\w-]{22}$/;
const KEY = 'vdx.entry';
/** Of the VDX mask for what guests send and receive. */
const VIDEO_SEND = 8;

/** Whether the page of the ways in is shown at this path. */
export function isEntry(path: string): boolean {
  return /^\/(?:i\/?|m(?:\/[^/]*)?\/?)?$/.test(plainPath(path));
}

export function readOpening(address: string): Opening {
  const url = new URL(address);
  const said = url.searchParams;
  const callType = said.get('callType') ?? '';
  const configuration = readConfiguration((name) => said.get(name));
  const sends = !/^\d+$/.test(callType) || (Number(callType) & VIDEO_SEND) !== 0;
  return {
    way: wayOf(url),
    pin: (said.get('pin') ?? '').replace(/\s/g, '').slice(0, 16),
    joinsAtOnce: configuration.join ?? false,
    name: (said.get('name') ?? '').trim().slice(0, 80),
    microphoneOn: configuration.microphone ?? true,
    cameraOn: configuration.camera ?? sends,
    returnUrl: (said.get('returnUrl') ?? '').slice(0, 200),
    startsAt: danishMoment(said.get('start_dato') ?? ''),
    language: languageOf(said.get('lang')),
    further: furtherParameters(configuration),
  };
}

function wayOf(url: URL): Way {
  const path = plainPath(url.pathname);
  const shortId = /^\/m\/([^/]+)\/?$/.exec(path)?.[1];
  if (shortId !== undefined) return { kind: 'shortId', shortId: shortId.slice(0, 64) };
  const token = url.hash.slice(1);
  if (/^\/i\/?$/.test(path) && token !== '') return { kind: 'invitation', token: token.slice(0, 64) };
  const address = (url.searchParams.get('url') ?? '').trim().slice(0, 200);
  return address === '' ? { kind: 'ask' } : { kind: 'url', url: address };
}

/** What somebody typed or pasted: an address, a code, or one of the links. Null: nothing at all. */
export function readTyped(text: string): Way | null {
  const typed = text.trim();
  if (typed === '') return null;
  if (/^(?:https?:\/\/|[\w.-]+\.[a-z]{2,}\/)/i.test(typed)) {
    try {
      const way = wayOf(new URL(/^https?:/i.test(typed) ? typed : `https://${typed}`));
      if (way.kind !== 'ask') return way;
    } catch {
      // No link after all.
    }
  }
  const code = typed.replace(/[\s-]/g, '');
  if (SHORT_ID.test(code)) return { kind: 'shortId', shortId: code.toLowerCase() };
  if (TOKEN.test(typed) && /[^0-9]/.test(typed)) return { kind: 'invitation', token: typed };
  return { kind: 'url', url: typed.replace(/\s/g, '').slice(0, 200) };
}

/** Reads the address and cleans the bar. `keepsAddress`: inside another app, whose "open in the browser" takes it as it is. */
export function takeOpening(shelf: Shelf | null, keepsAddress: boolean): Opening {
  const read = readOpening(location.href);
  const brings = location.search !== '' || location.hash !== '' || read.way.kind !== 'ask';
  const opening = brings ? read : { ...read, ...remembered(shelf, location.pathname) };
  try {
    shelf?.setItem(KEY, JSON.stringify({ path: location.pathname, opening }));
  } catch {
    // Full, or forbidden: a reload asks again.
  }
  if (!keepsAddress && (location.search !== '' || location.hash !== '')) history.replaceState(history.state, '', location.pathname);
  addEventListener('hashchange', () => {
    if (location.hash !== '' && isEntry(location.pathname)) location.reload();
  });
  return opening;
}

/** Only for a reload: who types the bare address means to type more. */
function remembered(shelf: Shelf | null, path: string): Opening | null {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (navigation?.type !== 'reload') return null;
  try {
    const kept = JSON.parse(shelf?.getItem(KEY) ?? 'null') as { readonly path: string; readonly opening: Opening } | null;
    return kept?.path === path ? kept.opening : null;
  } catch {
    return null;
  }
}
