/** What the page needs to know of the browser at its beginning. */

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
