import { describe, expect, it } from 'vitest';
import { landing, PARTS, progressOf, stepAfter, stepBefore, stepsFor, type Part, type Situation, type Step } from './steps.js';

const GUEST: Situation = {
  role: 'guest',
  areTermsDue: false,
  isShort: false,
  skipsCheck: false,
  tried: new Set(),
  hasPermission: false,
};
const WHOLE: readonly Step[] = ['welcome', 'camera', 'microphone', 'speaker', 'ready'];
const TRIED: ReadonlySet<Part> = new Set(PARTS);

describe('the steps', () => {
  it.each<[string, Partial<Situation>, readonly Step[]]>([
    ['a guest tries one thing after the other', {}, WHOLE],
    ['terms come before anything is turned on', { areTermsDue: true }, ['welcome', 'terms', 'camera', 'microphone', 'speaker', 'ready']],
    ['a host has one screen', { role: 'host' }, ['host']],
    ['a host accepts terms too', { role: 'host', areTermsDue: true }, ['terms', 'host']],
    ['the shortest way asks only what is left', { isShort: true }, ['ready']],
    ['the shortest way does not lead past the terms', { isShort: true, areTermsDue: true }, ['terms', 'ready']],
    ['who wants to try nothing does not', { skipsCheck: true, areTermsDue: true }, ['welcome', 'terms', 'ready']],
    ['what was tried lately is not tried again', { tried: TRIED, hasPermission: true }, ['welcome', 'ready']],
    ['a question of the browser is explained all the same', { tried: TRIED }, ['welcome', 'camera', 'ready']],
    ['what failed is tried again alone', { tried: new Set<Part>(['camera', 'microphone']), hasPermission: true }, ['welcome', 'speaker', 'ready']],
  ])('%s', (_, change, expected) => {
    expect(stepsFor({ ...GUEST, ...change })).toEqual(expected);
  });

  it('lead forth and back, one at a time', () => {
    const forth: Step[] = ['welcome'];
    while (forth.at(-1) !== 'ready') forth.push(stepAfter(WHOLE, forth.at(-1) ?? 'ready'));
    expect(forth).toEqual(WHOLE);
    const back: Step[] = ['ready'];
    for (let step = stepBefore(WHOLE, 'ready'); step !== null; step = stepBefore(WHOLE, step)) back.unshift(step);
    expect(back).toEqual(WHOLE);
    expect(stepAfter(WHOLE, 'ready')).toBe('ready');
  });

  it('pass over a microphone that was refused together with the camera', () => {
    expect(stepAfter(WHOLE, 'camera', new Set<Step>(['microphone']))).toBe('speaker');
  });

  it('lead on from a step that is there no more', () => {
    expect(stepAfter(['welcome', 'ready'], 'camera')).toBe('ready');
    expect(stepBefore(['welcome', 'ready'], 'speaker')).toBe('welcome');
  });
});

describe('a page that is loaded again', () => {
  it('begins at the beginning, or goes on where it was', () => {
    expect(landing(WHOLE, null, true)).toBe('welcome');
    expect(landing(WHOLE, 'microphone', true)).toBe('microphone');
    expect(landing(WHOLE, 'ready', false)).toBe('ready');
  });

  it('goes back to the camera where the browser will ask again', () => {
    expect(landing(WHOLE, 'speaker', false)).toBe('camera');
  });

  it('gets nobody past the terms', () => {
    const steps = stepsFor({ ...GUEST, areTermsDue: true });
    for (const step of ['terms', 'camera', 'ready'] as const) expect(landing(steps, step, true)).toBe('terms');
    expect(landing(steps, 'welcome', true)).toBe('welcome');
  });

  it('moves when it turns out whose link it is', () => {
    expect(landing(['host'], 'welcome', false)).toBe('host');
    expect(landing(['terms', 'host'], 'welcome', false)).toBe('terms');
    expect(landing(['ready'], 'welcome', false)).toBe('ready');
    expect(landing(WHOLE, 'host', false)).toBe('ready');
  });
});

describe('the progress', () => {
  it('counts what is tried, in its order', () => {
    expect(PARTS.map((part) => progressOf(WHOLE, part))).toEqual([1, 2, 3].map((number) => ({ number, of: 3 })));
  });

  it('says nothing where there is nothing to count', () => {
    expect(progressOf(WHOLE, 'welcome')).toBeNull();
    expect(progressOf(['welcome', 'speaker', 'ready'], 'speaker')).toBeNull();
  });
});
