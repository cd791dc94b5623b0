/** The words of group training: who sees whom, the spotlight, talks aside, groups, and the call for help. */

import type { GuestVisibility } from '../protocol/messages.gen.js';
import type { Language } from './words.js';

export interface TrainingWords {
  /** One sentence before joining. */
  readonly whoSees: Readonly<Record<GuestVisibility, string>>;
}

const da: TrainingWords = {
  whoSees: {
    all: 'Alle i mødet kan se og høre dig.',
    spotlight: 'Kun værten kan se og høre dig. Værten kan spørge, om du vil vises for alle, og du bestemmer selv.',
    hosts: 'Kun værten kan se og høre dig. De andre får ikke at vide, at du er med.',
  },
};

const en: TrainingWords = {
  whoSees: {
    all: 'Everyone in the meeting can see and hear you.',
    spotlight: 'Only the host can see and hear you. The host may ask to show you to everyone, and you decide.',
    hosts: 'Only the host can see and hear you. The others are not told that you are here.',
  },
};

export function trainingWords(language: Language): TrainingWords {
  return language === 'da' ? da : en;
}
