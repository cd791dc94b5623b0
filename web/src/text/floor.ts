/** The words of floor control (ordstyring). */

import type { FloorReason } from '../protocol/messages.gen.js';
import { spoken } from './spoken.js';

export interface FloorWords {
  readonly raise: string;
  readonly lower: string;
  readonly ask: string;
  readonly takeBack: string;
  readonly giveBack: string;
  /** The second part is only heard where the place is narrow. */
  readonly speakInSigns: readonly [string, string];
  readonly silenced: string;
  readonly notHeard: string;
  readonly waiting: string;
  readonly waitingAt: (position: number) => string;
  readonly hold: string;
  readonly holdClosed: string;
  readonly openMicrophone: string;
  /** `clock` as of `clockText`. */
  readonly left: (clock: string) => string;
  readonly ending: string;
  readonly ended: Readonly<Partial<Record<FloorReason, string>>>;
  readonly denied: string;
  readonly askScreen: string;
  readonly waitingForScreen: string;
  readonly screenGranted: string;
  readonly shareNow: string;
  readonly hasFloor: string;
  readonly asks: (position: number) => string;
  readonly signs: string;
}

const da: FloorWords = {
  raise: 'Ræk hånden',
  lower: 'Tag hånden ned',
  ask: 'Bed om ordet',
  takeBack: 'Fortryd',
  giveBack: 'Jeg er færdig',
  speakInSigns: ['Jeg taler', ' på tegnsprog'],
  silenced: 'Ordet er styret her. Du høres først, når du får ordet.',
  notHeard: 'du høres ikke',
  waiting: 'Du har bedt om ordet',
  waitingAt: (position) => (position === 1 ? 'Du er den næste' : `Du er nummer ${String(position)} i køen`),
  hold: 'Du har ordet',
  holdClosed: 'Du har ordet. Din mikrofon er slukket.',
  openMicrophone: 'Tænd mikrofonen',
  left: (clock) => `${clock} tilbage`,
  ending: 'Din tid er snart gået',
  ended: {
    chair: 'Ordstyreren har taget ordet',
    preempted: 'Ordstyreren har givet ordet til en anden',
    timeUp: 'Din tid er gået',
    cleared: 'Ordstyreren har ryddet køen',
    rules: 'Ordet styres på en anden måde nu',
    lost: 'Du var væk for længe og har ikke ordet mere',
  },
  denied: 'Ordstyreren kan ikke give dig ordet nu',
  askScreen: 'Bed om at dele skærm',
  waitingForScreen: 'Du har bedt om at dele skærm',
  screenGranted: 'Du må dele din skærm',
  shareNow: 'Del skærm',
  hasFloor: 'har ordet',
  asks: (position) => `nummer ${String(position)} i køen`,
  signs: 'taler på tegnsprog',
};

const en: FloorWords = {
  raise: 'Raise hand',
  lower: 'Lower hand',
  ask: 'Ask to speak',
  takeBack: 'Take back',
  giveBack: 'I am done',
  speakInSigns: ['I speak', ' in sign language'],
  silenced: 'Speaking is by turn here. You are heard when you are given the floor.',
  notHeard: 'you are not heard',
  waiting: 'You have asked to speak',
  waitingAt: (position) => (position === 1 ? 'You are next' : `You are number ${String(position)} in the queue`),
  hold: 'You have the floor',
  holdClosed: 'You have the floor. Your microphone is off.',
  openMicrophone: 'Turn the microphone on',
  left: (clock) => `${clock} left`,
  ending: 'Your time is nearly over',
  ended: {
    chair: 'The chair has taken the floor',
    preempted: 'The chair has given the floor to somebody else',
    timeUp: 'Your time is over',
    cleared: 'The chair has cleared the queue',
    rules: 'Speaking works in another way now',
    lost: 'You were away for too long and do not have the floor any more',
  },
  denied: 'The chair cannot give you the floor now',
  askScreen: 'Ask to share your screen',
  waitingForScreen: 'You have asked to share your screen',
  screenGranted: 'You may share your screen',
  shareNow: 'Share screen',
  hasFloor: 'has the floor',
  asks: (position) => `number ${String(position)} in the queue`,
  signs: 'speaks in sign language',
};

export const floorWords = spoken('floor', { da, en });

/** `1:05` */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`;
}
