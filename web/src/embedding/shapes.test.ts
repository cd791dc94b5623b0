import { describe, expect, it } from 'vitest';
import { misfit } from './shapes.js';

const SHAPE = { on: 'boolean', text: 'string?', whom: 'string|null', many: 'strings?', count: 'number?' } as const;

describe('misfit', () => {
  it.each([
    { on: true, whom: null },
    { on: false, whom: 'p1', text: 'x', many: ['a', 'b'], count: 3 },
  ])('takes %j', (given) => {
    expect(misfit(SHAPE, given)).toBe('');
  });

  it.each([
    [{ whom: null }, 'on'],
    [{ on: 1, whom: null }, 'on'],
    [{ on: true }, 'whom'],
    [{ on: true, whom: 7 }, 'whom'],
    [{ on: true, whom: null, text: {} }, 'text'],
    [{ on: true, whom: null, text: 'x'.repeat(4001) }, 'text'],
    [{ on: true, whom: null, many: 'a' }, 'many'],
    [{ on: true, whom: null, many: [1] }, 'many'],
    [{ on: true, whom: null, count: Number.NaN }, 'count'],
    [{ on: true, whom: null, other: 1 }, 'other'],
    [[], 'object'],
    ['x', 'object'],
  ])('says what is wrong with %j', (given, name) => {
    expect(misfit(SHAPE, given)).toContain(name);
  });

  it('is satisfied with nothing where nothing is wanted', () => {
    expect(misfit({}, undefined)).toBe('');
    expect(misfit({}, null)).toBe('');
  });
});
