/** The words of what goes wrong in a call and at its end, beside those of the screens themselves. */

import type { Language } from './words.js';

export interface TroubleWords {
  /** The first rung, when pictures are held back for the sound. */
  readonly pictureRests: string;
  /** The last rung. */
  readonly callUs: (number: string) => string;
  readonly callThem: string;
  /** Under "join again". */
  readonly rejoinFor: string;
  readonly rejoinOver: string;
  /** The door opens by itself; `time` as of `countdownText`. */
  readonly opensIn: (time: string) => string;
  readonly opensNow: string;
  readonly comesBack: string;
}

const da: TroubleWords = {
  pictureRests: 'Forbindelsen er svag – billedet holder pause, lyden fortsætter.',
  callUs: (number) => `Det tager lang tid. Ring til os på ${number}, eller bliv her, mens vi prøver videre.`,
  callThem: 'Det tager lang tid. Bliv her, mens vi prøver videre, eller ring til dem, der har inviteret dig.',
  rejoinFor: 'Knappen virker i 2 minutter.',
  rejoinOver: 'Vil du ind igen, så åbn linket fra din sms eller e-mail.',
  opensIn: (time) => `Vi lukker dig ind om ${time}. Du skal ikke gøre noget.`,
  opensNow: 'Nu åbner vi. Et øjeblik.',
  comesBack: 'Vi prøver selv igen, så snart du er på nettet.',
};

const en: TroubleWords = {
  pictureRests: 'The connection is weak – the picture rests, the sound goes on.',
  callUs: (number) => `This takes long. Call us on ${number}, or stay here while we go on trying.`,
  callThem: 'This takes long. Stay here while we go on trying, or call those who invited you.',
  rejoinFor: 'The button works for 2 minutes.',
  rejoinOver: 'If you want to come back in, open the link from your text message or email.',
  opensIn: (time) => `We let you in, in ${time}. There is nothing you need to do.`,
  opensNow: 'Now we open. One moment.',
  comesBack: 'We try again ourselves as soon as you are online.',
};

export function troubleWords(language: Language): TroubleWords {
  return language === 'en' ? en : da;
}

/** `1 time og 5 minutter`, `4 minutter og 10 sekunder`, `9 sekunder`: two units at most. */
export function countdownText(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const units = language === 'en'
    ? ([[3600, 'hour', 'hours'], [60, 'minute', 'minutes'], [1, 'second', 'seconds']] as const)
    : ([[3600, 'time', 'timer'], [60, 'minut', 'minutter'], [1, 'sekund', 'sekunder']] as const);
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return `0 ${units[2][2]}`;
  let rest = seconds;
  const parts = units.slice(first, first + 2).map(([size, one, many]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${String(count)} ${count === 1 ? one : many}`;
  });
  return parts.filter((part) => part !== '').join(language === 'en' ? ' and ' : ' og ');
}
