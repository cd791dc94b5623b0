/** The words of exercise films. */

import { spoken } from './spoken.js';

export interface FilmWords {
  readonly title: string;
  readonly show: string;
  readonly none: string;
  readonly unreachable: string;
  readonly choose: string;
  readonly cannotPlay: string;
  readonly loading: (title: string) => string;
  readonly play: string;
  readonly pause: string;
  readonly stop: string;
  readonly loop: string;
  readonly position: string;
  readonly at: (position: string, duration: string) => string;
  readonly failed: Readonly<Record<string, string>>;
  readonly failedOther: string;
}

const da: FilmWords = {
  title: 'Øvelsesfilm',
  show: 'Vis filmene',
  none: 'Der er ingen film i biblioteket.',
  unreachable: 'Filmene kunne ikke hentes. Prøv igen.',
  choose: 'Vælg en film',
  cannotPlay: 'kan ikke vises',
  loading: (title) => `Henter ${title} …`,
  play: 'Afspil',
  pause: 'Pause',
  stop: 'Luk filmen',
  loop: 'Gentag',
  position: 'Sted i filmen',
  at: (position, duration) => `${position} af ${duration}`,
  failed: {
    clip_unknown: 'Filmen er ikke i biblioteket mere. Vis filmene igen.',
    film_missing: 'Filmen er ikke i biblioteket mere. Vis filmene igen.',
    films_full: 'Der vises allerede så mange film, som der er plads til. Vent, til en anden er lukket.',
    film_unreadable: 'Filen er beskadiget eller ikke en film. Eksportér den igen.',
    film_unsupported: 'Filmens format kan ikke vises. Gem den som MP4 med H.264 og AAC.',
    film_too_large: 'Filmen er for stor. Gem den i højst 1920 × 1080 og kortere.',
    film_unlisted: 'Der er flere film i biblioteket, end det kan vise. Få nogle flyttet væk.',
    film_damaged: 'Filmen er beskadiget. Kopiér eller eksportér den igen.',
    film_codec_unsupported: 'Mødets videoformat kan ikke vise film. Brug et møde med VP8.',
  },
  failedOther: 'Filmen stoppede. Vælg den igen.',
};

const en: FilmWords = {
  title: 'Exercise film',
  show: 'Show the films',
  none: 'There are no films in the library.',
  unreachable: 'The films could not be fetched. Try again.',
  choose: 'Choose a film',
  cannotPlay: 'cannot be played',
  loading: (title) => `Loading ${title} …`,
  play: 'Play',
  pause: 'Pause',
  stop: 'Close the film',
  loop: 'Repeat',
  position: 'Place in the film',
  at: (position, duration) => `${position} of ${duration}`,
  failed: {
    clip_unknown: 'The film is no longer in the library. Show the films again.',
    film_missing: 'The film is no longer in the library. Show the films again.',
    films_full: 'As many films are shown as there is room for. Wait until another is closed.',
    film_unreadable: 'The file is damaged, or not a film. Export it again.',
    film_unsupported: 'This kind of film cannot be shown. Save it as MP4 with H.264 and AAC.',
    film_too_large: 'The film is too large. Save it with at most 1920 × 1080, and shorter.',
    film_unlisted: 'The library has more films than it can show. Have some moved away.',
    film_damaged: 'The film is damaged. Copy or export it again.',
    film_codec_unsupported: 'The video format of this meeting cannot show films. Use a meeting with VP8.',
  },
  failedOther: 'The film stopped. Choose it again.',
};

export const filmWords = spoken('film', { da, en });
