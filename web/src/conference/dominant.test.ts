import { describe, expect, it } from 'vitest';
import { NOBODY, nextDominance, withoutParticipant, type Dominance } from './dominant.js';

const say = (before: Dominance, nowMs: number, ...loudest: string[]): Dominance =>
  nextDominance(
    before,
    loudest.map((participantId) => ({ participantId, level: 0.5 })),
    'me',
    nowMs,
  );

describe('who has the word', () => {
  it('is the first who speaks, at once', () => {
    expect(say(NOBODY, 0, 'a').current).toBe('a');
  });

  it('is never oneself', () => {
    expect(say(NOBODY, 0, 'me').current).toBeNull();
    expect(say(NOBODY, 0, 'me', 'a').current).toBe('a');
  });

  it('stays through silence and a cough', () => {
    const a = say(NOBODY, 0, 'a');
    expect(say(a, 100).current).toBe('a');
    const cough = say(say(a, 1000, 'b', 'a'), 1500, 'a');
    expect(say(cough, 2600, 'b').current).toBe('a');
  });

  it('goes to another who was the loudest for a second and a half', () => {
    const challenged = say(say(NOBODY, 0, 'a'), 1000, 'b', 'a');
    expect(say(challenged, 2400, 'b').current).toBe('a');
    expect(say(challenged, 2500, 'b').current).toBe('b');
  });

  it('is nobody when he who had it has left', () => {
    expect(withoutParticipant(say(NOBODY, 0, 'a'), new Set(['b'])).current).toBeNull();
    const same = say(NOBODY, 0, 'a');
    expect(withoutParticipant(same, new Set(['a']))).toBe(same);
  });
});
