/** Where a film is, between what the server tells of it. Pure. */

import type { FilmChanged } from '../../protocol/messages.gen.js';

/** `heardAt` by our clock, because the server's may be another; a film that is told again goes on from what is told. */
export function positionOf(film: FilmChanged, heardAt: number, now: number): number {
  const gone = film.status === 'playing' ? Math.max(0, now - heardAt) / 1000 : 0;
  return Math.min(film.durationS, film.positionS + gone);
}

/** `1:05`; hours as minutes, films are short. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`;
}
