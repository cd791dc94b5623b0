/**
 * What there is to translate: every text of every area under its key, with places and forms, found out from the Danish
 * and the English as they are written in code. For translators (`npm run translations`) and tests; never on the page.
 *
 * A function is asked what it says about marks instead of names and numbers; where its answer depends on the number, or
 * on whether there is anything at all, that becomes a form. What cannot be found out so (a choice by a word that is
 * handed in) has no place in a text: the test of this module compares answers and fails.
 */

import type { Form } from './overlay.js';
import type { Spoken } from './spoken.js';

export interface Source {
  readonly da: Form;
  readonly en: Form;
}

/** Of one area: key to texts. */
export function templateOf(spoken: Spoken<unknown>): Readonly<Record<string, Source>> {
  const [danish, english] = [forms(spoken.own.da, spoken.area), forms(spoken.own.en, spoken.area)];
  const keys = [...new Set([...Object.keys(danish), ...Object.keys(english)])];
  return Object.fromEntries(keys.map((key) => [key, { da: danish[key] ?? english[key] ?? '', en: english[key] ?? danish[key] ?? '' }]));
}

/** Every text below this one, by key. */
export function forms(value: unknown, path: string): Readonly<Record<string, Form>> {
  if (typeof value === 'string') return { [path]: value };
  if (typeof value === 'function') return { [path]: formOf(value as Text) };
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign({}, ...Object.entries(value).map(([key, inner]) => forms(inner, `${path}.${key}`))) as Record<string, Form>;
}

export type Text = (...given: readonly unknown[]) => unknown;

/** The numbers that Danish or English tells apart. */
const NUMBERS: readonly (readonly [number, string])[] = [
  [0, '=0'],
  [1, 'one'],
];
const MANY = 7;
const [ONE_NAME, SECOND_NAME] = ['{0}', '{1}'];

export function formOf(text: Text): Form {
  const marks = Array.from({ length: text.length }, (_none, index) => `{${String(index)}}`);
  const ask = (index: number, value: unknown): string | null => answer(text, marks.map((mark, at) => (at === index ? value : [mark])));
  const other = answer(text, marks.map((mark) => [mark])) ?? answer(text, marks) ?? '';
  const first = marks[0];
  if (first === undefined) return other;
  const several = ask(0, [ONE_NAME, SECOND_NAME]);
  if (several !== null && several !== filled(other, 0, `${ONE_NAME},${SECOND_NAME}`)) {
    return { one: other, other: several.replace(/\{0\}.*\{1\}/, ONE_NAME) };
  }
  const found: Record<string, string> = {};
  const keep = (key: string, index: number, value: unknown): void => {
    const said = ask(index, value);
    const mark = marks[index] ?? '';
    if (said !== null && said !== filled(other, index, String(value))) found[key] ??= value === '' ? said : said.replaceAll(String(value), mark);
  };
  keep('none', 0, null);
  if (found['none'] === undefined) keep('empty', 0, '');
  for (const index of marks.keys()) {
    for (const [count, key] of NUMBERS) keep(key, index, count);
  }
  // Where code asks `minutes < 1`, nothing and an empty text count as zero; no number is ever either.
  if (found['none'] === found['=0']) delete found['none'];
  if (found['=0'] !== undefined || found['one'] !== undefined) delete found['empty'];
  return Object.keys(found).length === 0 ? other : { ...found, other };
}

function filled(text: string, index: number, value: string): string {
  return text.replaceAll(`{${String(index)}}`, value);
}

function answer(text: Text, given: readonly unknown[]): string | null {
  try {
    const said = text(...given);
    return typeof said === 'string' ? said : null;
  } catch {
    return null;
  }
}

/** What a text is tried with to see that it says the same as its form. */
export const PROBES: readonly unknown[] = ['Bodil', 0, 1, 2, MANY, ['Bodil'], ['Bodil', 'Karl'], ['Bodil', 'Karl', 'Ib', 'Eva', 'Per']];

/** The places of a form, over all its texts. */
export function placesOf(form: Form): ReadonlySet<string> {
  const texts = typeof form === 'string' ? [form] : Object.values(form);
  return new Set(texts.flatMap((text) => [...text.matchAll(/\{\d\}/g)].map(([place]) => place)));
}
