/** What the operator's page asks, with an API key that lives in this tab alone. None of it rejects. */

import type { Now } from './now.js';

const TIMEOUT_MS = 8000;
const KEY = 'vdx.operator.key';
/** Known to all, and accepted by a development server on loopback only. */
const DEVELOPMENT_KEY = 'vdxmedia-development-key-loopback-only';

export type Answer<T> = { readonly value: T } | { readonly code: string };

export interface OperatorRequests {
  key(): string;
  remember(key: string): void;
  now(key: string): Promise<Answer<Now>>;
  drain(key: string, deadlineS: number | null): Promise<Answer<unknown>>;
  story(key: string, shortId: string): Promise<Answer<{ readonly lines: readonly string[] }>>;
  /** The key of a development server; '' where this is none. */
  developmentKey(): Promise<string>;
}

async function ask<T>(method: string, path: string, key: string, body?: unknown): Promise<Answer<T>> {
  try {
    const answer = await fetch(path, {
      method,
      headers: { ...(key === '' ? { 'X-Vdx-Staff': '1' } : { Authorization: `Bearer ${key}` }), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const said = (await answer.json()) as Readonly<Record<string, unknown>>;
    if (answer.ok) return { value: said as T };
    return { code: typeof said['code'] === 'string' ? said['code'] : 'other' };
  } catch {
    return { code: 'unreachable' };
  }
}

export const operatorRequests: OperatorRequests = {
  key: () => {
    try {
      return sessionStorage.getItem(KEY) ?? '';
    } catch {
      return '';
    }
  },
  remember: (key) => {
    try {
      if (key === '') sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, key);
    } catch {
      // Then it lasts as long as the page.
    }
  },
  now: (key) => ask('GET', '/api/v1/operator/now', key),
  drain: (key, deadlineS) => (deadlineS === null ? ask('DELETE', '/api/v1/admin/drain', key) : ask('POST', '/api/v1/admin/drain', key, { deadlineS })),
  story: (key, shortId) => ask('GET', `/api/v1/operator/stories/${encodeURIComponent(shortId)}`, key),
  developmentKey: async () => {
    const answer = await ask<{ readonly way: string }>('GET', '/api/v1/staff/session', '');
    return 'value' in answer && answer.value.way === 'development' ? DEVELOPMENT_KEY : '';
  },
};
