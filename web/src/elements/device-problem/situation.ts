/** What is the matter with a camera or microphone, from the browser's error and from where the page stands. Pure. */

import type { DeviceErrorCode } from '../../call-types.js';
import type { Guide, Situation } from '../../text/device-problem.js';

export interface Surroundings {
  readonly userAgent: string;
  readonly touchPoints: number;
  /** The page is shown by another app's web view. */
  readonly isInApp: boolean;
  /** The browser has not been answered: it will ask again. */
  readonly asksAgain: boolean;
}

export function situationOf(error: DeviceErrorCode, { isInApp, asksAgain }: Surroundings): Situation {
  switch (error) {
    case 'permissionDenied':
      return isInApp ? 'inApp' : asksAgain ? 'unanswered' : 'denied';
    case 'blockedByFrame':
      return 'frame';
    case 'blockedBySystem':
      return isInApp ? 'inApp' : 'system';
    case 'noCameraAccess':
      return isInApp ? 'inApp' : 'barred';
    case 'deviceBusy':
      return 'busy';
    default:
      return error;
  }
}

/** Null: there is nothing to be changed anywhere. */
export function guideOf(situation: Situation, around: Pick<Surroundings, 'userAgent' | 'touchPoints'>): Guide | null {
  const platform = platformOf(around);
  switch (situation) {
    case 'unanswered':
      return 'prompt';
    case 'denied':
      return permissionGuide(around);
    case 'inApp':
      return platform === 'ios' ? 'inAppIos' : 'inAppAndroid';
    case 'system':
      return ({ ios: 'iosSettings', android: 'androidSettings', mac: 'mac', other: 'windows' } as const)[platform];
    default:
      return null;
  }
}

/** Somebody else may hold the switch. */
export function isComputer(around: Pick<Surroundings, 'userAgent' | 'touchPoints'>): boolean {
  return ['mac', 'other'].includes(platformOf(around));
}

/** Where the browser keeps its permissions. */
export function permissionGuide(around: Pick<Surroundings, 'userAgent' | 'touchPoints'>): Guide {
  const { userAgent } = around;
  const isFirefox = /Firefox\//.test(userAgent);
  switch (platformOf(around)) {
    case 'ios':
      return /CriOS|EdgiOS|FxiOS|OPiOS|GSA/.test(userAgent) ? 'iosSettings' : 'iosSafari';
    case 'android':
      return isFirefox ? 'firefoxAndroid' : /SamsungBrowser/.test(userAgent) ? 'samsung' : 'android';
    default:
      if (isFirefox) return 'firefox';
      return /Safari\//.test(userAgent) && !/Chrom|Edg\//.test(userAgent) ? 'safari' : 'desktop';
  }
}

/** An iPad says that it is a Mac. */
function platformOf({ userAgent, touchPoints }: Pick<Surroundings, 'userAgent' | 'touchPoints'>): 'ios' | 'android' | 'mac' | 'other' {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  if (/Android/.test(userAgent)) return 'android';
  if (!/Macintosh/.test(userAgent)) return 'other';
  return touchPoints > 1 ? 'ios' : 'mac';
}
