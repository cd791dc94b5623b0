/** What a problem's words depend on. A story is told by another browser than the one it runs in. */

import { isInAppBrowser } from '../../pages/platform.js';

export interface Teller {
  readonly userAgent: string;
  readonly touchPoints: number;
  permissions(names: readonly ('camera' | 'microphone')[]): Promise<readonly PermissionStatus[]>;
}

const real: Teller = {
  get userAgent() {
    return navigator.userAgent;
  },
  get touchPoints() {
    return navigator.maxTouchPoints;
  },
  permissions: (names) => Promise.all(names.map((name) => navigator.permissions.query({ name }))),
};

let teller = real;

export function browser(): Teller & { readonly isInApp: boolean } {
  const { userAgent, touchPoints } = teller;
  return { userAgent, touchPoints, isInApp: isInAppBrowser(userAgent), permissions: (names) => teller.permissions(names) };
}

/** For stories. Null: the real one. */
export function tellAs(other: Teller | null): void {
  teller = other ?? real;
}
