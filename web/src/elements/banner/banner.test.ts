// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { Banner } from './banner.js';

afterEach(unmountAll);

describe('vdx-banner', () => {
  it('offers its one action', async () => {
    const element = await mount(new Banner(), { text: 'Du deler din skærm', action: 'Stop deling' });
    const acted = vi.fn();
    element.addEventListener('banneraction', acted);
    part(element, 'button').click();
    expect(acted).toHaveBeenCalledOnce();
  });

  it('has no button without an action, and a telephone when that is the way', async () => {
    const phone = { href: 'tel:12345678', text: 'Ring 12 34 56 78' };
    const element = await mount(new Banner(), { text: 'Forbindelsen er væk', phone });
    expect(element.renderRoot.querySelector('button')).toBeNull();
    expect(textOf(part(element, 'a'))).toBe(phone.text);
  });
});
