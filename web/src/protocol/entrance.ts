/** Asks the server what a link, a short link or an address leads to. */

import type { Way } from '../entry/opening.js';

const TIMEOUT_MS = 10_000;

export type EntranceAnswer =
  | { readonly state: 'open'; readonly roomId: string; readonly token: string; readonly name: string | null; readonly returnUrl: string }
  /** `host`: whom one is going to meet, and what he is; absent where that is not told. */
  | { readonly state: 'notYet'; readonly opensAt: number; readonly startsAt: number; readonly host?: Host }
  | { readonly state: 'closed' | 'unknown' | 'pinRequired' | 'unreachable' }
  | { readonly state: 'wrongPin'; readonly triesLeft: number | null }
  /** Too many tries, or too many questions. */
  | { readonly state: 'wait'; readonly forMs: number };

export interface Host {
  readonly name: string;
  readonly function: string;
}

/** Whose meeting it is, as far as the answer tells. */
export interface Inviting {
  readonly organisation: string;
  readonly helpLine: string;
}

export interface Asking {
  readonly way: Exclude<Way, { kind: 'ask' }>;
  readonly pin: string;
  readonly returnUrl: string;
}

export type AskEntrance = (asking: Asking) => Promise<readonly [EntranceAnswer, Inviting]>;

const NOBODY: Inviting = { organisation: '', helpLine: '' };
const SHORTEST_WAIT_MS = 1000;

/** Never rejects. */
export async function askEntrance(asking: Asking): Promise<readonly [EntranceAnswer, Inviting]> {
  try {
    const answer = await fetch('/api/v1/entrances', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(bodyOf(asking)),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return decodeEntrance(answer.status, await answer.json());
  } catch {
    return [{ state: 'unreachable' }, NOBODY];
  }
}

export function bodyOf({ way, pin, returnUrl }: Asking): Readonly<Record<string, string>> {
  const named = { invitation: 'token' in way ? way.token : '', shortId: 'shortId' in way ? way.shortId : '', url: 'url' in way ? way.url : '' };
  return Object.fromEntries(Object.entries({ ...named, pin, returnUrl }).filter(([, value]) => value !== ''));
}

export function decodeEntrance(status: number, body: unknown): readonly [EntranceAnswer, Inviting] {
  const said = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '');
  if (status === 429) {
    const seconds = typeof said['retryAfter'] === 'number' ? said['retryAfter'] : 60;
    return [{ state: 'wait', forMs: Math.max(SHORTEST_WAIT_MS, seconds * 1000) }, NOBODY];
  }
  // What cannot be an address at all is none.
  if (status === 422) return [{ state: 'unknown' }, NOBODY];
  if (status !== 200) return [{ state: 'unreachable' }, NOBODY];
  const inviting = { organisation: text('organisation'), helpLine: text('helpLine') };
  return [stateOf(said, text), inviting];
}

function stateOf(said: Readonly<Record<string, unknown>>, text: (name: string) => string): EntranceAnswer {
  const state = said['state'];
  switch (state) {
    case 'closed':
    case 'unknown':
    case 'pinRequired':
      return { state };
    case 'wrongPin':
      return { state, triesLeft: typeof said['triesLeft'] === 'number' ? said['triesLeft'] : null };
    case 'notYet': {
      const [opensAt, startsAt] = [Date.parse(text('opensAt')), Date.parse(text('startsAt'))];
      if (Number.isNaN(opensAt)) return { state: 'unreachable' };
      const host = { name: text('hostName'), function: text('hostFunction') };
      return { state, opensAt, startsAt: Number.isNaN(startsAt) ? opensAt : startsAt, ...(host.name === '' ? {} : { host }) };
    }
    case 'open': {
      const invitation = (said['invitation'] ?? {}) as Readonly<Record<string, unknown>>;
      const { roomId, name } = invitation;
      if (text('token') === '' || typeof roomId !== 'string') return { state: 'unreachable' };
      return { state, roomId, token: text('token'), name: typeof name === 'string' ? name : null, returnUrl: text('returnUrl') };
    }
    default:
      return { state: 'unreachable' };
  }
}
