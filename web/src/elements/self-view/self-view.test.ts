// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import { tileOf } from '../../pages/fixtures.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import { SelfView, type CornerEvent, type ShowSelfEvent } from './self-view.js';

afterEach(unmountAll);

describe('vdx-self-view', () => {
  it('asks to be moved and hidden by its buttons', async () => {
    const element = await mount(new SelfView(), { tile: tileOf('Inger', { isSelf: true }), words: da });
    const asked: unknown[] = [];
    element.addEventListener('corner', (event) => asked.push((event as CornerEvent).corner));
    element.addEventListener('showself', (event) => asked.push((event as ShowSelfEvent).show));
    const [move, hide] = element.renderRoot.querySelectorAll('button');
    move?.click();
    hide?.click();
    expect(asked).toEqual(['bottomLeft', false]);
  });

  it('leaves one button when hidden', async () => {
    const element = await mount(new SelfView(), { tile: tileOf('Inger'), words: da, shown: false });
    expect(element.renderRoot.querySelector('vdx-tile')).toBeNull();
    expect(textOf(part(element, 'button'))).toBe('Vis mig selv');
  });
});
