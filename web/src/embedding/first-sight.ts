/** A call in which nothing has happened: what those compare with who are told for the first time. */

import type { CallState } from '../call-types.js';
import { NO_WORDS } from '../conference/words.js';

/** What was written before the embedder listened is not told again. */
export function firstSight(now: CallState): CallState {
  const off = { on: false, error: null };
  return {
    ...now,
    phase: 'idle',
    failure: null,
    ended: null,
    waiting: null,
    link: { signalling: 'connected', media: 'none', lostSince: null },
    ownQuality: 'good',
    isDeviceBusy: false,
    self: null,
    participants: [],
    documents: {},
    words: { ...NO_WORDS, count: now.words.count },
    dominantSpeaker: null,
    local: {
      ...now.local,
      microphone: { ...now.local.microphone, ...off },
      camera: { ...now.local.camera, ...off },
      screen: { ...now.local.screen, on: false },
    },
  };
}
