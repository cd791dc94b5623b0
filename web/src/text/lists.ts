/** How a list of names ends when it is long. */

import { spoken } from './spoken.js';

export interface ListWords {
  readonly others: (count: number) => string;
}

const da: ListWords = { others: (count) => (count === 1 ? '1 anden' : `${String(count)} andre`) };
const en: ListWords = { others: (count) => (count === 1 ? '1 other' : `${String(count)} others`) };

export const listWords = spoken('list', { da, en });
