// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import type { CallCommands } from '../../call-types.js';
import { decodePictures } from '../../protocol/waiting-pictures.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { Still } from './still.js';
import { takeStill } from './take.js';

vi.mock('./take.js', () => ({ takeStill: vi.fn() }));
afterEach(() => {
  unmountAll();
  vi.clearAllMocks();
});

const JPEG = new Blob(['x'], { type: 'image/jpeg' });

async function offered(isTaken = true) {
  const showPicture = vi.fn(() => Promise.resolve(isTaken));
  vi.mocked(takeStill).mockResolvedValue(JPEG);
  const commands = { hub: { showPicture } } as unknown as CallCommands;
  const element = await mount(new Still(), { commands, stream: {} as MediaStream, hasCamera: true });
  return { element, showPicture };
}

it('takes and sends nothing before the click, shows what was sent, and takes it back', async () => {
  const { element, showPicture } = await offered();
  expect([vi.mocked(takeStill).mock.calls, showPicture.mock.calls]).toEqual([[], []]);
  part(element, '#show').click();
  await vi.waitFor(() => { expect(element.renderRoot.querySelector('img')).not.toBeNull(); });
  expect(textOf(part(element, '[role=status]'))).toBe('Værten kan se dette billede af dig.');
  part(element, '#remove').click();
  await vi.waitFor(() => { expect(element.renderRoot.querySelector('img')).toBeNull(); });
  expect(showPicture.mock.calls).toEqual([[JPEG], [null]]);
  expect(textOf(part(element, '[role=status]'))).toBe('Billedet er fjernet.');
});

it('does not say that it is shown when it did not arrive', async () => {
  const { element } = await offered(false);
  part(element, '#show').click();
  await vi.waitFor(() => { expect(textOf(part(element, '[role=status]'))).toContain('Det lykkedes ikke'); });
  expect(element.renderRoot.querySelector('img')).toBeNull();
});

it('shows again what is shown when the connection is back', async () => {
  const { element, showPicture } = await offered();
  part(element, '#show').click();
  await vi.waitFor(() => { expect(showPicture).toHaveBeenCalledTimes(1); });
  element.isLinked = false;
  await element.updateComplete;
  element.isLinked = true;
  await element.updateComplete;
  expect(showPicture).toHaveBeenCalledTimes(2);
});

it('offers nothing without a camera', async () => {
  const element = await mount(new Still(), {});
  expect(element.renderRoot.querySelector('section')).toBeNull();
});

it('takes pictures of others only as what they are', () => {
  const body = { pictures: [{ waitingId: 'a', jpeg: '/9j/AA==' }, { waitingId: 'b', jpeg: '"><script>' }, { waitingId: 3, jpeg: 'AA==' }, null] };
  expect([...decodePictures(body)]).toEqual([['a', 'data:image/jpeg;base64,/9j/AA==']]);
  expect([...decodePictures('x')]).toEqual([]);
});
