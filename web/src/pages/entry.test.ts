// @vitest-environment happy-dom
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Frame } from '../elements/frame/frame.js';
import { readOpening } from '../entry/opening.js';
import type { EntranceAnswer } from '../protocol/entrance.js';
import { decodeLook } from '../look/look.js';
import { mount, part, textOf, unmountAll } from '../testing/mount.js';
import { EntryPage } from './entry.js';

afterEach(unmountAll);

async function page(address: string, ...answers: EntranceAnswer[]): Promise<EntryPage> {
  const ask = (): Promise<readonly [EntranceAnswer, { organisation: string; helpLine: string }]> =>
    Promise.resolve([answers.shift() ?? { state: 'unreachable' }, { organisation: 'Aarhus Kommune', helpLine: '87 65 43 21' }]);
  const element = await mount(new EntryPage(), { opening: readOpening(`${address}${address.includes('?') ? '&' : '?'}lang=da`), ask });
  await vi.waitFor(() => { part(element, 'h1'); });
  await element.updateComplete;
  return element;
}

async function settled(element: EntryPage, heading: string): Promise<void> {
  await vi.waitFor(() => { expect(textOf(part(element, 'h1'))).toBe(heading); });
}

function submit(element: EntryPage, text: string): void {
  part<HTMLInputElement>(element, 'input').value = text;
  part(element, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
}

describe('vdx-entry', () => {
  it('asks for the address, then for the PIN, and says how many tries are left', async () => {
    const element = await page('https://m.example/', { state: 'pinRequired' }, { state: 'wrongPin', triesLeft: 1 });
    await settled(element, 'Kom ind til dit møde');
    expect(document.title).toBe('Kom ind til dit møde – Videomøde');
    submit(element, '1234');
    await settled(element, 'Skriv mødets pinkode');
    submit(element, '12');
    await vi.waitFor(() => { expect(textOf(part(element, '#problem'))).toBe('Pinkoden har mindst 4 tal.'); });
    expect(part(element, 'input').getAttribute('aria-invalid')).toBe('true');
    submit(element, '1234');
    await vi.waitFor(() => { expect(textOf(part(element, '#problem'))).toContain('Du har 1 forsøg tilbage.'); });
    expect(part<HTMLInputElement>(element, 'input').value).toBe('');
  });

  it('shows when the meeting begins, as the link says, beside the question for the PIN, while it is to come', async () => {
    const link = (start: string): string => `https://m.example/?url=1234&start_dato=${start}`;
    const element = await page(link('2099-11-24T10:00:00'), { state: 'pinRequired' });
    await settled(element, 'Skriv mødets pinkode');
    expect(textOf(part(element, '.when'))).toContain('tirsdag den 24. november');
    const over = await page(link('2020-11-24T10:00:00'), { state: 'pinRequired' });
    await settled(over, 'Skriv mødets pinkode');
    expect(over.renderRoot.querySelector('.when')).toBeNull();
  });

  it('keeps what was typed, to be mended', async () => {
    const element = await page('https://m.example/', { state: 'unknown' });
    await settled(element, 'Kom ind til dit møde');
    submit(element, '12345@m.example');
    await vi.waitFor(() => { expect(textOf(part(element, '#problem'))).toContain('Vi kan ikke finde et møde'); });
    expect(part<HTMLInputElement>(element, 'input').value).toBe('12345@m.example');
  });

  it('says when to come, and that the page goes on by itself', async () => {
    const at = new Date();
    at.setHours(10, 30, 0, 0);
    vi.useFakeTimers({ now: at.getTime() - 3600_000, toFake: ['Date'] });
    onTestFinished(() => { vi.useRealTimers(); });
    const element = await page('https://m.example/m/0123456789ab', { state: 'notYet', opensAt: at.getTime() - 900_000, startsAt: at.getTime() });
    await settled(element, 'Du er tidligt på den');
    const text = textOf(part(element, '.waiting'));
    expect(text).toContain('Mødet begynder kl. 10.30.');
    expect(text).toContain('Døren åbner kl. 10.15.');
    expect(text).toContain('Døren åbner om 45 minutter.');
    expect(text).toContain('Lad siden være åben.');
    expect(document.title).not.toContain('Aarhus');
  });

  it.each([
    ['closed', 'Mødet er slut'],
    ['unknown', 'Linket virker ikke'],
    ['unreachable', 'Vi kan ikke få forbindelse'],
  ] as const)('has words for a link that is %s', async (state, heading) => {
    await settled(await page('https://m.example/m/0123456789ab', { state }), heading);
  });

  it('counts down, and tries again only then', async () => {
    const element = await page('https://m.example/m/0123456789ab', { state: 'wait', forMs: 45_000 }, { state: 'closed' });
    await settled(element, 'Vent lidt');
    expect(textOf(part(element, '.waiting'))).toMatch(/om 4[45] sekunder/);
    expect(part(element, 'button').getAttribute('aria-disabled')).toBe('true');
    part(element, 'button').click();
    await element.updateComplete;
    expect(textOf(part(element, 'h1'))).toBe('Vent lidt');
  });

  it('hands over what was opened', async () => {
    const opened: EntranceAnswer = { state: 'open', roomId: 'r', token: 't', name: null, returnUrl: '' };
    const element = new EntryPage();
    const entered = vi.fn();
    element.addEventListener('entered', entered);
    await mount(element, { opening: readOpening('https://m.example/i#abcdefghijklmnopqrst_-'), ask: () => Promise.resolve([opened, { organisation: '', helpLine: '' }]) });
    await vi.waitFor(() => { expect(entered).toHaveBeenCalledOnce(); });
    expect((entered.mock.calls[0]?.[0] as { opened: unknown }).opened).toBe(opened);
  });

  it('looks as the organisation in the path, and says who that is until it is told who invites', async () => {
    const look = decodeLook({ version: 1, organisation: 'aarhus', name: 'Aarhus Kommune', helpLine: '+4512345678' });
    const element = await mount(new EntryPage(), { opening: readOpening('https://m.example/o/aarhus/?lang=da'), askLook: () => Promise.resolve(look) });
    await vi.waitFor(() => { expect(part<Frame>(element, 'vdx-frame').look).toBe(look); });
    expect(part<Frame>(element, 'vdx-frame').room).toEqual({ organisation: 'Aarhus Kommune', helpLine: '+4512345678' });
  });
});
