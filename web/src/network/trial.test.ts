import { describe, expect, test, vi } from 'vitest';
import type { CheckResult } from './run.js';
import { deviceClass, toldOf } from './tell.js';
import { cameBack } from './trial-environment.js';
import { headlineOf, Trial, type CameBack, type TrialEnvironment, type TrialResult, type TrialScreen } from './trial.js';

const GOOD: CheckResult = { verdict: 'good', ways: { udp: true, tcp: true, tls: null }, roundTripMs: 20, lossRatio: 0, bps: 1_300_000, tookMs: 3000 };
const NOTHING: CameBack = { picture: false, sound: false };
const ALL: CameBack = { picture: true, sound: true };

function devices(...kinds: ('audio' | 'video')[]): MediaStream & { stopped: number } {
  const made = { stopped: 0 };
  const tracks = kinds.map((kind) => ({ kind, stop: () => (made.stopped += 1) }));
  const of = (kind: string) => () => tracks.filter((track) => track.kind === kind);
  return Object.assign(made, { getTracks: () => tracks, getAudioTracks: of('audio'), getVideoTracks: of('video') }) as unknown as MediaStream & { stopped: number };
}

/** A trial on a clock of its own; `comes` says what has come back by then. */
function trialOf(change: Partial<TrialEnvironment> = {}, comes: (ms: number) => CameBack = () => ALL) {
  let nowMs = 0;
  const closed = vi.fn();
  const seen: TrialScreen[] = [];
  const environment: TrialEnvironment = {
    isSupported: true,
    openDevices: () => Promise.resolve(devices('audio', 'video')),
    check: () => Promise.resolve(GOOD),
    openMirror: () => Promise.resolve({ stream: {} as MediaStream, look: () => Promise.resolve(comes(nowMs)), close: closed }),
    tryWebSocket: () => Promise.resolve(true),
    tell: () => Promise.resolve(true),
    wait: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
    now: () => nowMs,
    ...change,
  };
  let act = (): void => undefined;
  const trial: Trial = new Trial(environment, () => {
    seen.push(trial.screen);
    if (trial.screen.at === 'echo') act();
  });
  const onEcho = (does: () => void): void => {
    act = does;
  };
  return { trial, seen, closed, onEcho, at: () => nowMs };
}

function resultOf(trial: Trial): TrialResult {
  if (trial.screen.at !== 'result') throw new Error(trial.screen.at);
  return trial.screen.result;
}

describe('trial', () => {
  test('goes from the question over the echo to a result that is told, and gives the devices back', async () => {
    const own = devices('audio', 'video');
    const { trial, seen, closed, at } = trialOf({ openDevices: () => Promise.resolve(own) });
    await trial.start();
    expect(seen.map((screen) => screen.at).filter((at, index, all) => at !== all[index - 1])).toEqual(['running', 'echo', 'result']);
    expect(resultOf(trial)).toMatchObject({ microphone: 'works', camera: 'works', webSocket: true, isTold: true });
    expect([own.stopped, closed.mock.calls.length]).toEqual([2, 1]);
    expect(at()).toBe(6000);
  });

  test('waits for who says nothing, and then says that nothing was heard', async () => {
    const { trial, at } = trialOf({}, () => ({ picture: true, sound: false }));
    await trial.start();
    expect(resultOf(trial)).toMatchObject({ microphone: 'silent', camera: 'works' });
    expect(headlineOf(resultOf(trial))).toBe('devices');
    expect(at()).toBe(20_000);
  });

  test('shows the result at once to who has seen enough', async () => {
    const { trial, at, onEcho } = trialOf({}, () => NOTHING);
    onEcho(() => trial.showResult());
    await trial.start();
    expect(at()).toBeLessThan(20_000);
    expect(trial.screen.at).toBe('result');
  });

  test('tries the way without devices, and says which are missing', async () => {
    const { trial } = trialOf({ openDevices: () => Promise.resolve(null) });
    await trial.start();
    expect(resultOf(trial)).toMatchObject({ microphone: 'missing', camera: 'missing', check: GOOD });
    const onlySound = trialOf({ openDevices: () => Promise.resolve(devices('audio')) }, () => ({ picture: false, sound: true }));
    await onlySound.trial.start();
    expect(resultOf(onlySound.trial)).toMatchObject({ microphone: 'works', camera: 'missing' });
    expect(onlySound.at()).toBe(6000);
  });

  test('does not blame devices for a way that is closed, or for an echo that was refused', async () => {
    const closed = trialOf({ check: () => Promise.resolve({ ...GOOD, verdict: 'none' as const }) });
    await closed.trial.start();
    expect(resultOf(closed.trial)).toMatchObject({ microphone: null, camera: null });
    expect(headlineOf(resultOf(closed.trial))).toBe('none');
    const refused = trialOf({ openMirror: () => Promise.resolve(null) });
    await refused.trial.start();
    expect(headlineOf(resultOf(refused.trial))).toBe('good');
  });

  test('says that many try, and that the server cannot be reached, and may be tried again', async () => {
    const answers: ('refused' | 'unreachable' | CheckResult)[] = ['refused', 'unreachable', GOOD];
    const { trial } = trialOf({ check: () => Promise.resolve(answers.shift() ?? GOOD) });
    const seen = [];
    for (let round = 0; round < 3; round += 1) {
      await trial.start();
      seen.push(trial.screen.at);
    }
    expect(seen).toEqual(['busy', 'unreachable', 'result']);
  });

  test('that was left tells nobody and shows nothing', async () => {
    const tell = vi.fn(() => Promise.resolve(true));
    const own = devices('audio', 'video');
    const { trial, closed, onEcho } = trialOf({ tell, openDevices: () => Promise.resolve(own) }, () => NOTHING);
    onEcho(() => trial.stop());
    await trial.start();
    expect([tell.mock.calls.length, closed.mock.calls.length, own.stopped, trial.screen.at]).toEqual([0, 1, 2, 'echo']);
  });

  test('is not begun in a browser that has no cameras', () => {
    expect(trialOf({ isSupported: false }).trial.screen.at).toBe('unsupported');
  });
});

test('what is told has nothing of a person', () => {
  const result: TrialResult = { check: GOOD, microphone: 'silent', camera: null, webSocket: true, atMs: 1, isTold: false };
  expect(toldOf(result, 'phone')).toEqual({ verdict: 'good', device: 'phone', picture: null, sound: false });
});

test('device is told by its class', () => {
  expect(deviceClass('Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148 Safari', 5)).toBe('phone');
  expect(deviceClass('Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/131 Mobile Safari', 5)).toBe('phone');
  expect(deviceClass('Mozilla/5.0 (Linux; Android 15; SM-X710) Chrome/131 Safari', 5)).toBe('tablet');
  expect(deviceClass('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari', 5)).toBe('tablet');
  expect(deviceClass('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari', 0)).toBe('computer');
  expect(deviceClass('Mozilla/5.0 (Windows NT 10.0) Chrome/131 Safari', 10)).toBe('computer');
});

test('picture is back when some frames were, sound when words were and not hiss', () => {
  const row = (framesDecoded: number, totalAudioEnergy: number): object[] => [
    { type: 'inbound-rtp', kind: 'video', framesDecoded },
    { type: 'inbound-rtp', kind: 'audio', totalAudioEnergy },
    { type: 'outbound-rtp', kind: 'video', framesDecoded: 99 },
  ];
  expect(cameBack(row(4, 0.000_01))).toEqual(NOTHING);
  expect(cameBack(row(5, 0.002))).toEqual(ALL);
});
