import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALLOW } from './allow.js';
import { COMMAND_NAMES } from './commands.js';
import { EVENT_NAMES } from './events.js';

const PAGE = readFileSync(new URL('../../../docs/embedding.md', import.meta.url), 'utf8');
const section = (heading: string): string => PAGE.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
const named = (text: string): string[] =>
  [...text.matchAll(/^\| [^|]+ \| (.*) \|$/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)[ `]/g)].map(([, name = '']) => name));

describe('docs/embedding.md', () => {
  it('has each command, and none that there is not', () => {
    expect(new Set(named(section('Commands')))).toEqual(new Set(COMMAND_NAMES));
  });

  it('has each event, and the one that the element makes', () => {
    expect(new Set(named(section('Events')))).toEqual(new Set([...EVENT_NAMES, 'ready']));
  });

  it('prints the allow that an iframe needs', () => {
    expect(PAGE).toContain(`allow="${ALLOW}"`);
  });
});
