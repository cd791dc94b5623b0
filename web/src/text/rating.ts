/** The words of the one question after a call. Fetched when it is asked. */

import type { Trouble } from '../protocol/call-rating.js';
import { spoken } from './spoken.js';

export interface RatingWords {
  readonly question: string;
  /** From 1, bad, to 5, good. */
  readonly scores: readonly string[];
  readonly why: string;
  readonly troubles: Readonly<Record<Trouble, string>>;
  readonly send: string;
  readonly skip: string;
  readonly nobodys: string;
  readonly thanks: string;
}

const da: RatingWords = {
  question: 'Hvordan gik det med lyd og billede?',
  scores: ['Meget dårligt', 'Dårligt', 'Nogenlunde', 'Godt', 'Meget godt'],
  why: 'Hvad var der galt?',
  troubles: { sound: 'Lyden', picture: 'Billedet', other: 'Noget andet' },
  send: 'Send svar',
  skip: 'Spring over',
  nobodys: 'Dit svar bliver gemt uden dit navn.',
  thanks: 'Tak for dit svar. Du kan lukke siden nu.',
};

const en: RatingWords = {
  question: 'How were sound and picture?',
  scores: ['Very bad', 'Bad', 'Fair', 'Good', 'Very good'],
  why: 'What was wrong?',
  troubles: { sound: 'The sound', picture: 'The picture', other: 'Something else' },
  send: 'Send answer',
  skip: 'Skip',
  nobodys: 'Your answer is kept without your name.',
  thanks: 'Thank you for your answer. You can close the page now.',
};

export const ratingWords = spoken('rating', { da, en });
