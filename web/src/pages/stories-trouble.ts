/** What goes wrong, as stories: each way has its own screen, and permissions are told as by the browser that has them. */

import type { CallState, DeviceErrorCode, EndCode } from '../call-types.js';
import type { Teller } from '../elements/device-problem/browser.js';
import { rememberReturn, sessionShelf } from '../entry/return.js';
import { IDLE, inCall, previewing, type Pictures } from './fixtures.js';
import { refused } from './stories-prejoin.js';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15';
const ANDROID = 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36';

type Told = readonly [userAgent: string, answer: PermissionState, error: DeviceErrorCode];

const TOLD: Readonly<Record<string, Told>> = {
  'prejoin-denied-iphone': [`${IPHONE} Version/18.0 Mobile/15E148 Safari/604.1`, 'denied', 'permissionDenied'],
  'prejoin-denied-iphone-chrome': [`${IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1`, 'denied', 'permissionDenied'],
  'prejoin-denied-android': [`${ANDROID} Chrome/140.0 Mobile Safari/537.36`, 'denied', 'permissionDenied'],
  'prejoin-denied-samsung': [`${ANDROID} SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36`, 'denied', 'permissionDenied'],
  'prejoin-denied-android-firefox': ['Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'denied', 'permissionDenied'],
  'prejoin-denied-firefox': ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 'denied', 'permissionDenied'],
  'prejoin-denied-safari': [`${MAC} Version/18.0 Safari/605.1.15`, 'denied', 'permissionDenied'],
  'prejoin-denied-chrome': [`${WINDOWS} Chrome/140.0 Safari/537.36`, 'denied', 'permissionDenied'],
  'prejoin-unanswered': [`${WINDOWS} Chrome/140.0 Safari/537.36`, 'prompt', 'permissionDenied'],
  'prejoin-in-app-iphone': [`${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/480.0]`, 'denied', 'permissionDenied'],
  'prejoin-in-app-android': [`${ANDROID} Version/4.0 Chrome/140.0 Mobile Safari/537.36; wv)`, 'denied', 'permissionDenied'],
  'prejoin-frame': [`${WINDOWS} Chrome/140.0 Safari/537.36`, 'denied', 'blockedByFrame'],
  'prejoin-system-windows': [`${WINDOWS} Chrome/140.0 Safari/537.36`, 'granted', 'blockedBySystem'],
  'prejoin-system-mac': [`${MAC} Chrome/140.0 Safari/537.36`, 'granted', 'blockedBySystem'],
  'prejoin-system-android': [`${ANDROID} Chrome/140.0 Mobile Safari/537.36`, 'granted', 'blockedBySystem'],
  'prejoin-managed': [`${WINDOWS} Chrome/140.0 Safari/537.36`, 'denied', 'noCameraAccess'],
};

function teller([userAgent, state]: Told): Teller {
  return {
    userAgent,
    touchPoints: /Mobile/.test(userAgent) ? 5 : 0,
    permissions: (names) => Promise.resolve(names.map(() => Object.assign(new EventTarget(), { state }) as PermissionStatus)),
  };
}

/** By story, who tells it. */
export const STORY_BROWSERS: Readonly<Record<string, Teller>> = {
  ...Object.fromEntries(Object.entries(TOLD).map(([name, told]) => [name, teller(told)])),
  'prejoin-denied': teller([`${WINDOWS} Chrome/140.0 Safari/537.36`, 'denied', 'permissionDenied']),
  'failed-in-app': teller([`${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/480.0]`, 'denied', 'permissionDenied']),
};

function asked(code: EndCode, canRejoin = false, secondsAgo = 0): CallState {
  return { ...IDLE, phase: 'ended', ended: { code, canRejoin, at: Date.now() - secondsAgo * 1000, wasInCall: true } };
}

/** The last rung of the ladder: 20 s without a connection. */
function longLost(pictures: Pictures, helpLine: string): CallState {
  const state = inCall(2, pictures);
  return {
    ...state,
    room: state.room && { ...state.room, helpLine },
    banners: ['reconnecting'],
    link: { signalling: 'reconnecting', media: 'reconnecting', lostSince: Date.now() - 20_000 },
  };
}

/** The pictures rest, the sound goes on. */
function resting(pictures: Pictures): CallState {
  const state = inCall(3, pictures);
  return {
    ...state,
    banners: ['ownConnectionWeak'],
    ownQuality: 'weak',
    tiles: state.tiles.map((tile) => (tile.isSelf ? tile : { ...tile, paused: tile.sourceOn, showing: false })),
  };
}

/** The same, but it is the device that cannot keep up. */
function slow(pictures: Pictures): CallState {
  const state = resting(pictures);
  return { ...state, isDeviceBusy: true, tiles: state.tiles.map((tile) => ({ ...tile, pausedByDevice: tile.paused })) };
}

/** The same, but it is the server that has too much to do. */
function busy(pictures: Pictures): CallState {
  const state = inCall(3, pictures);
  return { ...state, tiles: state.tiles.map((tile, index) => (tile.isSelf || index === 0 ? tile : { ...tile, paused: tile.sourceOn, pausedByServer: tile.sourceOn, showing: false })) };
}

/** From a page that wants people back. */
function returning(): CallState {
  const state = asked('left', true);
  rememberReturn(sessionShelf(), 'returning', 'https://portal.example.dk/tak');
  return { ...state, room: state.room && { ...state.room, id: 'returning' } };
}

export const TROUBLE_STORIES: Readonly<Record<string, (pictures: Pictures) => CallState>> = {
  ...Object.fromEntries(Object.entries(TOLD).map(([name, [, , error]]) => [name, (pictures: Pictures) => refused(error, error, pictures)])),
  'call-pictures-rest': resting,
  'call-server-busy': busy,
  'call-device-busy': slow,
  'call-device-busy-advised': (pictures) => ({ ...slow(pictures), banners: ['cameraAdvisedOff', 'ownConnectionWeak'] }),
  'call-lost': (pictures) => {
    const state = longLost(pictures, '+4587654321');
    return { ...state, link: { ...state.link, lostSince: Date.now() - 2000 } };
  },
  'call-lost-long': (pictures) => longLost(pictures, '+4587654321'),
  'call-lost-long-without-number': (pictures) => longLost(pictures, ''),
  'call-camera-interrupted': (pictures) => ({ ...inCall(1, pictures), banners: ['cameraInterrupted'] }),
  'ended-left-asked': () => asked('left', true),
  'ended-left-later': () => asked('left', true, 180),
  'waiting-lost': (pictures) => ({
    ...previewing(pictures),
    phase: 'waiting',
    waiting: { reason: 'admission', since: Date.now() - 120_000, notice: '' },
    banners: ['reconnecting'],
    link: { signalling: 'reconnecting', media: 'none', lostSince: Date.now() - 3000 },
  }),
  'ended-left-returning': returning,
  'ended-ended-asked': () => asked('ended'),
  'ended-lost-asked': () => asked('lost', true),
};
