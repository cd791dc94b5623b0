/** What the page needs to know of the browser: where it keeps its permissions, and whether it must ask at all. */

import type { PermissionGuide } from '../text/words.js';

export function permissionGuide(userAgent: string, touchPoints: number): PermissionGuide {
  const isIpad = /Macintosh/.test(userAgent) && touchPoints > 1;
  if (isIpad || /iPhone|iPad|iPod/.test(userAgent)) {
    return /CriOS|EdgiOS|FxiOS|OPiOS|GSA/.test(userAgent) ? 'iosOther' : 'iosSafari';
  }
  if (/Android/.test(userAgent)) return 'android';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Safari\//.test(userAgent) && !/Chrom|Edg\//.test(userAgent)) return 'safari';
  return 'desktop';
}

/** A web view of another app (a link tapped in Messenger, in a search app): camera access there is a matter of luck. */
export function isInAppBrowser(userAgent: string): boolean {
  return /FBAN|FBAV|Instagram|LinkedInApp|Snapchat|\bLine\/|GSA\/|MicroMessenger|; wv\)/.test(userAgent);
}

/** True when camera and microphone were allowed before: then no question will come, and no explaining is needed. */
export async function mayPreviewAtOnce(): Promise<boolean> {
  try {
    const names = ['camera', 'microphone'] as const;
    const found = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return found.every((permission) => permission.state === 'granted');
  } catch {
    return false;
  }
}
