import { describe, expect, it } from 'vitest';
import { ROOM, binding, joined, participant } from '../testing/builders.js';
import type { Resumed, ServerEvent } from '../protocol/messages.gen.js';
import { boundVideoSources, fromJoined, fromResumed, happeningsOf, reduce, slotOf, type ConferenceState } from './state.js';

const start = (): ConferenceState =>
  fromJoined(joined({ bindings: [binding(0, 2), binding(1, null), binding(2, null), binding(3, null)] }));

const ids = (state: ConferenceState): string[] => state.participants.map((one) => one.id);

describe('reduce', () => {
  it('adds those who join, in their order', () => {
    const events: ServerEvent[] = [
      { type: 'participantJoined', sequence: 6, participant: participant(3) },
      { type: 'participantJoined', sequence: 7, participant: participant(4) },
    ];
    const state = events.reduce(reduce, start());
    expect(ids(state)).toEqual(['p1', 'p2', 'p3', 'p4']);
    expect(state.sequence).toBe(7);
  });

  it('replaces one who changed, and keeps the others as they are', () => {
    const before = start();
    const state = reduce(before, { type: 'participantChanged', sequence: 6, participant: participant(2, ['camera']) });
    expect(state.participants[1]?.sources.filter((source) => source.active).map((source) => source.kind)).toEqual(['camera']);
    expect(state.participants[0]).toBe(before.participants[0]);
  });

  it('passes over events that the snapshot already contains', () => {
    const before = start();
    expect(reduce(before, { type: 'participantJoined', sequence: 5, participant: participant(9) })).toBe(before);
  });

  it('lets the numbers have gaps', () => {
    const state = reduce(start(), { type: 'participantJoined', sequence: 60, participant: participant(3) });
    expect(ids(state)).toContain('p3');
  });

  it('leaves no picture, level or quality of one who left', () => {
    const state = [
      { type: 'speakers', speakers: [{ participantId: 'p2', level: 1 }] },
      { type: 'connectionQuality', participants: [{ participantId: 'p2', quality: 'weak' }] },
      { type: 'participantLeft', sequence: 6, participantId: 'p2', reason: 'left' },
    ].reduce((before, event) => reduce(before, event as ServerEvent), start());
    expect(ids(state)).toEqual(['p1']);
    expect(boundVideoSources(state)).toEqual(new Map());
    expect(state.speakers).toEqual([]);
    expect(state.quality).toEqual({});
  });

  it('merges qualities', () => {
    const one = reduce(start(), { type: 'connectionQuality', participants: [{ participantId: 'p1', quality: 'weak' }] });
    const two = reduce(one, { type: 'connectionQuality', participants: [{ participantId: 'p2', quality: 'lost' }] });
    expect(two.quality).toEqual({ p1: 'weak', p2: 'lost' });
  });

  it('remembers an undecodable source until the slot goes to somebody else', () => {
    const blind = reduce(start(), { type: 'cannotDecode', index: 1, participantId: 'p2' });
    expect(blind.cannotDecode).toEqual({ 1: 'p2' });
    expect(reduce(blind, { type: 'bindings', bindings: [binding(1, null)] }).cannotDecode).toEqual({ 1: 'p2' });
    expect(reduce(blind, { type: 'bindings', bindings: [binding(1, 3)] }).cannotDecode).toEqual({});
  });

  it('takes the latest word on bandwidth, and forgets it with a new snapshot', () => {
    const told: ServerEvent = { type: 'bandwidth', paused: [1, 3], pausedByServer: [3], sendLayers: [], cameraOff: true };
    const narrow = reduce(start(), told);
    expect(narrow).toMatchObject({ paused: [1, 3], pausedByServer: [3], isCameraAdvisedOff: true });
    expect(reduce(narrow, { ...told, paused: [], cameraOff: false })).toMatchObject({ paused: [], isCameraAdvisedOff: false });
  });

  it.each<ServerEvent>([
    { type: 'tokenRenewed', token: 't', tokenExpiresAt: 0 },
    { type: 'mediaLost', reason: 'dtls' },
    { type: 'stopping', reconnectAfter: 1 },
    { type: 'speakers', speakers: [] },
  ])('keeps the same object for $type', (event) => {
    const before = start();
    expect(reduce(before, event)).toBe(before);
  });

  it('changes nothing in what it was given', () => {
    const before = Object.freeze(start());
    const copy = structuredClone(before);
    reduce(before, { type: 'participantLeft', sequence: 6, participantId: 'p2', reason: 'lost' });
    reduce(before, { type: 'roomChanged', room: { ...ROOM, subject: 'Nyt' } });
    expect(before).toEqual(copy);
  });
});

describe('documents', () => {
  const lobby = { type: 'lobby', locked: false, mayAdmit: true, notice: '', waiting: [] } as const;
  const stage = { type: 'stage', participantId: 'p2' } as const;
  const bare = (): ConferenceState => ({ ...start(), documents: {} });

  it('drops one that is withdrawn, and keeps the others', () => {
    const state = [lobby, stage, { type: 'documentWithdrawn', document: 'lobby' } as const].reduce(reduce, bare());
    expect(state.documents).toEqual({ stage });
  });

  it('keeps what it has when one is withdrawn that never came', () => {
    const state = [stage, { type: 'documentWithdrawn', document: 'laterKind' } as const].reduce(reduce, bare());
    expect(state.documents).toEqual({ stage });
  });

  it('has after a resume only those that are told in it', () => {
    const back = fromResumed([lobby, stage].reduce(reduce, bare()), {
      type: 'resumed',
      participantId: 'p1',
      sequence: 8,
      missed: [],
      documents: [{ ...stage, participantId: null }],
      bindings: [],
      mediaAlive: true,
      iceServers: [],
      token: '',
      tokenExpiresAt: 0,
    });
    expect(back.documents).toEqual({ stage: { ...stage, participantId: null } });
  });
});

describe('coming back', () => {
  const resumed = (missed: Resumed['missed']): Resumed => ({
    type: 'resumed',
    participantId: 'p1',
    sequence: 8,
    missed,
    documents: [], bindings: [binding(0, 3)],
    mediaAlive: true,
    iceServers: [],
    token: '',
    tokenExpiresAt: 0,
  });

  it('applies what was missed, then the bindings of now', () => {
    const state = fromResumed(
      start(),
      resumed([
        { type: 'participantLeft', sequence: 6, participantId: 'p2', reason: 'left' },
        { type: 'participantJoined', sequence: 7, participant: participant(3) },
      ]),
    );
    expect(ids(state)).toEqual(['p1', 'p3']);
    expect(state.sequence).toBe(8);
    expect(boundVideoSources(state)).toEqual(new Map([[0, 32]]));
  });

  it('with a new snapshot forgets all but the qualities', () => {
    const weak = reduce(start(), { type: 'connectionQuality', participants: [{ participantId: 'p2', quality: 'weak' }] });
    const state = fromJoined(joined({ sequence: 40, participants: [participant(1)] }), weak);
    expect(ids(state)).toEqual(['p1']);
    expect(state.quality).toEqual({ p2: 'weak' });
    expect(fromJoined(joined({ participantId: 'p7' }), weak).quality).toEqual({});
  });
});

describe('questions', () => {
  it('which slot shows whom', () => {
    const state = reduce(start(), { type: 'bindings', bindings: [binding(0, 2, 'screen'), binding(3, 2)] });
    expect(slotOf(state, 'p2', 'screen')).toBe(0);
    expect(slotOf(state, 'p2', 'camera')).toBe(3);
    expect(slotOf(state, 'p1', 'camera')).toBeNull();
  });
});

describe('happenings', () => {
  const codes = (event: ServerEvent): string[] => happeningsOf(start(), event).map((one) => one.code);

  it('tell who came and went, and why', () => {
    expect(codes({ type: 'participantJoined', sequence: 6, participant: participant(3) })).toEqual(['participantJoined']);
    expect(codes({ type: 'participantLeft', sequence: 6, participantId: 'p2', reason: 'lost' })).toEqual(['participantLost']);
    expect(codes({ type: 'participantLeft', sequence: 6, participantId: 'p2', reason: 'removed' })).toEqual([
      'participantRemoved',
    ]);
  });

  it('tell a screen that starts, with the name', () => {
    const event: ServerEvent = { type: 'participantChanged', sequence: 6, participant: participant(2, ['screen']) };
    expect(happeningsOf(start(), event)).toEqual([{ code: 'screenStarted', participantId: 'p2', name: 'Person 2' }]);
  });

  it('says nothing of a film that comes and goes, and that its picture is there', () => {
    const film = (active: readonly ('screen' | 'screenAudio')[] = []) => participant(7, active, { isFilm: true });
    expect(codes({ type: 'participantJoined', sequence: 6, participant: film() })).toEqual([]);
    const shown = reduce(start(), { type: 'participantJoined', sequence: 6, participant: film() });
    const starts: ServerEvent = { type: 'participantChanged', sequence: 7, participant: film(['screen']) };
    expect(happeningsOf(shown, starts).map((one) => one.code)).toEqual(['screenStarted']);
    expect(happeningsOf(shown, { type: 'participantLeft', sequence: 7, participantId: 'p7', reason: 'left' })).toEqual([]);
  });

  it('say nothing about oneself, about small things, or twice', () => {
    expect(codes({ type: 'participantChanged', sequence: 6, participant: participant(1, ['screen']) })).toEqual([]);
    expect(codes({ type: 'participantChanged', sequence: 6, participant: participant(2, ['microphone']) })).toEqual([]);
    expect(codes({ type: 'participantJoined', sequence: 5, participant: participant(3) })).toEqual([]);
  });
});
