// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import { deviceProblemWords, type Guide } from '../../text/device-problem.js';
import { DeviceProblem } from './device-problem.js';
import { drawingsOf } from './drawings.js';
import { ProblemCard } from './problem-card.js';

afterEach(() => {
  unmountAll();
  vi.unstubAllGlobals();
});

const permissions: EventTarget[] = [];

/** A browser that answers with this for camera and microphone. */
function stubPermission(state: PermissionState): void {
  permissions.length = 0;
  const query = vi.fn(() => {
    const status = Object.assign(new EventTarget(), { state });
    permissions.push(status);
    return Promise.resolve(status);
  });
  vi.stubGlobal('navigator', { userAgent: 'Chrome/140.0 Safari/537.36', maxTouchPoints: 0, permissions: { query } });
}

describe('vdx-device-problem', () => {
  it('fetches what it tells, and hands on that somebody wants to try again', async () => {
    stubPermission('denied');
    const element = await mount(new DeviceProblem(), { error: 'deviceBusy', which: 'camera', words: da });
    const tried = vi.fn();
    element.addEventListener('retry', tried);
    await vi.waitFor(() => { expect(element.hasAttribute('data-loading')).toBe(false); });
    await element.updateComplete;
    const card = part<ProblemCard>(element, 'vdx-problem-card');
    await card.updateComplete;
    expect(textOf(part(card, 'h2'))).toBe('Et andet program bruger dit kamera');
    expect(card.renderRoot.querySelector('ol')).toBeNull();
    part(card, 'button').click();
    expect(tried).toHaveBeenCalledOnce();
  });
});

describe('vdx-problem-card', () => {
  it('tells where a refused permission is found, in steps with a picture each', async () => {
    stubPermission('denied');
    const card = await mount(new ProblemCard(), { error: 'permissionDenied', which: 'both' });
    expect(textOf(part(card, 'h2'))).toBe('Browseren har ikke fået lov');
    expect(card.renderRoot.querySelectorAll('li')).toHaveLength(2);
    expect(card.renderRoot.querySelectorAll('li .drawing')).toHaveLength(2);
    expect(textOf(part(card, 'section'))).toContain('Brug så din telefon');
  });

  it('says only "answer" where the browser was not answered, because it will ask again', async () => {
    stubPermission('prompt');
    const card = await mount(new ProblemCard(), { error: 'permissionDenied', which: 'both' });
    await vi.waitFor(() => { expect(textOf(part(card, 'h2'))).toBe('Browseren mangler dit svar'); });
  });

  it('tries again by itself when the permission was given in the settings', async () => {
    stubPermission('denied');
    const card = await mount(new ProblemCard(), { error: 'permissionDenied', which: 'both' });
    const tried = vi.fn();
    card.addEventListener('retry', tried);
    await vi.waitFor(() => { expect(permissions).toHaveLength(2); });
    for (const status of permissions) Object.assign(status, { state: 'granted' });
    await new Promise((resolve) => setTimeout(resolve));
    permissions[0]?.dispatchEvent(new Event('change'));
    expect(tried).toHaveBeenCalledOnce();
    card.remove();
    permissions[0]?.dispatchEvent(new Event('change'));
    expect(tried).toHaveBeenCalledOnce();
  });

  it('opens a window of its own where the page around keeps the camera', async () => {
    stubPermission('prompt');
    const card = await mount(new ProblemCard(), { error: 'blockedByFrame', which: 'camera' });
    expect(part(card, 'a').getAttribute('target')).toBe('_blank');
    expect(card.renderRoot.querySelector('button')).toBeNull();
  });
});

it.each(Object.keys(deviceProblemWords('da').steps) as Guide[])('%s has a picture for each step, in both languages', (guide) => {
  expect(deviceProblemWords('da').steps[guide]).toHaveLength(drawingsOf(guide).length);
  expect(deviceProblemWords('en').steps[guide]).toHaveLength(drawingsOf(guide).length);
});
