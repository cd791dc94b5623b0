/** The words of sending somebody to another room. */

import { spoken } from './spoken.js';

export interface TransferWords {
  readonly action: string;
  readonly link: string;
  readonly hint: (name: string) => string;
  readonly problem: Readonly<Record<'link' | 'refused', string>>;
  readonly send: string;
  readonly cancel: string;
}

const da: TransferWords = {
  action: 'Flyt til et andet møde',
  link: 'Dit værtslink til det andet møde',
  hint: (name) => `Det viser, at du er vært der. ${name} får sit eget link og ser ikke dit.`,
  problem: {
    link: 'Det ligner ikke et link til et møde. Kopiér hele linket, og prøv igen.',
    refused: 'Linket gør dig ikke til vært i et andet møde, eller det er udløbet. Brug dit eget værtslink til det møde.',
  },
  send: 'Flyt',
  cancel: 'Fortryd',
};

const en: TransferWords = {
  action: 'Send to another meeting',
  link: 'Your host link to the other meeting',
  hint: (name) => `It shows that you are a host there. ${name} gets a link of their own and does not see yours.`,
  problem: {
    link: 'That does not look like a link to a meeting. Copy the whole link and try again.',
    refused: 'The link does not make you a host of another meeting, or it has expired. Use your own host link to that meeting.',
  },
  send: 'Send',
  cancel: 'Cancel',
};

export const transferWords = spoken('transfer', { da, en });
