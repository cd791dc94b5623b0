// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands } from '../../call-types.js';
import { storyHub } from '../../pages/stories-hub.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { Links } from './links.js';

afterEach(() => {
  unmountAll();
  vi.unstubAllGlobals();
});

async function opened(answers: Record<string, unknown> = {}): Promise<{ element: Links; asked: string[]; settle: () => Promise<void> }> {
  const asked: string[] = [];
  const hub = storyHub((name) => {
    asked.push(name);
    return Promise.resolve();
  });
  const host = { ...(await hub.host()), ...answers };
  const element = await mount(new Links(), { commands: { hub: { ...hub, host: () => Promise.resolve(host) } } as unknown as CallCommands });
  const settle = async (): Promise<void> => {
    await new Promise((done) => setTimeout(done));
    await element.updateComplete;
  };
  part(element, '#links').click();
  await settle();
  return { element, asked, settle };
}

describe('vdx-links', () => {
  it('asks nothing before it is opened, then shows the short link with its QR code', async () => {
    const { element, asked } = await opened();
    expect(asked).toEqual(['links']);
    expect(part<HTMLInputElement>(element, '#shared-url').value).toContain('/m/');
    expect(part(element, 'img').getAttribute('src')).toMatch(/^data:image\/svg\+xml,%3Csvg/);
  });

  it('copies, and says what to do where the browser does not', async () => {
    const { element, settle } = await opened();
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
    part(element, '[data-copy=shared-url]').click();
    await settle();
    expect(writeText).toHaveBeenCalledWith(part<HTMLInputElement>(element, '#shared-url').value);
    expect(textOf(part(element, '[role=status]'))).toBe('Linket er kopieret');
    writeText.mockRejectedValue(new Error('refused'));
    part(element, '[data-copy=shared-url]').click();
    await settle();
    expect(textOf(part(element, '[role=status]'))).toContain('kunne ikke kopieres');
    expect(element.shadowRoot?.activeElement?.id).toBe('shared-url');
  });

  it('makes a link for one person and takes it back', async () => {
    const { element, asked, settle } = await opened();
    part<HTMLInputElement>(element, '#name').value = 'Lone';
    part(element, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    await settle();
    expect(textOf(part(element, '.made'))).toContain('Linket til Lone er klar');
    expect(part<HTMLInputElement>(element, '#personal-url').value).toContain('/i#');
    part(element, '.made ~ [data-revoke]').click();
    await settle();
    expect(asked).toEqual(['links', 'makeLink', 'revokeLink']);
    expect(element.renderRoot.querySelector('#personal-url')).toBeNull();
    expect(textOf(part(element, '[role=status]'))).toContain('trukket tilbage');
  });

  it('says why there is no link', async () => {
    const { element } = await opened({ links: () => Promise.resolve({ code: 'meeting_unknown' }) });
    expect(textOf(part(element, '[role=alert]'))).toContain('ikke booket');
    expect(element.renderRoot.querySelector('form')).toBeNull();
  });
});
