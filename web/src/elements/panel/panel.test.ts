// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mount, part, unmountAll } from '../../testing/mount.js';
import { Panel } from './panel.js';

afterEach(unmountAll);

describe('vdx-panel', () => {
  it('takes the focus to its heading, and closes by button and by Escape', async () => {
    const element = await mount(new Panel(), { heading: 'Lyd og billede', closeLabel: 'Luk' });
    const closed = vi.fn();
    element.addEventListener('closepanel', closed);
    expect(element.shadowRoot?.activeElement?.id).toBe('heading');
    part(element, 'button').click();
    part(element, 'section').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    part(element, 'section').dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }));
    expect(closed).toHaveBeenCalledTimes(2);
  });
});
