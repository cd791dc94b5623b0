/// <reference types="node" />

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { brandOn, contrast, parseHex, PART_CONTRAST, TEXT_CONTRAST } from './colour.js';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

type Tokens = ReadonlyMap<string, string>;

/** The tokens as the stylesheet says them: light is the root, dark is the root with the dark block over it. */
function tokens(scheme: 'light' | 'dark'): Tokens {
  const dark = css.indexOf('@media (prefers-color-scheme: dark)');
  const found = new Map<string, string>();
  const read = (text: string): void => {
    for (const [, name, value] of text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)) found.set(name ?? '', value ?? '');
  };
  read(css.slice(0, dark));
  if (scheme === 'dark') read(css.slice(dark));
  return found;
}

function ratio(of: Tokens, a: string, b: string): number {
  const [x, y] = [parseHex(of.get(a) ?? ''), parseHex(of.get(b) ?? '')];
  if (x === null || y === null) throw new Error(`no such token: ${a} or ${b}`);
  return contrast(x, y);
}

it('is as dark for who asks for it as for whose device is', () => {
  const block = (selector: string): readonly string[] =>
    [...(css.split(`${selector} {`)[1]?.split('}')[0] ?? '').matchAll(/--[\w-]+: #\w+;/g)].map(([line]) => line);
  expect(block(":root[data-theme='dark']")).toEqual(block(":root:not([data-theme='light'])"));
  expect(block(":root[data-theme='dark']").length).toBeGreaterThan(10);
});

describe.each(['light', 'dark'] as const)('the %s tokens', (scheme) => {
  const of = tokens(scheme);
  const text = ['ink', 'ink-soft', 'brand-text', 'positive', 'caution', 'danger'];
  const grounds = ['paper', 'surface'];

  it.each(text.flatMap((t) => grounds.map((g) => [t, g] as const)))('%s on %s reads as text', (t, g) => {
    expect(ratio(of, t, g)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
  });
  it.each(grounds.flatMap((g) => [['edge', g] as const, ['focus', g] as const]))('%s on %s is seen', (part, g) => {
    expect(ratio(of, part, g)).toBeGreaterThanOrEqual(PART_CONTRAST);
  });
  it('brand ink reads on brand', () => {
    expect(ratio(of, 'brand-ink', 'brand')).toBeGreaterThanOrEqual(TEXT_CONTRAST);
  });
});

describe('the stage', () => {
  const of = tokens('light');

  it.each([
    ['stage-ink', 'stage'],
    ['stage-ink', 'stage-raised'],
    ['stage-ink-soft', 'stage'],
    ['stage-ink-soft', 'stage-raised'],
    ['stage', 'stage-ink'],
    ['stage-danger-ink', 'stage-danger'],
    ['stage-caution', 'stage'],
    ['stage-caution', 'stage-raised'],
    ['stage-problem', 'stage-raised'],
    ['stage-brand-text', 'stage-raised'],
    ['stage-brand-ink', 'stage-brand'],
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((tone) => ['stage-ink', `tone-${String(tone)}`] as [string, string]),
  ])('%s on %s reads as text', (a, b) => {
    expect(ratio(of, a, b)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
  });
  it.each([
    ['stage-focus', 'stage'],
    ['stage-focus', 'stage-raised'],
    ['stage-positive', 'stage'],
    ['stage-edge', 'stage-raised'],
    ['stage-danger', 'stage'],
  ])('%s on %s is seen', (a, b) => {
    expect(ratio(of, a, b)).toBeGreaterThanOrEqual(PART_CONTRAST);
  });
});

describe('brandOn', () => {
  const papers = ['#f6f3ec', '#1b1c19'];
  const colours = ['#003d73', '#ffd500', '#e3000f', '#ffffff', '#000000', '#7f7f7f', '#00a7e1', '#1e5945'];

  it.each(papers.flatMap((p) => colours.map((c) => [c, p] as const)))('%s on %s is readable both ways', (c, p) => {
    const made = brandOn(c, p);
    const [brand, ink, text] = [made?.brand, made?.brandInk, made?.brandText].map((each) => parseHex(each ?? ''));
    const paper = parseHex(p);
    if (!brand || !ink || !text || !paper) throw new Error('not a colour');
    expect(contrast(text, paper)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    expect(contrast(brand, paper)).toBeGreaterThan(1.2);
    expect(contrast(brand, ink)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
  });
  it('leaves a colour alone that is readable already', () => {
    expect(brandOn('#003d73', '#f6f3ec')).toMatchObject({ brand: '#003d73', brandText: '#003d73' });
    expect(brandOn('#ffd500', '#f6f3ec')?.brand).toBe('#ffd500');
  });
  it.each(['', 'red', '#fff', 'url(x)', '#12345g'])('takes %j for no colour', (c) => {
    expect(brandOn(c, '#f6f3ec')).toBeNull();
  });
});
