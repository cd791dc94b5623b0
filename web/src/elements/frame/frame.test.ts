// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import { ROOM } from '../../pages/fixtures.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import { Frame } from './frame.js';

afterEach(unmountAll);

describe('vdx-frame', () => {
  it('says whose meeting it is and how to reach a human', async () => {
    const element = await mount(new Frame(), { room: ROOM, words: da });
    expect(textOf(part(element, '.whose'))).toBe('AK Aarhus Kommune');
    const link = part<HTMLAnchorElement>(element, 'footer a');
    expect(link.getAttribute('href')).toBe('tel:+4587654321');
    expect(textOf(link)).toBe('Ring 87 65 43 21');
  });

  it('has a way out also before the room is known', async () => {
    const element = await mount(new Frame(), { room: null, words: da });
    expect(textOf(part(element, '.whose'))).toBe('Videomøde');
    expect(textOf(part(element, 'footer'))).toContain(da.help.nobody);
  });
});
