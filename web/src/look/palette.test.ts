/// <reference types="node" />

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, parseHex, PART_CONTRAST, TEXT_CONTRAST } from '../styles/colour.js';
import { BASE, isDark, paletteOf, type Base } from './palette.js';

const css = readFileSync(new URL('../styles/tokens.css', import.meta.url), 'utf8');

function baseOf(scheme: Scheme): Base {
  const dark = css.indexOf('@media (prefers-color-scheme: dark)');
  const found: Record<string, string> = {};
  for (const part of scheme === 'dark' ? [css.slice(0, dark), css.slice(dark)] : [css.slice(0, dark)]) {
    for (const [, name = '', value = ''] of part.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)) found[name] = value;
  }
  return found as unknown as Base;
}

type Scheme = 'light' | 'dark';

const NOTHING = { background: '', text: '', accent: '', accentText: '' };
const COLOURS = ['#ffe600', '#fdfdf8', '#0a1f44', '#777777', '#757575', '#7a7a7a', '#000000', '#ffffff', '#e3000f', '#00a7e1', '#003d73'];
const TEXTS = ['', '#1a1a1a', '#ffffff', '#777777'];
const SCHEMES = ['light', 'dark'] as const;

function ratio(tokens: Readonly<Record<string, string>>, a: string, b: string): number {
  const [x, y] = [parseHex(tokens[a] ?? ''), parseHex(tokens[b] ?? '')];
  if (x === null || y === null) throw new Error(`no such token: ${a} or ${b}`);
  return contrast(x, y);
}

describe.each(SCHEMES)('any palette by %s', (scheme) => {
  const base = baseOf(scheme);
  const cases = COLOURS.flatMap((background) => COLOURS.flatMap((accent) => TEXTS.map((text) => ({ background, accent, text, accentText: text }))));

  it('reads as text and is seen, wherever it stands', () => {
    for (const colours of [...cases, ...cases.map((each) => ({ ...each, background: '' }))]) {
      const tokens = { ...base, ...paletteOf(colours, base) };
      for (const ground of ['paper', 'surface']) {
        for (const text of ['ink', 'ink-soft', 'brand-text', 'positive', 'caution', 'danger']) {
          expect(ratio(tokens, text, ground), `${text} on ${ground} of ${JSON.stringify(colours)}`).toBeGreaterThanOrEqual(TEXT_CONTRAST);
        }
        for (const part of ['edge', 'focus']) expect(ratio(tokens, part, ground), `${part} on ${ground} of ${JSON.stringify(colours)}`).toBeGreaterThanOrEqual(PART_CONTRAST);
      }
      for (const prefix of ['', 'stage-']) expect(ratio(tokens, `${prefix}brand-ink`, `${prefix}brand`), JSON.stringify(colours)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
      for (const ground of ['stage', 'stage-raised']) expect(ratio(tokens, 'stage-brand-text', ground)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    }
  });

  it('is ours where nothing is given', () => {
    expect(paletteOf(NOTHING, base)).toEqual({});
    expect(paletteOf({ background: 'red', text: 'url(x)', accent: 'x', accentText: '' }, base)).toEqual({});
  });
});

describe('a background', () => {
  it('is for the day where it is light, and for day and night where it is dark', () => {
    const paper = (background: string, scheme: Scheme): string | undefined => paletteOf({ ...NOTHING, background }, baseOf(scheme))['paper'];
    expect([paper('#ffe600', 'light'), paper('#ffe600', 'dark')]).toEqual(['#ffe600', undefined]);
    expect([paper('#0a1f44', 'light'), paper('#0a1f44', 'dark')]).toEqual(['#0a1f44', '#0a1f44']);
    expect([isDark('#0a1f44'), isDark('#ffe600'), isDark('')]).toEqual([true, false, false]);
  });

  it('keeps the colours that can be read on it as they were given', () => {
    const tokens = paletteOf({ background: '#ffffff', text: '#222222', accent: '#003d73', accentText: '#ffffff' }, baseOf('light'));
    expect(tokens).toMatchObject({ paper: '#ffffff', ink: '#222222', brand: '#003d73', 'brand-ink': '#ffffff', 'brand-text': '#003d73' });
  });
});

it('asks for tokens that there are', () => {
  for (const scheme of SCHEMES) for (const name of BASE) expect(baseOf(scheme)[name], name).toMatch(/^#/);
});
