/** Development only: a story with other names in it, since layouts break at the longest and the shortest. */

import type { CallState } from '../call-types.js';
import { NAMES } from './fixtures.js';

export type NameLength = 'own' | 'long' | 'short';

const PEOPLE = [...NAMES, 'Inger Marie Holm', 'Karl-Emil von Hohenberg-Christoffersen'];
const ORGANISATION = 'Aarhus Kommune';
const LONG_PERSON = 'Annemarie-Charlotte von Hohenberg-Christoffersen Østergaard-Sørensen, specialsygeplejerske';
const LONG_ORGANISATION = 'Region Midtjyllands Center for Tværsektoriel Videokonsultation og Telemedicinsk Rehabilitering';

export function withNames(state: CallState, length: NameLength): CallState {
  if (length === 'own') return state;
  const change = (text: string): string => {
    if (text === ORGANISATION) return length === 'long' ? LONG_ORGANISATION : 'A';
    const index = PEOPLE.indexOf(text);
    if (index < 0) return text;
    return length === 'long' ? `${LONG_PERSON} ${String(index + 1)}` : 'ÅBCDEFGHIJKLM'.charAt(index);
  };
  return renamed(state, change) as CallState;
}

/** Through plain objects and lists; streams and voices stay what they are. */
function renamed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => renamed(each, change));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamed(inner, change)]));
}
