/** Tells the server, for who invites, how the test went: no name, no address, nothing of the devices but their class. */

import type { TrialResult } from './trial.js';

const TIMEOUT_MS = 8000;

export type DeviceClass = 'phone' | 'tablet' | 'computer';

/** Which booking's. */
export type BookedLink = { readonly invitation: string } | { readonly shortId: string };

/** Whether it was taken. Never rejects. */
export async function tellTest(booked: BookedLink, result: TrialResult): Promise<boolean> {
  try {
    const answer = await fetch('/api/v1/connection-tests', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...booked, ...toldOf(result, deviceClass(navigator.userAgent, navigator.maxTouchPoints)) }),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

export function toldOf({ check, camera, microphone }: TrialResult, device: DeviceClass): Readonly<Record<string, unknown>> {
  return {
    verdict: check.verdict,
    device,
    picture: camera === null ? null : camera === 'works',
    sound: microphone === null ? null : microphone === 'works',
  };
}

export function deviceClass(userAgent: string, touchPoints: number): DeviceClass {
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return 'tablet';
  if (/Android/.test(userAgent)) return /Mobile/.test(userAgent) ? 'phone' : 'tablet';
  return /iPhone|iPod|Mobile/.test(userAgent) ? 'phone' : 'computer';
}
