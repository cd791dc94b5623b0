/**
 * SMS with the link of the call's meeting, sent and looked at by a host with the token of the call. The server's list
 * has the last two digits of a number and no more; the number itself goes out in a request and is kept nowhere here.
 */

const TIMEOUT_MS = 15000;

const STATES = ['waiting', 'sending', 'sent', 'delivered', 'failed', 'uncertain', 'givenUp', 'cancelled'] as const;
export type MessageState = (typeof STATES)[number];

export interface RoomMessage {
  readonly reference: string;
  /** Country and last two digits, as `+45 •• •• •• 56`. */
  readonly to: string;
  readonly state: MessageState;
}

/** The newest first; or the problem's code, `unreachable` when no answer came or none that can be used. */
export type RoomMessages = { readonly messages: readonly RoomMessage[] } | { readonly code: string };

const UNREACHABLE: RoomMessages = { code: 'unreachable' };

/** With a number: sends one, and answers that one only. Null: all that were sent. Never rejects. */
export async function askRoomMessages(token: string, to: string | null): Promise<RoomMessages> {
  try {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch('/api/v1/room-messages', {
      ...(to === null
        ? { headers }
        : { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify({ to }) }),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return decodeRoomMessages(answer.ok, await answer.json());
  } catch {
    return UNREACHABLE;
  }
}

/** Left out are reminders, which the booking sends, and what is no message that we know. */
export function decodeRoomMessages(isOk: boolean, body: unknown): RoomMessages {
  if (typeof body !== 'object' || body === null) return UNREACHABLE;
  if (!isOk) return 'code' in body && typeof body.code === 'string' ? { code: body.code } : UNREACHABLE;
  if (!('messages' in body) || !Array.isArray(body.messages)) return UNREACHABLE;
  return { messages: (body.messages as readonly unknown[]).map(decodeMessage).filter((one) => one !== null) };
}

function decodeMessage(value: unknown): RoomMessage | null {
  if (typeof value !== 'object' || value === null) return null;
  const { reference, to, state: said, purpose } = value as Readonly<Record<string, unknown>>;
  const state = STATES.find((one) => one === said);
  if (typeof reference !== 'string' || typeof to !== 'string' || state === undefined || purpose === 'reminder') return null;
  return { reference, to, state };
}
