/** The words of the list of people and of what can be done about somebody there. */

import type { Language } from './languages.js';
import { spoken } from './spoken.js';

/** What a person is in the meeting: the usual ones by a word that both languages know; anything else as it was written. */
export const FUNCTIONS = ['borger', 'pårørende', 'tolk', 'læge', 'sygeplejerske', 'sagsbehandler'] as const;

export interface PeopleWords {
  readonly title: string;
  readonly button: string;
  readonly waiting: (count: number) => string;
  readonly here: (count: number) => string;
  readonly you: string;
  readonly host: string;
  readonly actionsFor: (name: string) => string;
  readonly microphoneOn: string;
  readonly microphoneOff: string;
  readonly reconnecting: string;
  readonly returning: string;
  /** In the order of `FUNCTIONS`. */
  readonly functions: readonly string[];
}

const da: PeopleWords = {
  title: 'Deltagere',
  button: 'Deltagere',
  waiting: (count) => (count === 1 ? '1 venter' : `${String(count)} venter`),
  here: (count) => (count === 1 ? '1 i mødet' : `${String(count)} i mødet`),
  you: 'dig',
  host: 'Vært',
  actionsFor: (name) => `Muligheder for ${name}`,
  microphoneOn: 'mikrofonen er tændt',
  microphoneOff: 'mikrofonen er slukket',
  reconnecting: 'Forbinder igen',
  returning: 'På vej tilbage',
  functions: ['Borger', 'Pårørende', 'Tolk', 'Læge', 'Sygeplejerske', 'Sagsbehandler'],
};

const en: PeopleWords = {
  title: 'People',
  button: 'People',
  waiting: (count) => `${String(count)} waiting`,
  here: (count) => `${String(count)} in the meeting`,
  you: 'you',
  host: 'Host',
  actionsFor: (name) => `Options for ${name}`,
  microphoneOn: 'microphone is on',
  microphoneOff: 'microphone is off',
  reconnecting: 'Reconnecting',
  returning: 'On the way back',
  functions: ['Citizen', 'Relative', 'Interpreter', 'Doctor', 'Nurse', 'Case worker'],
};

export const peopleWords = spoken('people', { da, en });

/** In the reader's language where the function is one of the usual ones. */
export function functionText(value: string, language: Language): string {
  const index = (FUNCTIONS as readonly string[]).indexOf(value.toLowerCase());
  return peopleWords(language).functions[index] ?? value;
}

/** In the middle of a sentence, where only German writes nouns with a capital. A title of an organisation's own stays as it is. */
export function functionWithin(value: string, language: Language): string {
  const text = functionText(value, language);
  const isUsual = (FUNCTIONS as readonly string[]).includes(value.toLowerCase());
  return isUsual && language !== 'de' ? text.toLocaleLowerCase(language) : text;
}
