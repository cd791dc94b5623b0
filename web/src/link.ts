/**
 * The link a person opened: `/r/ROOM?join=1&name=…&lang=da&relay=1#t=TOKEN`. The token is in the fragment, which browsers send to
 * nobody; it and the name leave the address bar at once, so that they are in no history, screenshot or copied link.
 */

import { languageOf, type Language } from './text/languages.js';

export interface Link {
  /** '' when the address is no room's. */
  readonly roomId: string;
  /** Skip the preview. */
  readonly joinsAtOnce: boolean;
  readonly name: string | null;
  readonly language: Language | null;
  /** Sound and pictures only by way of the TURN server: to try it out, or to show the media server no own address. */
  readonly isRelayOnly: boolean;
  readonly token: string | null;
}

export function parseLink(address: string): Link {
  const url = new URL(address);
  const roomId = /^\/r\/([^/]{1,64})\/?$/.exec(url.pathname)?.[1] ?? '';
  const name = url.searchParams.get('name')?.trim().slice(0, 80) ?? '';
  return {
    roomId,
    joinsAtOnce: url.searchParams.get('join') === '1',
    name: name === '' ? null : name,
    language: languageOf(url.searchParams.get('lang')),
    isRelayOnly: url.searchParams.get('relay') === '1',
    token: new URLSearchParams(url.hash.slice(1)).get('t'),
  };
}

/** Path and query without token and name. */
export function withoutSecrets(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('name');
  const fragment = new URLSearchParams(url.hash.slice(1));
  const hash = fragment.has('t') ? '' : url.hash;
  return `${url.pathname}${url.search}${hash}`;
}

/** Reads the link and cleans the address bar. A fresh link pasted over an old one (same path) starts the page anew. */
export function takeLink(): Link {
  const link = parseLink(location.href);
  const clean = withoutSecrets(location.href);
  if (clean !== `${location.pathname}${location.search}${location.hash}`) history.replaceState(history.state, '', clean);
  addEventListener('hashchange', () => {
    if (parseLink(location.href).token !== null) location.reload();
  });
  return link;
}
