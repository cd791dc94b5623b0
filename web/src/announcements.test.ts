import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcements, LossWatch } from './announcements.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Announcements', () => {
  it('count up and keep the last twenty', () => {
    const announcements = new Announcements(() => undefined);
    for (let count = 0; count < 30; count += 1) announcements.say('participantJoined', { participantId: 'p', name: 'Anna' });
    expect(announcements.list).toHaveLength(20);
    expect(announcements.list.at(-1)).toEqual({
      id: 30,
      code: 'participantJoined',
      urgency: 'polite',
      name: 'Anna',
      participantId: 'p',
    });
  });

  it('interrupt only for what must be known now', () => {
    const announcements = new Announcements(() => undefined);
    announcements.say('connectionLost');
    expect(announcements.list[0]?.urgency).toBe('assertive');
  });
});

describe('LossWatch', () => {
  function build(): { watch: LossWatch; told: string[] } {
    const told: string[] = [];
    const watch = new LossWatch(
      () => told.push('lost'),
      () => told.push('back'),
    );
    return { watch, told };
  }

  it('is silent about a short cut', () => {
    const { watch, told } = build();
    watch.update(true);
    vi.advanceTimersByTime(800);
    watch.update(false);
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([]);
  });

  it('tells of a long one, once, and of its end', () => {
    const { watch, told } = build();
    watch.update(true);
    vi.advanceTimersByTime(1000);
    watch.update(true);
    vi.advanceTimersByTime(5000);
    expect(watch.isTold).toBe(true);
    watch.update(false);
    expect(told).toEqual(['lost', 'back']);
    expect(watch.isTold).toBe(false);
  });

  it('forgets silently when the call is over', () => {
    const { watch, told } = build();
    watch.update(true);
    vi.advanceTimersByTime(1000);
    watch.reset();
    watch.update(false);
    expect(told).toEqual(['lost']);
  });
});
