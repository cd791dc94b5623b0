/** What the parts of the operator's page know of it, and how figures and times are written there. */

import { localeOf, type Language } from '../text/languages.js';
import type { OperatorWords } from '../text/staff-operator.js';
import type { Rates, Trends } from './now.js';

export interface Page {
  readonly language: Language;
  readonly words: OperatorWords;
  /** Null until there are two answers. */
  readonly rates: Rates | null;
  readonly trends: Trends;
}

export function numberText(language: Language, value: number, digits = 0): string {
  return new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: digits }).format(value);
}

/** `unixS`: seconds since the epoch. */
export function clockText(language: Language, unixS: number): string {
  return new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(unixS * 1000);
}
