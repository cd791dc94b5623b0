import { describe, expect, it } from 'vitest';
import { binding, joined, participant } from '../testing/builders.js';
import { decodeAnswer, decodeEvents, decodeRefusal } from './decode.js';

describe('decodeEvents', () => {
  it('keeps known events in their order', () => {
    const events = [
      { type: 'participantJoined', sequence: 1, participant: participant(2) },
      { type: 'bindings', bindings: [binding(0, 2), binding(1, null)] },
      { type: 'speakers', speakers: [{ participantId: 'p2', level: 0.5 }] },
      { type: 'ended', reason: 'replaced', canRejoin: true },
    ];
    expect(decodeEvents(events)).toEqual({ events, dropped: 0 });
  });

  it('passes over what it does not know or cannot read, and counts it', () => {
    const good = { type: 'mediaLost', reason: 'consent' };
    const bad = [
      { type: 'newerThanUs', sequence: 1 },
      { type: 'participantJoined', sequence: 'one', participant: participant(2) },
      { type: 'participantJoined', sequence: 1, participant: { ...participant(2), sources: [{ kind: 'smell' }] } },
      { type: 'toString' },
      { sequence: 1 },
      null,
      7,
      [],
    ];
    expect(decodeEvents([...bad, good])).toEqual({ events: [good], dropped: bad.length });
  });

  it.each([undefined, null, 'events', {}, 3])('never throws: %s', (payload) => {
    expect(decodeEvents(payload)).toEqual({ events: [], dropped: 1 });
  });

  it('lets further fields pass, for newer servers', () => {
    expect(decodeEvents([{ type: 'mediaLost', reason: 'consent', more: true }]).dropped).toBe(0);
  });
});

describe('decodeAnswer', () => {
  it('reads a snapshot', () => {
    expect(decodeAnswer(joined())).toEqual(joined());
  });

  it('drops unreadable events from what was missed', () => {
    const missed = [{ type: 'participantLeft', sequence: 6, participantId: 'p2', reason: 'left' }, { type: 'nonsense' }];
    const resumed = {
      type: 'resumed',
      participantId: 'p1',
      sequence: 7,
      missed,
      documents: [], bindings: [],
      mediaAlive: true,
      iceServers: [],
      token: 't',
      tokenExpiresAt: 1,
    };
    expect(decodeAnswer(resumed)).toEqual({ ...resumed, missed: missed.slice(0, 1) });
  });

  it('completes a failure', () => {
    expect(decodeAnswer({ type: 'error', code: 'room_full' })).toEqual({
      type: 'error',
      code: 'room_full',
      text: '',
      retryAfter: null,
    });
  });

  it.each([undefined, null, [], 'done', { type: 'joined' }, { type: 'later' }])('calls %j an internal failure', (payload) => {
    expect(decodeAnswer(payload)).toMatchObject({ type: 'error', code: 'internal' });
  });
});

describe('decodeRefusal', () => {
  it('finds the code as an object or in a list', () => {
    const refusal = { code: 'token_expired', text: 'too late', retryAfter: null };
    expect(decodeRefusal(refusal)).toEqual({ type: 'error', ...refusal });
    expect(decodeRefusal(['x', refusal])).toEqual({ type: 'error', ...refusal });
  });

  it.each([undefined, null, 'no', {}, [], { code: 5 }])('finds none in %j', (payload) => {
    expect(decodeRefusal(payload)).toBeNull();
  });
});
