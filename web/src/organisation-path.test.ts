import { describe, expect, it } from 'vitest';
import { organisationOf, plainPath, prefixOf } from './organisation-path.js';

describe('a path below an organisation', () => {
  it.each([
    ['/o/aarhus/r/abc', 'aarhus', '/o/aarhus', '/r/abc'],
    ['/o/aarhus/', 'aarhus', '/o/aarhus', '/'],
    ['/o/aarhus', 'aarhus', '/o/aarhus', '/'],
    ['/o/%C3%A5%2Fb/m/0123', 'å/b', '/o/%C3%A5%2Fb', '/m/0123'],
    ['/o/%zz/i', '', '/o/%zz', '/i'],
    ['/r/abc', '', '', '/r/abc'],
    ['/o/', '', '', '/o/'],
    ['/other/x', '', '', '/other/x'],
  ])('%s', (path, code, prefix, plain) => {
    expect([organisationOf(path), prefixOf(path), plainPath(path)]).toEqual([code, prefix, plain]);
  });
});
