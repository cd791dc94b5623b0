import { describe, expect, it } from 'vitest';
import type { CallState } from '../call-types.js';
import { IDLE, inCall } from '../pages/fixtures.js';
import { eventsBetween, type CallEvent, type EventDetails, type EventName } from './events.js';
import { firstSight } from './first-sight.js';

const names = (events: readonly CallEvent[]): EventName[] => events.map(({ name }) => name);

function detailOf<N extends EventName>(events: readonly CallEvent[], wanted: N): EventDetails[N] {
  const found = events.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`no ${wanted}`);
  return found.detail as EventDetails[N];
}

function saying(state: CallState, ...texts: readonly string[]): CallState {
  const messages = texts.map((text, index) => ({
    number: index + 1, participantId: 'p1', name: 'Karl', isOwn: text.startsWith('own'), to: 'all' as const, otherId: null, text,
  }));
  return { ...state, words: { ...state.words, count: messages.length, messages } };
}

describe('eventsBetween', () => {
  it('says nothing where nothing has changed', () => {
    expect(eventsBetween(inCall(2), inCall(2)).filter(({ name }) => name !== 'participantChanged')).toEqual([]);
    const state = inCall(2);
    expect(eventsBetween(state, state)).toEqual([]);
  });

  it('says first that one is in, then who is there, and oneself never as somebody who came', () => {
    const told = eventsBetween(firstSight(inCall(2)), inCall(2));
    expect(names(told).indexOf('joined')).toBeLessThan(names(told).indexOf('participantJoined'));
    const came = told.filter((event) => event.name === 'participantJoined');
    expect(came).toHaveLength(2);
    expect(came.every(({ detail }) => !detail.participant.isSelf)).toBe(true);
  });

  it('names people as the person in the frame sees them, without streams or the levels of their voices', () => {
    const state = inCall(1);
    const { participant } = detailOf(eventsBetween(IDLE, state), 'participantJoined');
    expect(participant.name).toBe(state.participants.find((one) => !one.isSelf)?.name);
    expect(() => structuredClone(participant)).not.toThrow();
    expect(Object.values(participant).every((value) => ['string', 'boolean'].includes(typeof value))).toBe(true);
  });

  it('counts no exercise film among the people', () => {
    const state = inCall(1);
    const film = { ...state, participants: state.participants.map((one) => (one.isSelf ? one : { ...one, isFilm: true })) };
    expect(names(eventsBetween(IDLE, film))).not.toContain('participantJoined');
  });

  it('tells messages once, one\'s own apart, and none from before anybody listened', () => {
    const before = saying(inCall(1), 'old');
    const after = saying(inCall(1), 'old', 'own words', 'an answer');
    expect(names(eventsBetween(firstSight(before), before))).not.toContain('incomingMessage');
    const told = eventsBetween(before, after);
    expect(names(told)).toEqual(expect.arrayContaining(['outgoingMessage', 'incomingMessage']));
    expect(detailOf(told, 'incomingMessage').text).toBe('an answer');
    expect(told.filter(({ name }) => name === 'incomingMessage')).toHaveLength(1);
  });

  it('ends with the end, and says that the frame may go', () => {
    const ended: CallState = { ...inCall(1), phase: 'ended', ended: { code: 'removed', canRejoin: false }, self: null, participants: [] };
    const told = names(eventsBetween(inCall(1), ended));
    expect(told.slice(-2)).toEqual(['left', 'readyToClose']);
    expect(told).toContain('participantLeft');
  });

  it('says why nobody got in', () => {
    const failed: CallState = { ...IDLE, phase: 'failed', failure: { code: 'linkExpired', retryable: false, retryAfterMs: null } };
    expect(detailOf(eventsBetween(IDLE, failed), 'error')).toEqual({ code: 'linkExpired', retryable: false });
  });

  it('says which device could not be had, once', () => {
    const camera = { ...IDLE.local.camera, error: 'deviceBusy' as const };
    const failing: CallState = { ...IDLE, local: { ...IDLE.local, camera } };
    expect(detailOf(eventsBetween(IDLE, failing), 'deviceError')).toEqual({ kind: 'camera', code: 'deviceBusy' });
    expect(names(eventsBetween(failing, { ...failing, ownQuality: 'weak' }))).toEqual(['qualityChanged']);
  });
});
