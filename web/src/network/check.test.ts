import { expect, test, vi } from 'vitest';
import { makeNetworkCheck, type NetworkResult, type RunCheck } from './check.js';

const GOOD: NetworkResult = { verdict: 'good', ways: { udp: true, tcp: true, tls: null }, roundTripMs: 20, lossRatio: 0 };

test('check runs once, and tells when it knows', async () => {
  const run = vi.fn<RunCheck>(() => Promise.resolve(GOOD));
  const check = makeNetworkCheck(run);
  const heard = vi.fn();
  check.subscribe(heard);
  expect(check.value).toBeNull();
  check.start('token');
  check.start('token');
  await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce());
  expect(check.value).toBe(GOOD);
  check.start('token');
  expect(run).toHaveBeenCalledOnce();
});

test('check that is refused, fails or is stopped says nothing and may be tried again', async () => {
  const answers: (() => Promise<NetworkResult | null>)[] = [
    () => Promise.resolve(null),
    () => Promise.reject(new Error('no network')),
    () => Promise.resolve(GOOD),
  ];
  const signals: AbortSignal[] = [];
  const check = makeNetworkCheck((signal) => {
    signals.push(signal);
    return answers[signals.length - 1]?.() ?? Promise.resolve(null);
  });
  const heard = vi.fn();
  check.subscribe(heard);
  for (let round = 0; round < 2; round += 1) {
    check.start('token');
    await new Promise((resolve) => setTimeout(resolve));
    expect(check.value).toBeNull();
  }
  check.start('token');
  check.stop();
  await new Promise((resolve) => setTimeout(resolve));
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, true]);
  expect([check.value, heard.mock.calls.length]).toEqual([null, 0]);
});
