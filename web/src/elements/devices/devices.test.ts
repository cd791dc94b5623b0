// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, DevicesState } from '../../call-types.js';
import { IDLE } from '../../pages/fixtures.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import { Devices } from './devices.js';

afterEach(unmountAll);

function shown(change: Partial<DevicesState> = {}): Promise<Devices> {
  const chooseDevice = vi.fn(() => Promise.resolve());
  const setSignLanguage = vi.fn();
  const commands: Partial<CallCommands> = { chooseDevice, setSignLanguage };
  return mount(new Devices(), {
    devices: { ...IDLE.devices, ...change },
    commands: commands as CallCommands,
    words: da,
  });
}

describe('vdx-devices', () => {
  it('tells which device was chosen', async () => {
    const element = await shown();
    const select = part<HTMLSelectElement>(element, '#camera');
    expect(select.value).toBe('c1');
    select.value = 'c2';
    select.dispatchEvent(new Event('change'));
    expect(element.commands.chooseDevice).toHaveBeenCalledWith('camera', 'c2');
  });

  it('lets a person say that hands speak, and explains it', async () => {
    const element = await shown();
    const box = part<HTMLInputElement>(element, '#sign-language');
    expect(box.checked).toBe(false);
    expect(textOf(part(element, '.check'))).toBe('Jeg bruger tegnsprog');
    expect(textOf(part(element, `#${box.getAttribute('aria-describedby') ?? ''}`))).toBe(da.device.signLanguageHelp);
    box.click();
    expect(element.commands.setSignLanguage).toHaveBeenCalledWith(true);
    expect(part<HTMLInputElement>(await shown({ usesSignLanguage: true }), '#sign-language').checked).toBe(true);
  });

  it('hides the loudspeaker where the browser chooses it', async () => {
    expect((await shown({ canChooseSpeaker: false })).renderRoot.querySelector('#speaker')).toBeNull();
  });

  it('gives a name to what has none, and says when there is nothing', async () => {
    const element = await shown({ microphones: [{ id: 'x', label: '' }], cameras: [] });
    expect(textOf(part(element, '#microphone'))).toBe('Mikrofon 1');
    expect(textOf(part(element, '#camera'))).toBe('Ingen fundet');
    expect(part<HTMLSelectElement>(element, '#camera').disabled).toBe(true);
  });
});
