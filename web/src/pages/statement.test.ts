// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeLook } from '../look/look.js';
import { mount, part, textOf, unmountAll } from '../testing/mount.js';
import { helpWords } from '../text/help.js';
import { statementsWords, type StatementWords } from '../text/statements.js';
import { StatementPage } from './statement.js';

afterEach(unmountAll);

const shown = async (change: Partial<StatementPage>): Promise<StatementPage> => {
  const page = await mount(new StatementPage(), { language: 'da', askLook: () => Promise.resolve(null), ...change });
  await vi.waitFor(() => { part(page, 'h1'); });
  return page;
};

describe('vdx-statement', () => {
  it('says what is not met, also where no organisation is known', async () => {
    const page = await shown({ statement: 'accessibility' });
    expect(document.title).toBe('Tilgængelighed – Videomøde');
    expect(textOf(part(page, 'article'))).toContain('Der kommer ikke undertekster af sig selv');
    expect(textOf(part(page, 'article'))).toContain(statementsWords('da').nobody);
    expect(page.renderRoot.querySelector('.own')).toBeNull();
  });

  it('begins with the organisation\'s own text, and ends with whom to write to', async () => {
    const look = decodeLook({ version: 1, organisation: 'a', name: 'Aarhus Kommune', helpLine: '+4587654321', privacyText: 'Vi spørger Bo.', accessibilityText: 'Nej', contact: 'bo@a.example' });
    const page = await shown({ statement: 'privacy', askLook: () => Promise.resolve(look) });
    await vi.waitFor(() => { expect(textOf(part(page, '.own'))).toBe('Fra Aarhus KommuneVi spørger Bo.'); });
    expect(textOf(part(page, 'section:last-of-type'))).toContain('bo@a.example');
    expect(part<HTMLAnchorElement>(page, 'section:last-of-type a').getAttribute('href')).toBe('tel:+4587654321');
  });

  it('is help for who is invited, and leads hosts on to it or to the organisation\'s own', async () => {
    const help = await shown({ statement: 'help' });
    expect(textOf(part(help, 'article'))).toContain('Tryk på linket i din sms eller e-mail');
    const hosting = await shown({ statement: 'hosting' });
    const last = (page: StatementPage): string | null => part<HTMLAnchorElement>(page, 'p:last-of-type a.link').getAttribute('href');
    expect(last(hosting)).toBe('/help?lang=da');
    const look = decodeLook({ version: 1, organisation: 'a', helpUrl: 'https://h.example' });
    const own = await shown({ statement: 'hosting', askLook: () => Promise.resolve(look) });
    await vi.waitFor(() => { expect(last(own)).toBe('https://h.example'); });
  });

  it('says the same in both languages', () => {
    const [da, en] = [statementsWords('da'), statementsWords('en')];
    const shapes = (text: StatementWords): number[][] => text.sections.map(({ paragraphs, points }) => [paragraphs.length, points.length]);
    for (const name of ['accessibility', 'privacy'] as const) expect(shapes(da[name])).toEqual(shapes(en[name]));
    for (const name of ['help', 'hosting'] as const) expect(shapes(helpWords('da')[name])).toEqual(shapes(helpWords('en')[name]));
  });
});
