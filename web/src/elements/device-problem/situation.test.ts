import { expect, it } from 'vitest';
import { guideOf, permissionGuide, situationOf, type Surroundings } from './situation.js';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15';

it.each([
  [`${IPHONE} Version/18.0 Mobile/15E148 Safari/604.1`, 5, 'iosSafari'],
  [`${IPHONE} CriOS/130.0 Mobile/15E148 Safari/604.1`, 5, 'iosSettings'],
  [MAC, 5, 'iosSafari'],
  [MAC, 0, 'safari'],
  ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36', 5, 'android'],
  ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36', 5, 'samsung'],
  ['Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 5, 'firefoxAndroid'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0', 0, 'desktop'],
])('%s with %i touch points is guided as %s', (userAgent, touchPoints, expected) => {
  expect(permissionGuide({ userAgent, touchPoints })).toBe(expected);
});

const AROUND: Surroundings = { userAgent: '', touchPoints: 0, isInApp: false, asksAgain: false };

it.each([
  ['permissionDenied', {}, 'denied'],
  ['permissionDenied', { asksAgain: true }, 'unanswered'],
  ['permissionDenied', { isInApp: true, asksAgain: true }, 'inApp'],
  ['blockedByFrame', {}, 'frame'],
  ['blockedBySystem', {}, 'system'],
  ['noCameraAccess', {}, 'barred'],
  ['noCameraAccess', { isInApp: true }, 'inApp'],
  ['noDevice', {}, 'noDevice'],
  ['deviceBusy', {}, 'busy'],
  ['interrupted', {}, 'interrupted'],
  ['unknown', {}, 'unknown'],
] as const)('%s where %j is told as %s', (error, around, expected) => {
  expect(situationOf(error, { ...AROUND, ...around })).toBe(expected);
});

it.each([
  ['inApp', `${IPHONE} [FBAN/FBIOS]`, 'inAppIos'],
  ['inApp', 'Mozilla/5.0 (Linux; Android 14; wv) Chrome/130.0', 'inAppAndroid'],
  ['system', `${IPHONE} Version/18.0`, 'iosSettings'],
  ['system', 'Mozilla/5.0 (Linux; Android 14) Chrome/130.0', 'androidSettings'],
  ['system', MAC, 'mac'],
  ['system', 'Mozilla/5.0 (Windows NT 10.0)', 'windows'],
  ['busy', 'Mozilla/5.0 (Windows NT 10.0)', null],
] as const)('%s on %s leads to %s', (situation, userAgent, expected) => {
  expect(guideOf(situation, { userAgent, touchPoints: 0 })).toBe(expected);
});
