/**
 * What has been tried on this device with success, and when, so that it need not be tried again for a day: who comes to
 * the second meeting of a day, or back to the same one, walks straight in. Kept in this browser only.
 */

import type { Shelf } from '../memory.js';
import { PARTS, type Part } from './steps.js';

const KEY = 'vdx.tried';
const VALID_MS = 24 * 3600_000;

type Moments = Readonly<Partial<Record<Part, number>>>;

export function readTried(shelf: Shelf | null, nowMs: number): ReadonlySet<Part> {
  const moments = read(shelf);
  return new Set(PARTS.filter((part) => isFresh(moments[part], nowMs)));
}

export function writeTried(shelf: Shelf | null, part: Part, nowMs: number): void {
  try {
    shelf?.setItem(KEY, JSON.stringify({ ...read(shelf), [part]: nowMs }));
  } catch {
    // Full, or forbidden: it is tried again next time.
  }
}

/** A moment to come is from a clock that was wrong. */
function isFresh(atMs: unknown, nowMs: number): boolean {
  return typeof atMs === 'number' && atMs <= nowMs && nowMs - atMs < VALID_MS;
}

function read(shelf: Shelf | null): Moments {
  try {
    const value = JSON.parse(shelf?.getItem(KEY) ?? 'null') as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
