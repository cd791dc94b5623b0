import { afterEach, describe, expect, it, vi } from 'vitest';
import { askRoomMessages, decodeRoomMessages } from './room-messages.js';

const SENT = { reference: 'a', to: '+45 •• •• •• 56', purpose: 'call', state: 'sent', reason: '', segments: 1 };
const KNOWN = { reference: 'a', to: '+45 •• •• •• 56', state: 'sent' };

afterEach(() => { vi.unstubAllGlobals(); });

function answering(status: number, body: unknown) {
  const fetch = vi.fn((_path: string, _asked: RequestInit) => Promise.resolve(new Response(JSON.stringify(body), { status })));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

describe('messages from the room', () => {
  it('are asked with the token, and the number only in the body', async () => {
    const fetch = answering(200, { messages: [SENT] });
    expect(await askRoomMessages('h.c.s', null)).toEqual({ messages: [KNOWN] });
    expect(await askRoomMessages('h.c.s', '20123456')).toEqual({ messages: [KNOWN] });
    const [[first, look], [second, send]] = fetch.mock.calls as [[string, RequestInit], [string, RequestInit]];
    expect([first, second]).toEqual(['/api/v1/room-messages', '/api/v1/room-messages']);
    expect([look.method, look.body]).toEqual([undefined, undefined]);
    expect(look.headers).toEqual({ Authorization: 'Bearer h.c.s' });
    expect([send.method, send.body]).toEqual(['POST', '{"to":"20123456"}']);
    expect(send.headers).toEqual({ Authorization: 'Bearer h.c.s', 'Content-Type': 'application/json' });
  });

  it('tell the problem by its code', async () => {
    answering(429, { code: 'sms_quota_spent', detail: 'spent' });
    expect(await askRoomMessages('h.c.s', '20123456')).toEqual({ code: 'sms_quota_spent' });
  });

  it('are unreachable when nothing comes, or nothing that can be read', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
    expect(await askRoomMessages('h.c.s', null)).toEqual({ code: 'unreachable' });
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502 })));
    expect(await askRoomMessages('h.c.s', null)).toEqual({ code: 'unreachable' });
  });
});

describe('decodeRoomMessages', () => {
  it('leaves out reminders and what is no message that we know', () => {
    const messages = [SENT, { ...SENT, purpose: 'reminder' }, { ...SENT, state: 'new' }, { ...SENT, to: 1 }, { ...SENT, reference: null }, null, 'x'];
    expect(decodeRoomMessages(true, { messages })).toEqual({ messages: [KNOWN] });
  });

  it.each([[true, null], [true, 3], [true, {}], [true, { messages: {} }], [false, {}], [false, { code: 5 }]])('of %s and %j is unreachable', (isOk, body) => {
    expect(decodeRoomMessages(isOk, body)).toEqual({ code: 'unreachable' });
  });
});
