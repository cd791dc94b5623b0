/** Asks the server for an echo: offers in, answers out. */

import type { SourceKind } from '../protocol/messages.gen.js';
import type { IceServer } from './descriptions.js';

/** A narrow way is busy with the page itself. */
const TIMEOUT_MS = 6000;

export interface EchoOffer {
  readonly sdp: string;
  readonly sources: Readonly<Record<string, SourceKind>>;
}

export interface Echo {
  /** In the order of the offers. */
  readonly answers: readonly string[];
  readonly iceServers: readonly IceServer[];
}

/** `refused`: too many go on. `late`: no answer came in time. `unreachable`: no way to the server. */
export type EchoReply = Echo | 'refused' | 'late' | 'unreachable';
export type AskEcho = (offers: readonly EchoOffer[]) => Promise<EchoReply>;

/** Never rejects. */
export const askEcho: AskEcho = async (offers) => {
  try {
    const answer = await fetch('/api/v1/echoes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ offers }),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok ? decodeEcho(await answer.json(), offers.length) : 'refused';
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError' ? 'late' : 'unreachable';
  }
};

/** From the JSON of the answer. */
export function decodeEcho(body: unknown, count: number): EchoReply {
  if (typeof body !== 'object' || body === null) return 'refused';
  const { answers, iceServers } = body as Readonly<Record<string, unknown>>;
  const told = Array.isArray(answers) ? answers.flatMap(sdpOf) : [];
  if (told.length !== count) return 'refused';
  return { answers: told, iceServers: Array.isArray(iceServers) ? iceServers.flatMap(serverOf) : [] };
}

function sdpOf(value: unknown): string[] {
  const sdp = typeof value === 'object' && value !== null && 'sdp' in value ? value.sdp : null;
  return typeof sdp === 'string' ? [sdp] : [];
}

function serverOf(value: unknown): IceServer[] {
  if (typeof value !== 'object' || value === null) return [];
  const { urls, username, credential } = value as Readonly<Record<string, unknown>>;
  const text = (said: unknown): string | null => (typeof said === 'string' ? said : null);
  const named = Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : [];
  return named.length === 0 ? [] : [{ urls: named, username: text(username), credential: text(credential) }];
}
