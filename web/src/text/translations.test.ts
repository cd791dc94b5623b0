import { describe, expect, it } from 'vitest';
import { AREAS } from './all.js';
import { directionOf, LANGUAGES, localeOf, type Language } from './languages.js';
import { makeTranslator, type Catalogue, type Form } from './overlay.js';
import { forms, placesOf, PROBES, templateOf, type Text } from './template.js';

const TEMPLATE = Object.assign({}, ...AREAS.map(templateOf)) as Readonly<Record<string, { readonly da: Form; readonly en: Form }>>;
const files = import.meta.glob<Catalogue>('./catalogues/*.json', { import: 'default', eager: true });
const CATALOGUES = Object.entries(files).map(([path, catalogue]) => [path.replace(/^.*\/|\.json$/g, '') as Language, catalogue] as const);
const WANTED = Object.keys(TEMPLATE);
const TRANSLATED = LANGUAGES.filter((language) => language !== 'da' && language !== 'en');

it('has areas with names of their own', () => {
  expect(AREAS.length).toBeGreaterThan(10);
  expect(new Set(AREAS.map(({ area }) => area)).size).toBe(AREAS.length);
});

/** The leaves that are functions, by key. */
function texts(value: unknown, path: string): [string, Text][] {
  if (typeof value === 'function') return [[path, value as Text]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
}

/** What a text says of everything that can be handed in, null where it cannot take it. */
function answers(text: Text, arity: number): (string | null)[] {
  const rest = Array.from({ length: Math.max(0, arity - 1) }, () => 'Ib');
  return PROBES.map((probe) => {
    try {
      return String(text(probe, ...rest));
    } catch {
      return null;
    }
  });
}

/** By the form that was found: does the overlay say what the code says? Numbers where the text takes a number, and so on. */
describe.each(['da', 'en'] as const)('a translator’s file made from the %s of the code', (language) => {
  const form = (area: (typeof AREAS)[number]): Catalogue => forms(area.own[language], area.area);
  const catalogue = Object.assign({}, ...AREAS.map(form)) as Catalogue;
  const translate = makeTranslator(language, catalogue);

  it.each(AREAS.flatMap((area) => texts(area.own[language], area.area).map(([key, text]) => [key, text, area] as const)))(
    '%s says the same',
    (key, text, area) => {
      const overlaid = new Map(texts(translate(area.area, area.own), area.area)).get(key);
      expect(overlaid).toBeDefined();
      const [expected, said] = [answers(text, text.length), answers(overlaid ?? text, text.length)];
      const isList = typeof catalogue[key] === 'object' && expected[6] !== null && !(expected[6] ?? '').includes('Bodil,Karl');
      const probed = isList ? [5, 6, 7] : [0, 1, 2, 3, 4];
      for (const index of probed) {
        if (expected[index] !== null) expect(said[index]).toBe(expected[index]);
      }
    },
  );
});

it('has a file for each further language, and no other', () => {
  expect(CATALOGUES.map(([language]) => language).sort()).toEqual([...TRANSLATED].sort());
});

describe.each(CATALOGUES)('the translator’s file of %s', (language, catalogue) => {
  const categories = new Set<string>(new Intl.PluralRules(localeOf(language)).resolvedOptions().pluralCategories);

  it('has each place that the English has, and no other', () => {
    const wrong = Object.entries(catalogue).filter(([key, form]) => {
      const source = TEMPLATE[key];
      if (source === undefined) return false;
      const [wanted, had] = [placesOf(source.en), placesOf(form)];
      return [...had].some((place) => !wanted.has(place)) || [...wanted].some((place) => !had.has(place));
    });
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  it('has a text for every number where the English has', () => {
    const wrong = Object.entries(catalogue).filter(([key, form]) => {
      if (typeof form === 'string') return typeof TEMPLATE[key]?.en === 'object';
      return form['other'] === undefined || Object.keys(form).some((name) => !/^(?:=\d+|none|empty)$/.test(name) && !categories.has(name));
    });
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  it('says something, calmly', () => {
    for (const [key, form] of Object.entries(catalogue)) {
      for (const text of typeof form === 'string' ? [form] : Object.values(form)) {
        expect(text.trim(), key).not.toBe('');
        expect(text, key).not.toMatch(/!|\bbitte\b/i);
      }
    }
  });

  it('lacks nothing of what there is to say, and says nothing that is no more', () => {
    const lacking = WANTED.filter((key) => catalogue[key] === undefined);
    expect(lacking, `${language} lacks ${String(lacking.length)}`).toEqual([]);
    expect(Object.keys(catalogue).filter((key) => TEMPLATE[key] === undefined)).toEqual([]);
  });
});

describe('overlaid words', () => {
  const own = {
    da: { here: 'her', both: 'begge', names: (names: readonly string[]) => names.join(), list: ['a', 'b'], only: 'kun dansk' },
    en: { here: 'here', both: 'both', names: (names: readonly string[]) => names.join(), list: ['a', 'b'] } as never,
  };
  const german = makeTranslator('de', {
    'x.here': 'hier',
    'x.names': { one: '{0} ist da', other: '{0} sind da' },
    'x.list.1': 'B',
    'list.others': { one: '{0} andere Person', other: '{0} andere' },
  })('x', own as never) as (typeof own)['da'];

  it('are the translator’s, else English, else Danish', () => {
    expect([german.here, german.both, german.only, ...german.list]).toEqual(['hier', 'both', 'kun dansk', 'a', 'B']);
  });

  it('count the names that are too many', () => {
    expect(german.names(['Bodil'])).toBe('Bodil ist da');
    expect(german.names(['Bodil', 'Karl'])).toBe('Bodil und Karl sind da');
    expect(german.names(['Bodil', 'Karl', 'Ib'])).toBe('Bodil, Karl und 1 andere Person sind da');
    expect(german.names(['Bodil', 'Karl', 'Ib', 'Eva'])).toBe('Bodil, Karl und 2 andere sind da');
  });

  it('choose the form that the language has for the number, and keep names and numbers in their own direction', () => {
    const forms = { '=0': 'لا أحد', one: 'واحد', two: 'اثنان', few: '{0} أشخاص', many: '{0} شخصًا', other: '{0} شخص' };
    const words = { n: (count: number) => String(count), call: (number: string) => number };
    const arabic = makeTranslator('ar', { 'x.n': forms, 'x.call': 'اتصل بالرقم {0}' })('x', { da: words, en: words });
    expect([0, 1, 2, 3, 11, 100].map(arabic.n)).toEqual(['لا أحد', 'واحد', 'اثنان', '3 أشخاص', '11 شخصًا', '100 شخص']);
    expect(arabic.call('87 65 43 21')).toBe('اتصل بالرقم \u206887 65 43 21\u2069');
    expect(directionOf('ar')).toBe('rtl');
  });
});
