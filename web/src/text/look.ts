/** The words round an organisation's look: the links at the foot of every screen. */

import { spoken } from './spoken.js';

export interface LookWords {
  /** What the links are, to who does not see them. */
  readonly about: string;
  readonly help: string;
  /** To who hosts. */
  readonly hosting: string;
  readonly accessibility: string;
  readonly privacy: string;
  readonly newTab: string;
}

const da: LookWords = {
  about: 'Om siden',
  help: 'Hjælp',
  hosting: 'Vejledning til værten',
  accessibility: 'Tilgængelighed',
  privacy: 'Privatliv',
  newTab: 'åbner i en ny fane',
};

const en: LookWords = {
  about: 'About this page',
  help: 'Help',
  hosting: 'Guide for the host',
  accessibility: 'Accessibility',
  privacy: 'Privacy',
  newTab: 'opens in a new tab',
};

export const lookWords = spoken('look', { da, en });
