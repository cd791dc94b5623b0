// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import { ROOM } from '../../pages/fixtures.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import { decodeLook } from '../../look/look.js';
import type { Logo } from '../logo/logo.js';
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

  it('leads from every screen to help, accessibility and privacy, ours or the organisation\'s', async () => {
    const element = await mount(new Frame(), { room: ROOM, words: da });
    const addresses = (): (string | null)[] => [...element.renderRoot.querySelectorAll('nav a')].map((link) => link.getAttribute('href'));
    expect(addresses()).toEqual(['/help?lang=da', '/accessibility?lang=da', '/privacy?lang=da']);
    element.look = decodeLook({ version: 1, organisation: 'å/b', helpUrl: 'https://h.example', privacyUrl: 'https://p.example' });
    await element.updateComplete;
    expect(addresses()).toEqual(['https://h.example', '/o/%C3%A5%2Fb/accessibility?lang=da', 'https://p.example']);
  });

  it('shows the logo, and the name again where the logo cannot be shown', async () => {
    const look = decodeLook({ version: 1, logo: 'data:image/png;base64,AA==', logoText: 'Aarhus Kommune' });
    const element = await mount(new Frame(), { room: ROOM, words: da, look });
    const logo = part<Logo>(element, 'vdx-logo');
    const picture = part<HTMLImageElement>(logo, 'img');
    expect([picture.alt, textOf(part(element, '.whose'))]).toEqual(['Aarhus Kommune', 'AK']);
    picture.dispatchEvent(new Event('error'));
    await logo.updateComplete;
    await element.updateComplete;
    expect(logo.renderRoot.querySelector('img')).toBeNull();
    expect(textOf(part(element, '.whose'))).toBe('AK Aarhus Kommune');
  });
});
