/** The words of what goes wrong in a call and at its end, beside those of the screens themselves. */

import type { Language } from './languages.js';
import { spoken } from './spoken.js';

export interface TroubleWords {
  /** The first rung, when pictures are held back for the sound. */
  readonly pictureRests: string;
  /** Not a matter of the person's connection: his device has too much to do, with pictures, with resting pictures, with the advice to turn the camera off. */
  readonly deviceBusy: string;
  readonly deviceBusyRests: string;
  readonly deviceBusyAdvised: string;
  /** Nor is this. */
  readonly serverBusy: string;
  /** The last rung. */
  readonly callUs: (number: string) => string;
  readonly callThem: string;
  /** Under "join again". */
  readonly rejoinFor: string;
  readonly rejoinOver: string;
  /** To the page that one came from; `where` is its host. */
  readonly backIn: (where: string, time: string) => string;
  readonly backNow: string;
  /** The door opens by itself; `time` as of `countdownText`. */
  readonly opensIn: (time: string) => string;
  readonly opensNow: string;
  /** Before the way in; then the page goes on by itself. */
  readonly doorOpensIn: (time: string) => string;
  readonly comesBack: string;
  /** Where no number is known: to the page that takes addresses. */
  readonly typeInstead: string;
  readonly hours: (count: number) => string;
  readonly minutes: (count: number) => string;
  readonly seconds: (count: number) => string;
  readonly both: (larger: string, smaller: string) => string;
}

const da: TroubleWords = {
  pictureRests: 'Forbindelsen er svag – billedet holder pause, lyden fortsætter.',
  deviceBusy: 'Billedet kan hakke, for din telefon eller computer har meget at lave. Luk det, du ikke bruger.',
  deviceBusyRests: 'Din telefon eller computer har meget at lave – billedet holder pause, lyden fortsætter.',
  deviceBusyAdvised: 'Din telefon eller computer har meget at lave. Uden kamera bliver din lyd bedre.',
  serverBusy: 'Der er travlt på serveren – nogle billeder holder pause, lyden fortsætter.',
  callUs: (number) => `Det tager lang tid. Ring til os på ${number}, eller bliv her, mens vi prøver videre.`,
  callThem: 'Det tager lang tid. Bliv her, mens vi prøver videre, eller ring til dem, der har inviteret dig.',
  rejoinFor: 'Knappen virker i 2 minutter.',
  rejoinOver: 'Vil du ind igen, så åbn linket fra din sms eller e-mail.',
  backIn: (where, time) => `Du kommer tilbage til ${where} om ${time}.`,
  backNow: 'Gå tilbage nu',
  opensIn: (time) => `Vi lukker dig ind om ${time}. Du skal ikke gøre noget.`,
  opensNow: 'Nu åbner vi. Et øjeblik.',
  doorOpensIn: (time) => `Døren åbner om ${time}.`,
  comesBack: 'Vi prøver selv igen, så snart du er på nettet.',
  typeInstead: 'Skriv mødets adresse',
  hours: (count) => `${count} ${count === 1 ? 'time' : 'timer'}`,
  minutes: (count) => `${count} ${count === 1 ? 'minut' : 'minutter'}`,
  seconds: (count) => `${count} ${count === 1 ? 'sekund' : 'sekunder'}`,
  both: (larger, smaller) => `${larger} og ${smaller}`,
};

const en: TroubleWords = {
  pictureRests: 'The connection is weak – the picture rests, the sound goes on.',
  deviceBusy: 'The picture may stutter, because your phone or computer has much to do. Close what you do not use.',
  deviceBusyRests: 'Your phone or computer has much to do – the picture rests, the sound goes on.',
  deviceBusyAdvised: 'Your phone or computer has much to do. Without the camera your sound gets better.',
  serverBusy: 'The server is busy – some pictures rest, the sound goes on.',
  callUs: (number) => `This takes long. Call us on ${number}, or stay here while we go on trying.`,
  callThem: 'This takes long. Stay here while we go on trying, or call those who invited you.',
  rejoinFor: 'The button works for 2 minutes.',
  rejoinOver: 'If you want to come back in, open the link from your text message or email.',
  backIn: (where, time) => `You go back to ${where} in ${time}.`,
  backNow: 'Go back now',
  opensIn: (time) => `We let you in, in ${time}. There is nothing you need to do.`,
  opensNow: 'Now we open. One moment.',
  doorOpensIn: (time) => `The door opens in ${time}.`,
  comesBack: 'We try again ourselves as soon as you are online.',
  typeInstead: 'Type the meeting’s address',
  hours: (count) => `${count} ${count === 1 ? 'hour' : 'hours'}`,
  minutes: (count) => `${count} ${count === 1 ? 'minute' : 'minutes'}`,
  seconds: (count) => `${count} ${count === 1 ? 'second' : 'seconds'}`,
  both: (larger, smaller) => `${larger} and ${smaller}`,
};

export const troubleWords = spoken('trouble', { da, en });

/** `1 time og 5 minutter`, `4 minutter og 10 sekunder`, `9 sekunder`: two units at most. */
export function countdownText(ms: number, language: Language): string {
  const words = troubleWords(language);
  const whole = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return minutes === 0 ? words.hours(hours) : words.both(words.hours(hours), words.minutes(minutes));
  if (minutes > 0) return seconds === 0 ? words.minutes(minutes) : words.both(words.minutes(minutes), words.seconds(seconds));
  return words.seconds(seconds);
}
