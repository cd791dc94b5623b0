import { describe, expect, it } from 'vitest';
import { bytesOf, correctionsOf, fieldIdOf, fieldsOf, fitting, hardToRead, served, shownLook, toBeSet } from './look-form.js';
import { LOOK_TEXTS, type LookFields, type StoredLook } from './resources.js';

const EMPTY: LookFields = { ...(Object.fromEntries(LOOK_TEXTS.map((name) => [name, ''])) as unknown as LookFields), links: [], termsDemanded: false };

describe('a look that is typed', () => {
  it('keeps all that is stored, and nothing that is not set', () => {
    const stored: StoredLook = { ...EMPTY, welcome: 'Hej', privacyText: 'Vi gemmer intet.', links: [{ label: 'a', url: 'https://a.example' }], organisation: 'dev', version: 3, name: 'Dev', helpLine: '', corrections: [] };
    expect(fieldsOf(stored)).toEqual({ ...EMPTY, welcome: 'Hej', privacyText: 'Vi gemmer intet.', links: [{ label: 'a', url: 'https://a.example' }] });
    expect(Object.keys(fieldsOf(stored))).not.toContain('version');
  });

  it('is set without the links of which nothing is typed', () => {
    const links = [{ label: ' Hjælp ', url: ' https://a.example ' }, { label: ' ', url: '' }, { label: '', url: 'https://b.example' }];
    expect(toBeSet({ ...EMPTY, links }).links).toEqual([{ label: 'Hjælp', url: 'https://a.example' }, { label: '', url: 'https://b.example' }]);
  });

  it('is shown as the pages show it', () => {
    expect(shownLook({ ...EMPTY, welcome: 'Hej', accent: '#003d73', links: [{ label: 'x', url: 'http://x' }] }, 'Dev')).toMatchObject({ welcome: 'Hej', accent: '#003d73', name: 'Dev', links: [] });
  });

  it.each([
    [{}, []],
    [{ accent: '#ffff00' }, ['accent']],
    [{ accent: '#003d73', accentText: '#003d73' }, ['accentText']],
    [{ background: '#000000' }, []],
    [{ background: '#000000', accent: '#0b5394', text: '#1a1a1a' }, ['accent', 'text']],
    [{ text: '#777777', background: '#ffffff' }, ['text']],
    [{ text: 'red' }, []],
  ] as const)('says of %j that %j cannot be read', (colours, names) => {
    expect(hardToRead({ ...EMPTY, ...colours })).toEqual(names);
  });

  it('is shown as the server will serve it', () => {
    // The figures are the server's own, of the same colours.
    expect(served({ ...EMPTY, accent: '#ffd400', background: '#e8f1ff' })).toMatchObject({ accent: '#806a00', accentText: '', background: '#e8f1ff' });
    expect(served({ ...EMPTY, text: '#777777', background: '#ffffff' }).text).toBe('#757575');
    expect(served(EMPTY)).toEqual(EMPTY);
  });

  it('understands what the server has corrected, and where it found a fault', () => {
    expect(correctionsOf(['$.text: #777777 became #6f6f6f', 'a logo that is no picture any more', '$.welcome: #777777 became #6f6f6f'])).toEqual([
      { name: 'text', before: '#777777', after: '#6f6f6f' },
    ]);
    expect(['links[2].url', 'links[0].label', 'logo'].map(fieldIdOf)).toEqual(['link-2-url', 'link-0-label', 'logo']);
  });

  it('has a logo no larger than it may be', () => {
    expect(fitting(2048, 512, 1)).toEqual([1024, 256]);
    expect(fitting(100, 2000, 1)).toEqual([26, 512]);
    expect(fitting(300, 100, 1)).toEqual([300, 100]);
    expect(fitting(300, 100, 0.5)).toEqual([150, 50]);
    expect(bytesOf('data:image/png;base64,AAAA')).toBe(3);
    expect(bytesOf('data:image/png;base64,AA==')).toBe(1);
  });
});
