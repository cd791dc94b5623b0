/** The words of the small picture that somebody who waits may show to the hosts. */

import { spoken } from './spoken.js';

export interface StillWords {
  readonly offer: string;
  readonly hint: string;
  readonly show: string;
  readonly shown: string;
  readonly again: string;
  readonly remove: string;
  readonly removed: string;
  readonly failed: string;
}

const da: StillWords = {
  offer: 'Må værten se, hvem der venter?',
  hint: 'Du kan vise et lille billede. Kun værten ser det. Det bliver ikke gemt og er væk, når du kommer ind.',
  show: 'Tag og vis et billede',
  shown: 'Værten kan se dette billede af dig.',
  again: 'Tag et nyt',
  remove: 'Fjern billedet',
  removed: 'Billedet er fjernet.',
  failed: 'Det lykkedes ikke. Vent et øjeblik, og prøv igen.',
};

const en: StillWords = {
  offer: 'May the host see who is waiting?',
  hint: 'You can show a small picture. Only the host sees it. It is not stored, and is gone when you come in.',
  show: 'Take and show a picture',
  shown: 'The host can see this picture of you.',
  again: 'Take a new one',
  remove: 'Remove the picture',
  removed: 'The picture is removed.',
  failed: 'That did not work. Wait a moment and try again.',
};

export const stillWords = spoken('still', { da, en });
