// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenToPage } from './page-events.js';

const seen: string[] = [];
let visibility: DocumentVisibilityState = 'visible';
const connection = Object.assign(new EventTarget(), { type: 'wifi' });

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  visibility = 'visible';
  Object.defineProperty(document, 'visibilityState', { get: () => visibility, configurable: true });
  vi.stubGlobal('navigator', { mediaDevices: new EventTarget(), connection });
  listenToPage({
    onDeviceChange: () => seen.push('devices'),
    onVisible: () => seen.push('visible'),
    onOnline: () => seen.push('online'),
    onGesture: () => seen.push('gesture'),
  });
  seen.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('looks after a sleep, which nobody else tells of', async () => {
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen).toEqual([]);
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(2000);
  expect(seen).toContain('visible');
});

it('lets a page that nobody sees sleep', async () => {
  visibility = 'hidden';
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(2000);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(seen).toEqual([]);
});

it.each(['visibilitychange', 'resume'])('looks on %s', (name) => {
  document.dispatchEvent(new Event(name));
  expect(seen).toContain('visible');
});

it('takes another kind of network for another network, and a change of speed for nothing', () => {
  connection.dispatchEvent(new Event('change'));
  expect(seen).toEqual([]);
  connection.type = 'cellular';
  connection.dispatchEvent(new Event('change'));
  expect(seen).toContain('online');
});
