import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attributeOf, parametersOf, readConfiguration, SETTING_KEYS, showsOf, valuesOf } from './configuration.js';

const PAGE = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8');

function read(address: string): ReturnType<typeof readConfiguration> {
  const said = new URL(address).searchParams;
  return readConfiguration((name) => said.get(name));
}

describe('readConfiguration', () => {
  it('takes switches in the words people use, and what is none of them not at all', () => {
    expect(read('https://m/?join=1&camera=off&chat=true&people=false&share=&microphone=muted&minimal=maybe')).toEqual({
      join: true,
      camera: false,
      chat: true,
      people: false,
      share: true,
      microphone: false,
    });
  });

  it('takes only the values that there are, and no name that is none', () => {
    expect(read('https://m/?theme=dark&layout=%20grid%20&name=&__proto__=1&constructor=2')).toEqual({ theme: 'dark', layout: 'grid' });
    expect(read('https://m/?theme=javascript:')).toEqual({});
  });

  it('reads back what it writes', () => {
    const said = { name: 'Anna', join: true, camera: false, theme: 'light', layout: 'speaker' } as const;
    expect(read(`https://m/?${parametersOf(said).toString()}`)).toEqual(said);
  });
});

describe('showsOf', () => {
  it('shows all that nobody has left out', () => {
    expect(showsOf({})).toEqual({ chat: true, people: true, share: true, leaveButton: true, shortcuts: true });
    expect(showsOf({ chat: false, leaveButton: false })).toMatchObject({ chat: false, people: true, leaveButton: false });
  });

  it('leaves out more where little is wanted, but what is named stays', () => {
    expect(showsOf({ minimal: true, chat: true })).toMatchObject({ chat: true, people: false, share: false, leaveButton: true });
  });
});

describe('the table in docs/embedding.md', () => {
  const rows = [...PAGE.matchAll(/^\| `([\w-]+)` \| `(\w+)` \| ([^|]+) \|/gm)].map(([, attribute, key, values]) => [attribute, key, values]);

  it('has a row for each setting, in the same order, with attribute, parameter and values', () => {
    expect(rows).toEqual(SETTING_KEYS.map((key) => [attributeOf(key), key, valuesOf(key)]));
  });
});
