// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { Control } from './control.js';

afterEach(unmountAll);

describe('vdx-control', () => {
  it('keeps its word and changes what is pressed', async () => {
    const element = await mount(new Control(), { label: 'Mikrofon', pressed: true, look: 'state' });
    const button = part(element, 'button');
    expect(button.getAttribute('aria-pressed')).toBe('true');
    expect(button.classList.contains('marked')).toBe(false);
    element.pressed = false;
    await element.updateComplete;
    expect(button.getAttribute('aria-pressed')).toBe('false');
    expect(button.classList.contains('marked')).toBe(true);
    expect(textOf(button)).toBe('Mikrofon');
  });

  it('is no toggle unless told so, and says what it opens', async () => {
    const element = await mount(new Control(), { label: 'Mere', expanded: false });
    const button = part(element, 'button');
    expect(button.hasAttribute('aria-pressed')).toBe(false);
    expect(button.getAttribute('aria-expanded')).toBe('false');
  });

  it('stays in the tab order while busy', async () => {
    const button = part<HTMLButtonElement>(await mount(new Control(), { label: 'Kamera', busy: true }), 'button');
    expect(button.disabled).toBe(false);
    expect(button.getAttribute('aria-disabled')).toBe('true');
  });
});
