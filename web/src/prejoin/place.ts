/**
 * Where in the way in a page stands, kept in the entry of the browser's history: a reload finds it there, and the
 * browser's own Back leads to the step before instead of out of the meeting. Inside another page the history is that
 * page's, and only our own entry is written.
 */

import { STEPS, type Step } from './steps.js';

export interface Place {
  /** Null: at the beginning. */
  readonly step: Step | null;
  /** The question was answered with no: advice is shown. */
  readonly helps: boolean;
  /** The link asks for the shortest way. */
  readonly isShort: boolean;
  readonly skipsCheck: boolean;
}

const BEGINNING: Place = { step: null, helps: false, isShort: false, skipsCheck: false };

export function readPlace(): Place {
  const kept = (history.state as { readonly prejoin?: Partial<Place> } | null)?.prejoin;
  if (typeof kept !== 'object') return BEGINNING;
  const step = STEPS.find((one) => one === kept.step) ?? null;
  return { step, helps: kept.helps === true, isShort: kept.isShort === true, skipsCheck: kept.skipsCheck === true };
}

/** For `history.replaceState` and its like. */
export function stateOf(place: Partial<Place>): object {
  return { ...(history.state as object | null), prejoin: { ...BEGINNING, ...place } };
}

/** `isForth`: Back comes back to where we were. */
export function writePlace(place: Place, isForth: boolean): void {
  if (isForth && globalThis.parent === globalThis.self) history.pushState(stateOf(place), '');
  else history.replaceState(stateOf(place), '');
}
