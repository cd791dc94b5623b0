import { describe, expect, it, vi } from 'vitest';
import { Voice, Voices } from './voices.js';

const settled = (): Promise<void> => Promise.resolve();

describe('Voice', () => {
  it('tells a change once, however often it was set', async () => {
    const voice = new Voice();
    const told = vi.fn();
    voice.subscribe(told);
    voice.set(0.3);
    voice.set(0.6);
    await settled();
    expect(told).toHaveBeenCalledOnce();
    expect(voice.level).toBe(0.6);
  });

  it('is silent about what nobody sees, and after the undoing', async () => {
    const voice = new Voice(0.5);
    const told = vi.fn();
    const undo = voice.subscribe(told);
    voice.set(0.501);
    await settled();
    undo();
    voice.set(1);
    await settled();
    expect(told).not.toHaveBeenCalled();
  });

  it.each([
    [Number.NaN, 0],
    [Infinity, 0],
    [-1, 0],
    [7, 1],
  ])('takes %d for %d', (given, expected) => {
    const voice = new Voice(0.5);
    voice.set(given);
    expect(voice.level).toBe(expected);
  });
});

describe('Voices', () => {
  it('silences who is not heard any more', () => {
    const voices = new Voices();
    const [anna, bo] = [voices.of('a'), voices.of('b')];
    voices.hear([{ participantId: 'a', level: 0.5 }]);
    voices.hear([{ participantId: 'b', level: 0.7 }, { participantId: 'stranger', level: 1 }]);
    expect([anna.level, bo.level]).toEqual([0, 0.7]);
    expect(voices.of('a')).toBe(anna);
  });

  it('forgets those who have left', () => {
    const voices = new Voices();
    const anna = voices.of('a');
    voices.hear([{ participantId: 'a', level: 0.5 }]);
    voices.keep(new Set());
    expect(anna.level).toBe(0);
    expect(voices.of('a')).not.toBe(anna);
  });
});
