import { describe, expect, it } from 'vitest';
import { initials, phoneLink, phoneText, toneOf } from './names.js';

describe('initials', () => {
  it.each([
    ['Bodil Jensen', 'BJ'],
    ['Anne-Grethe Bech Sørensen', 'AS'],
    ['åse', 'Å'],
    ['  Bo  ', 'B'],
    ['Læge Karl Ø.', 'LØ'],
    ['李 明', '李明'],
    ['42', '4'],
    ['', '?'],
    ['🙂', '?'],
  ])('of %j are %j', (name, expected) => {
    expect(initials(name)).toBe(expected);
  });
});

describe('toneOf', () => {
  it('is the same for the same name, however it is typed', () => {
    expect(toneOf('Bodil Jensen')).toBe(toneOf(' bodil jensen '));
  });
  it('uses all eight tones', () => {
    const names = Array.from({ length: 200 }, (_, i) => `Person ${String(i)}`);
    expect(new Set(names.map(toneOf))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });
});

describe('a telephone number', () => {
  it.each([
    ['+4512345678', '12 34 56 78'],
    ['12345678', '12 34 56 78'],
    ['12 34 56 78', '12 34 56 78'],
    ['+46 8 123 45 67', '+46 8 123 45 67'],
    ['1813', '1813'],
  ])('%j is shown as %j', (number, expected) => {
    expect(phoneText(number)).toBe(expected);
  });
  it('is dialled without spaces', () => {
    expect(phoneLink('+45 12 34 56 78')).toBe('tel:+4512345678');
  });
});
