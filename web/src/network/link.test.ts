import { expect, test } from 'vitest';
import { readTestLink, testAddress } from './link.js';

test('test page takes the link of a booking, of a room, or none', () => {
  expect(readTestLink('#AAAAAAAAAAAAAAAAAAAA_-')).toEqual({ invitation: 'AAAAAAAAAAAAAAAAAAAA_-', shortId: '', token: '' });
  expect(readTestLink('#m=0123456789ab')).toEqual({ invitation: '', shortId: '0123456789ab', token: '' });
  expect(readTestLink('#t=eyJ.x.y')).toEqual({ invitation: '', shortId: '', token: 'eyJ.x.y' });
  for (const hash of ['', '#', '#short', `#${'A'.repeat(23)}`, '#m=no-short-id']) expect(readTestLink(hash)).toEqual({ invitation: '', shortId: '', token: '' });
});

test('way in leads to the test with its own link, below its organisation', () => {
  expect(testAddress('/i', { kind: 'invitation', token: 'abc' })).toBe('/test#abc');
  expect(testAddress('/o/aarhus/m/', { kind: 'shortId', shortId: '0123456789ab' })).toBe('/o/aarhus/test#m=0123456789ab');
  expect(testAddress('/', { kind: 'ask' })).toBe('/test');
});
