/** The test page in each of its states, on invented findings. */

import type { CheckResult } from '../network/run.js';
import { NO_OCCASION, TestPage, type TestOccasion } from '../network/test-page.js';
import type { TrialEnvironment, TrialResult, TrialScreen } from '../network/trial.js';
import type { Language } from '../text/languages.js';
import { ROOM } from './fixtures.js';
import { drawPicture } from './story-pictures.js';

const FOUND: CheckResult = {
  verdict: 'good', ways: { udp: true, tcp: true, tls: true }, roundTripMs: 24, lossRatio: 0.002, bps: 1_340_000, tookMs: 3200,
};
const RESULT: TrialResult = { check: FOUND, microphone: 'works', camera: 'works', webSocket: true, atMs: Date.UTC(2026, 10, 23, 9, 30), isTold: false };
const SOON: TestOccasion = { ...NO_OCCASION, inviter: ROOM, startsAt: Date.now() + 3 * 86_400_000, meetingAddress: '/i#AAAAAAAAAAAAAAAAAAAAAA' };

/** Nothing of it ends. */
const STILL: TrialEnvironment = {
  isSupported: true,
  openDevices: () => new Promise(() => undefined),
  check: () => new Promise(() => undefined),
  openMirror: () => Promise.resolve(null),
  tryWebSocket: () => Promise.resolve(true),
  tell: () => Promise.resolve(false),
  wait: () => Promise.resolve(),
  now: () => 0,
};

type Story = (language: Language | null) => HTMLElement;

function page(screen: TrialScreen, occasion: TestOccasion = NO_OCCASION): Story {
  return (language) => {
    const made = Object.assign(new TestPage(), { environment: STILL, occasion, language });
    queueMicrotask(() => made.show(screen));
    return made;
  };
}

const own = (): MediaStream => drawPicture('Karen Hansen');

function result(change: Partial<TrialResult>, check: Partial<CheckResult> = {}, occasion: TestOccasion = NO_OCCASION): Story {
  return page({ at: 'result', result: { ...RESULT, ...change, check: { ...FOUND, ...check } } }, occasion);
}

export const TEST_STORIES: Readonly<Record<string, Story>> = {
  'test-start': page({ at: 'start' }),
  'test-start-meeting': page({ at: 'start' }, SOON),
  'test-asking': page({ at: 'running', own: null, isAsking: true }),
  'test-running': (language) => page({ at: 'running', own: own(), isAsking: false })(language),
  'test-echo': (language) => page({ at: 'echo', stream: own(), isHeard: false, hasMicrophone: true })(language),
  'test-echo-heard': (language) => page({ at: 'echo', stream: own(), isHeard: true, hasMicrophone: true })(language),
  'test-good': result({}),
  'test-good-meeting': result({ isTold: true }, {}, SOON),
  'test-weak': result({}, { verdict: 'weak', lossRatio: 0.07, roundTripMs: 340, bps: 720_000 }),
  'test-sound-only': result({ camera: 'silent', isTold: true }, { verdict: 'soundOnly', bps: 120_000, ways: { udp: false, tcp: true, tls: null } }, SOON),
  'test-none': result(
    { camera: null, microphone: null },
    { verdict: 'none', ways: { udp: false, tcp: false, tls: false }, roundTripMs: null, lossRatio: null, bps: null },
  ),
  'test-devices': result({ camera: 'missing', microphone: 'silent' }),
  'test-busy': page({ at: 'busy' }),
  'test-unreachable': page({ at: 'unreachable' }),
  'test-unsupported': page({ at: 'unsupported' }),
};
