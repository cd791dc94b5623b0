import { describe, expect, it } from 'vitest';
import { da } from './da.js';
import { en } from './en.js';
import { chooseLanguage } from './language.js';

/** Every sentence of a dictionary, functions called with something plausible. */
function sentences(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => sentences(inner, `${path}.${key}`));
}

describe.each([da, en])('the words', (words) => {
  it.each(sentences(words))('%s says something, calmly', (_path, text) => {
    expect(text.trim()).not.toBe('');
    expect(text).not.toMatch(/!|venligst|please/i);
  });
});

it('both languages say the same things', () => {
  expect(sentences(en).map(([path]) => path)).toEqual(sentences(da).map(([path]) => path));
});

describe('lists of names', () => {
  it.each([
    [['Bodil'], 'Bodil er kommet', 'Bodil has joined'],
    [['Bodil', 'Karl'], 'Bodil og Karl er kommet', 'Bodil and Karl have joined'],
    [['Bodil', 'Karl', 'Ib'], 'Bodil, Karl og 1 anden er kommet', 'Bodil, Karl and 1 other have joined'],
    [['Bodil', 'Karl', 'Ib', 'Eva'], 'Bodil, Karl og 2 andre er kommet', 'Bodil, Karl and 2 others have joined'],
  ])('%j', (names, danish, english) => {
    expect(da.notice.joined(names)).toBe(danish);
    expect(en.notice.joined(names)).toBe(english);
  });
});

describe('the language', () => {
  it.each([
    ['en' as const, 'da', ['da'], 'en'],
    [null, 'en', ['da-DK'], 'en'],
    [null, null, ['sv-SE', 'en-GB', 'da'], 'en'],
    [null, 'xx', ['da-DK', 'en'], 'da'],
    [null, null, ['fr'], 'da'],
    ['ar' as const, 'de', ['de-AT', 'da'], 'da'],
  ])('link %s, stored %s, browser %j gives %s where Danish and English are offered', (link, stored, preferred, expected) => {
    expect(chooseLanguage(link, stored, preferred, ['da', 'en'])).toBe(expected);
  });

  it('is another one only where the server offers it', () => {
    expect(chooseLanguage('ar', null, [], ['da', 'en', 'ar'])).toBe('ar');
    expect(chooseLanguage(null, null, ['de-AT'], ['da', 'en', 'de'])).toBe('de');
    expect(chooseLanguage(null, null, ['da'], ['en', 'de'])).toBe('en');
  });
});
