import { describe, expect, it } from 'vitest';
import { decodeAnswer, decodeEvents } from '../protocol/decode.js';
import type { Joined, Resumed } from '../protocol/messages.gen.js';
import recorded from './recorded-meeting.json';
import { fromJoined, fromResumed, reduce, type ConferenceState } from './state.js';

/**
 * Written by `python -m tests.contract.record_meeting`: what a host's page was told by a real server, and at each mark
 * the snapshot that it gave to the same host a moment later.
 */
interface Entry {
  readonly joined?: unknown;
  readonly events?: readonly unknown[];
  readonly resumed?: unknown;
  readonly mark?: string;
  readonly snapshot?: unknown;
}

const ENTRIES: readonly Entry[] = recorded as readonly Entry[];

function answer<T extends Joined | Resumed>(value: unknown, type: T['type']): T {
  const decoded = decodeAnswer(value);
  expect(decoded.type).toBe(type);
  return decoded as T;
}

/** What must be the same however one came to know it. Order of joining counts, order of documents does not. */
function known(state: ConferenceState): object {
  const { room, participants, documents, bindings } = state;
  return { room, participants, documents, bindings };
}

/** The state before each mark, folded from the first snapshot on. */
function marks(): { readonly name: string; readonly folded: ConferenceState; readonly told: Joined }[] {
  const found: { name: string; folded: ConferenceState; told: Joined }[] = [];
  let state: ConferenceState | null = null;
  for (const { joined, events, resumed, mark, snapshot } of ENTRIES) {
    if (joined !== undefined) state = fromJoined(answer<Joined>(joined, 'joined'));
    if (state === null) throw new Error('a recording begins with a snapshot');
    if (events !== undefined) {
      const decoded = decodeEvents(events);
      expect(decoded.dropped).toBe(0);
      state = decoded.events.reduce(reduce, state);
    }
    if (resumed !== undefined) state = fromResumed(state, answer<Resumed>(resumed, 'resumed'));
    if (mark !== undefined) found.push({ name: mark, folded: state, told: answer<Joined>(snapshot, 'joined') });
  }
  return found;
}

const MARKS = marks();

describe('a recorded meeting', () => {
  it('has the changes that a meeting has', () => {
    const types = new Set(ENTRIES.flatMap(({ events = [] }) => decodeEvents(events).events.map((event) => event.type)));
    for (const type of ['participantJoined', 'participantChanged', 'participantLeft', 'roomChanged', 'floor', 'chat', 'openLines', 'reactions', 'announcements', 'bindings']) {
      expect([...types]).toContain(type);
    }
    expect(MARKS.length).toBeGreaterThan(7);
  });

  it.each(MARKS)('folds to what the server says: $name', ({ folded, told }) => {
    expect(known(folded)).toEqual(known(fromJoined(told)));
  });

  it.each(MARKS)('keeps the written words over a snapshot: $name', ({ folded, told }) => {
    const again = fromJoined(told, folded);
    expect(again.words).toBe(folded.words);
    expect(again.sequence).toBeGreaterThanOrEqual(folded.sequence);
  });

  it('folds twice to the same, and leaves what it was given', () => {
    const before = JSON.stringify(ENTRIES);
    expect(marks().map(({ folded }) => folded)).toEqual(MARKS.map(({ folded }) => folded));
    expect(JSON.stringify(ENTRIES)).toBe(before);
  });
});
