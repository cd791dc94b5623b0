// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import { DeviceProblem } from './device-problem.js';

afterEach(unmountAll);

describe('vdx-device-problem', () => {
  it('tells where a refused permission is found, in steps', async () => {
    const element = await mount(new DeviceProblem(), { error: 'permissionDenied', which: 'both', words: da });
    expect(textOf(part(element, 'h2'))).toBe('Browseren har ikke fået lov');
    expect(element.renderRoot.querySelectorAll('li')).toHaveLength(3);
  });

  it('needs no steps for a busy camera, and can be tried again', async () => {
    const element = await mount(new DeviceProblem(), { error: 'deviceBusy', which: 'camera', words: da });
    const tried = vi.fn();
    element.addEventListener('retry', tried);
    expect(element.renderRoot.querySelector('ol')).toBeNull();
    part(element, 'button').click();
    expect(tried).toHaveBeenCalledOnce();
  });
});
