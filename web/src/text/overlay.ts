/**
 * A translator's file laid over an area's words: a text where there is one, else the English, else the Danish. Fetched
 * only by those who read such a language.
 *
 * The file is flat: `"rooms.lobby.admitNamed": "{0} einlassen"`. `{0}` is the function's first argument. Where the
 * sentence depends on it there is one text per form: the plural categories of the language (CLDR: `zero`, `one`, `two`,
 * `few`, `many`, `other`) by the first number or the length of the first list, `=0` for exactly that number, `none` for
 * an unknown one, `empty` for a text that is not there. `other` is always there and stands in for what is missing.
 */

import { directionOf, localeOf, type Language } from './languages.js';
import type { Own, Translate } from './spoken.js';

export type Form = string | Readonly<Record<string, string>>;
export type Catalogue = Readonly<Record<string, Form>>;

/** Names beyond these are counted: "Bodil, Karl und 3 andere". */
const NAMED = 2;
const [ISOLATE, END_OF_ISOLATE] = ['\u2068', '\u2069'];

/** Makes the whole of an area anew once, then gives the same object. */
export function makeTranslator(language: Language, catalogue: Catalogue): Translate {
  const speech = new Speech(language, catalogue);
  const made = new Map<string, unknown>();
  return <W>(area: string, own: Own<W>): W => {
    if (!made.has(area)) made.set(area, speech.overlay(area, own.en, own.da));
    return made.get(area) as W;
  };
}

class Speech {
  readonly #catalogue: Catalogue;
  readonly #plural: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;
  readonly #list: Intl.ListFormat;
  readonly #isolates: boolean;

  constructor(language: Language, catalogue: Catalogue) {
    const locale = localeOf(language);
    this.#catalogue = catalogue;
    this.#plural = new Intl.PluralRules(locale);
    this.#number = new Intl.NumberFormat(locale);
    this.#list = new Intl.ListFormat(locale, { type: 'conjunction' });
    this.#isolates = directionOf(language) === 'rtl';
  }

  overlay(path: string, english: unknown, danish: unknown): unknown {
    const base = english ?? danish;
    const form = this.#catalogue[path];
    if (typeof base === 'string') return typeof form === 'string' ? form : base;
    if (typeof base === 'function') return form === undefined ? base : (...given: unknown[]) => this.#say(form, given);
    if (Array.isArray(base)) return base.map((inner: unknown, index) => this.overlay(`${path}.${String(index)}`, inner, undefined));
    if (typeof base !== 'object' || base === null) return base;
    const both = { ...(danish as object | undefined), ...base };
    return Object.fromEntries(
      Object.keys(both).map((key) => [key, this.overlay(`${path}.${key}`, inside(base, key), inside(danish, key))]),
    );
  }

  #say(form: Form, given: readonly unknown[]): string {
    return this.#choose(form, given).replace(/\{(\d)\}/g, (_place, index: string) => this.#show(given[Number(index)]));
  }

  #choose(form: Form, given: readonly unknown[]): string {
    if (typeof form === 'string') return form;
    for (const key of this.#forms(given)) {
      const text = form[key];
      if (text !== undefined) return text;
    }
    return form['other'] ?? '';
  }

  #forms(given: readonly unknown[]): readonly string[] {
    const [first] = given;
    if (first === null) return ['none'];
    if (first === '') return ['empty'];
    const counted = given.find((value) => typeof value === 'number' || Array.isArray(value));
    const count = Array.isArray(counted) ? counted.length : counted;
    return typeof count === 'number' ? [`=${String(count)}`, this.#plural.select(count)] : [];
  }

  #show(value: unknown): string {
    if (typeof value === 'number') return this.#number.format(value);
    if (Array.isArray(value)) return this.#names(value.map(String));
    return value === null || value === undefined ? '' : this.#isolate(String(value));
  }

  /** A Danish name or a telephone number keeps its own direction inside a sentence from right to left. */
  #isolate(text: string): string {
    return this.#isolates ? ISOLATE + text + END_OF_ISOLATE : text;
  }

  #names(names: readonly string[]): string {
    const others = this.#catalogue['list.others'];
    const said = names.map((name) => this.#isolate(name));
    if (said.length <= NAMED || others === undefined) return this.#list.format(said);
    return this.#list.format([...said.slice(0, NAMED), this.#say(others, [said.length - NAMED])]);
  }
}

function inside(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
