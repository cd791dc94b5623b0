import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { beforeNextFrame } from './frames.js';

const frames: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
});

afterEach(() => {
  frames.length = 0;
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('shares one frame among all that wait for it, and the next among those that come then', () => {
  const ran: string[] = [];
  beforeNextFrame(() => {
    ran.push('first');
    beforeNextFrame(() => ran.push('later'));
  });
  beforeNextFrame(() => ran.push('second'));
  expect(frames).toHaveLength(1);
  frames.shift()?.();
  expect(ran).toEqual(['first', 'second']);
  frames.shift()?.();
  expect(ran).toEqual(['first', 'second', 'later']);
  vi.advanceTimersByTime(1000);
  expect(ran).toHaveLength(3);
});

it('runs also where no frame comes, as in a hidden page', () => {
  const run = vi.fn();
  beforeNextFrame(run);
  vi.advanceTimersByTime(100);
  expect(run).toHaveBeenCalledOnce();
});
