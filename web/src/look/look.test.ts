import { afterEach, describe, expect, it, vi } from 'vitest';
import { askLook, decodeLook, looksTogether, type Look } from './look.js';

const TERMS = { version: 'abc', title: 'Vilkår', text: 'Vi optager ikke.', button: 'Ja', isDemanded: true };
const SAID = {
  organisation: 'aarhus', name: 'Aarhus Kommune', helpLine: '+4587654321', version: 3, logo: 'data:image/png;base64,AA==', logoText: 'Aarhus',
  background: '#ffffff', text: '#1a1a1a', accent: '#003d73', accentText: '#ffffff', welcome: 'Velkommen', waiting: '', ended: '',
  links: [{ label: 'Hjælp', url: 'https://aarhus.example/hj' }], helpUrl: 'https://aarhus.example/', showsSubject: true,
  termsVersion: 'abc', termsTitle: 'Vilkår', termsText: 'Vi optager ikke.', termsButton: 'Ja', termsDemanded: true,
  accessibilityUrl: '', accessibilityText: '', privacyUrl: '', privacyText: '', contact: 'Skriv til os',
};

function look(change: object = {}): Look {
  const decoded = decodeLook({ ...SAID, ...change });
  if (decoded === null) throw new Error('not a look');
  return decoded;
}

afterEach(() => { vi.unstubAllGlobals(); });

describe('a look from the server', () => {
  it('is taken as it is told', () => {
    expect(look()).toMatchObject({ organisation: 'aarhus', helpLine: '+4587654321', logoText: 'Aarhus', links: SAID.links, showsSubject: true, terms: TERMS, contact: 'Skriv til os' });
  });

  it.each([[null], ['x'], [{}], [{ ...SAID, version: 0 }], [{ ...SAID, version: '3' }]])('is none: %j', (body) => {
    expect(decodeLook(body)).toBeNull();
  });

  it('holds no address but https, and no picture but a PNG in itself', () => {
    const links = [{ label: 'a', url: 'javascript:alert(1)' }, { label: '', url: 'https://b.example' }, null, 'x', { label: 'c', url: 'https://c.example' }];
    expect(look({ links, helpUrl: 'http://x.example', privacyUrl: 'data:text/html,x', logo: 'https://x.example/a.png' })).toMatchObject({
      links: [{ label: 'c', url: 'https://c.example' }], helpUrl: '', privacyUrl: '', logo: '',
    });
  });

  it('has no terms without a text or a version', () => {
    expect(look({ termsText: '' }).terms).toBeNull();
    expect(look({ termsVersion: 1 }).terms).toBeNull();
  });
});

describe('the look of a path and that of the meeting', () => {
  const region = look({ organisation: 'region', accent: '#aa0000', termsText: '', privacyUrl: 'https://r.example' });

  it('shows the path\'s, and keeps what is agreed on with the meeting\'s', () => {
    expect(looksTogether(region, look())).toMatchObject({ organisation: 'aarhus', accent: '#aa0000', terms: TERMS, privacyUrl: '' });
    expect(looksTogether(look(), null)).toMatchObject({ organisation: 'aarhus', terms: null, showsSubject: false });
    expect(looksTogether(null, region)).toBe(region);
    expect(looksTogether(null, null)).toBeNull();
  });

  it('are asked at once, and a failure is our own look', async () => {
    const asked = vi.fn((address: string) => address.includes('own') ? Promise.reject(new Error('offline')) : Promise.resolve(Response.json(SAID)));
    vi.stubGlobal('fetch', asked);
    expect(await askLook('å/b', 'x.y')).toMatchObject({ organisation: 'aarhus' });
    expect(asked.mock.calls.map(([address]) => address)).toEqual(['/api/v1/branding?organisation=%C3%A5%2Fb', '/api/v1/branding/own']);
    expect(await askLook('', 'x.y')).toBeNull();
    expect(await askLook('', null)).toBeNull();
    expect(asked).toHaveBeenCalledTimes(3);
  });
});
