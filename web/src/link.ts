/**
 * The link a person opened: `/r/ROOM?join=1&name=…&lang=da#t=TOKEN`; what else it may say stands in `configuration.ts`. The
 * token is in the fragment, which browsers send to nobody; it and the name leave the address bar at once, so that they are
 * in no history, screenshot or copied link.
 */

import { readConfiguration, type Configuration } from './configuration.js';
import { plainPath } from './organisation-path.js';
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
  /** All that the link says about how the call is opened. */
  readonly configuration: Configuration;
}

export function parseLink(address: string): Link {
  const url = new URL(address);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const configuration = readConfiguration((name) => fragment.get(name) ?? url.searchParams.get(name));
  const { name, lang, join = false, relay = false } = configuration;
  return {
    roomId: /^\/r\/([^/]{1,64})\/?$/.exec(plainPath(url.pathname))?.[1] ?? '',
    joinsAtOnce: join,
    name: name?.slice(0, 80) ?? null,
    language: languageOf(lang ?? null),
    isRelayOnly: relay,
    token: fragment.get('t'),
    configuration,
  };
}

/** Path, query and fragment without token and name; what else is said stays, for a reload. */
export function withoutSecrets(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('name');
  const fragment = new URLSearchParams(url.hash.slice(1));
  if (fragment.has('t') || fragment.has('name')) {
    fragment.delete('t');
    fragment.delete('name');
    url.hash = fragment.toString();
  }
  return `${url.pathname}${url.search}${url.hash}`;
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
