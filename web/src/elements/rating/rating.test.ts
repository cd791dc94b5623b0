// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HubRequests } from '../../protocol/hub-requests.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { Rating } from './rating.js';

afterEach(unmountAll);

async function asked(): Promise<{ element: Rating; rateCall: ReturnType<typeof vi.fn>; press: (text: string) => Promise<void> }> {
  const rateCall = vi.fn(() => Promise.resolve(true));
  const element = await mount(new Rating(), { commands: { hub: { rateCall } as unknown as HubRequests } });
  const press = async (text: string): Promise<void> => {
    const button = [...element.renderRoot.querySelectorAll('button')].find((one) => textOf(one) === text);
    if (button === undefined) throw new Error(`no ${text}`);
    button.click();
    await element.updateComplete;
  };
  return { element, rateCall, press };
}

describe('vdx-rating', () => {
  it('asks once, and thanks for a good answer', async () => {
    const { element, rateCall, press } = await asked();
    await press('Meget godt');
    expect(rateCall).toHaveBeenCalledExactlyOnceWith(5, []);
    expect(textOf(part(element, '[role=status]'))).toContain('Tak for dit svar');
    element.remove();
    expect(rateCall).toHaveBeenCalledOnce();
  });

  it('asks after a poor one what was wrong', async () => {
    const { element, rateCall, press } = await asked();
    await press('Dårligt');
    expect(rateCall).not.toHaveBeenCalled();
    await press('Noget andet');
    await press('Lyden');
    await press('Billedet');
    await press('Billedet');
    expect([...element.renderRoot.querySelectorAll('[aria-pressed=true]')].map(textOf)).toEqual(['Lyden', 'Noget andet']);
    await press('Send svar');
    expect(rateCall).toHaveBeenCalledExactlyOnceWith(2, ['sound', 'other']);
  });

  it('counts an answer whose second question was skipped, or left by closing the page', async () => {
    const skipped = await asked();
    await skipped.press('Nogenlunde');
    await skipped.press('Billedet');
    await skipped.press('Spring over');
    expect(skipped.rateCall).toHaveBeenCalledExactlyOnceWith(3, []);
    const closed = await asked();
    await closed.press('Meget dårligt');
    dispatchEvent(new Event('pagehide'));
    expect(closed.rateCall).toHaveBeenCalledExactlyOnceWith(1, []);
  });

  it('is skipped without a trace', async () => {
    const { element, rateCall, press } = await asked();
    await press('Spring over');
    expect(textOf(element.renderRoot as unknown as Node)).toBe('');
    element.remove();
    expect(rateCall).not.toHaveBeenCalled();
  });
});
