/**
 * Who invites, asked with the link's token before anybody joins. Only a help: where no answer comes, the page does
 * without, and joining tells what is wrong.
 */

import type { Failure, Invitation } from '../call-types.js';
import { failureOf } from '../failures.js';

const TIMEOUT_MS = 8000;
/** What joining would be refused for as well; everything else may pass. */
const FINAL = new Set(['token_expired', 'token_invalid', 'room_unknown', 'room_closed', 'not_permitted']);

export type Asked = { readonly invitation: Invitation } | { readonly refusal: Failure } | null;

/** Null when nothing is known. Never rejects. */
export async function askInvitation(roomId: string, token: string): Promise<Asked> {
  try {
    const answer = await fetch('/api/v1/invitation', {
      headers: { Authorization: `Bearer ${token}` },
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = (await answer.json()) as unknown;
    return decodeInvitation(roomId, answer.ok, body);
  } catch {
    return null;
  }
}

/** From the JSON of the answer; of another room than the link's, nothing is believed. */
export function decodeInvitation(roomId: string, isOk: boolean, body: unknown): Asked {
  if (typeof body !== 'object' || body === null) return null;
  const said = body as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '');
  if (!isOk) {
    const code = text('code');
    return FINAL.has(code) ? { refusal: failureOf({ type: 'error', code, text: '', retryAfter: null }) } : null;
  }
  if (text('roomId') !== roomId) return null;
  const moment = (name: string): number | null => {
    const ms = Date.parse(text(name));
    return Number.isNaN(ms) ? null : ms;
  };
  const state = said['state'];
  const visibility = said['guestVisibility'];
  return {
    invitation: {
      organisation: text('organisation'),
      helpLine: text('helpLine'),
      opensAt: moment('opensAt'),
      state: state === 'notYet' || state === 'closed' ? state : 'open',
      startsAt: moment('startsAt'),
      endsAt: moment('endsAt'),
      hostName: text('hostName'),
      hostFunction: text('hostFunction'),
      subject: text('subject') === '' ? null : text('subject'),
      role: text('role') === 'host' ? 'host' : 'guest',
      mode: text('mode') === 'training' ? 'training' : 'meeting',
      guestVisibility: visibility === 'all' || visibility === 'spotlight' || visibility === 'hosts' ? visibility : null,
      name: text('name') === '' ? null : text('name'),
    },
  };
}
