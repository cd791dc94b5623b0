import { expect, test } from 'vitest';
import { readTestLink } from './link.js';

test('test page takes the link of a booking, of a room, or none', () => {
  expect(readTestLink('#AAAAAAAAAAAAAAAAAAAA_-')).toEqual({ invitation: 'AAAAAAAAAAAAAAAAAAAA_-', token: '' });
  expect(readTestLink('#t=eyJ.x.y')).toEqual({ invitation: '', token: 'eyJ.x.y' });
  for (const hash of ['', '#', '#short', `#${'A'.repeat(23)}`]) expect(readTestLink(hash)).toEqual({ invitation: '', token: '' });
});
