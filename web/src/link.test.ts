import { describe, expect, it } from 'vitest';
import { parseLink, withoutSecrets } from './link.js';

describe('parseLink', () => {
  it('reads room, token, name and language', () => {
    expect(parseLink('https://m.example/r/abc123?join=1&name=S%C3%B8ren%20%C3%98&lang=en&relay=1#t=a.b-c_d')).toEqual({
      roomId: 'abc123',
      joinsAtOnce: true,
      name: 'Søren Ø',
      language: 'en',
      isRelayOnly: true,
      token: 'a.b-c_d',
      configuration: { join: true, name: 'Søren Ø', lang: 'en', relay: true },
    });
  });

  it('asks first when the link does not say otherwise', () => {
    expect(parseLink('https://m.example/r/abc123')).toEqual({
      roomId: 'abc123',
      joinsAtOnce: false,
      name: null,
      language: null,
      isRelayOnly: false,
      token: null,
      configuration: {},
    });
  });

  it.each(['https://m.example/', 'https://m.example/r/', 'https://m.example/r/a/b', `https://m.example/r/${'a'.repeat(65)}`])(
    'finds no room in %s',
    (address) => {
      expect(parseLink(address).roomId).toBe('');
    },
  );

  it('reads what stands beside the token, where no server sees it', () => {
    const link = parseLink('https://m.example/r/a?chat=on&camera=off#t=a.b&name=Anna&chat=off&leaveButton=0');
    expect(link).toMatchObject({ name: 'Anna', token: 'a.b' });
    expect(link.configuration).toEqual({ name: 'Anna', chat: false, camera: false, leaveButton: false });
  });

  it('takes neither an empty name, nor a very long one whole, nor an unknown language', () => {
    expect(parseLink('https://m.example/r/a?name=%20&lang=sv')).toMatchObject({ name: null, language: null });
    expect(parseLink(`https://m.example/r/a?name=${'x'.repeat(200)}`).name).toHaveLength(80);
  });
});

describe('withoutSecrets', () => {
  it('keeps only what is no secret', () => {
    expect(withoutSecrets('https://m.example/r/a?join=1&name=Anna&lang=da&relay=1#t=secret')).toBe('/r/a?join=1&lang=da&relay=1');
  });

  it('keeps for a reload what the fragment says besides', () => {
    expect(withoutSecrets('https://m.example/r/a?lang=da#t=secret&name=Anna&chat=off')).toBe('/r/a?lang=da#chat=off');
  });

  it('leaves other fragments', () => {
    expect(withoutSecrets('https://m.example/r/a#main')).toBe('/r/a#main');
  });
});
