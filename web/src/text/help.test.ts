import { expect, it } from 'vitest';
import { helpWords } from './help.js';
import { da } from './da.js';
import { en } from './en.js';
import type { StatementWords } from './statements.js';

/** The page as a document; what it has beside the words of the page is said here. */
function markdown({ title, lead, sections }: StatementWords, isHost: boolean): string {
  const parts = sections.flatMap(({ heading, paragraphs, points }) => [`## ${heading}`, ...paragraphs, ...(points.length === 0 ? [] : [points.map((point) => `- ${point}`).join('\n')])]);
  const before = isHost ? ['![Et møde med tre personer](../images/call.png)'] : [];
  const after = isHost
    ? ['Det, borgeren selv kan gøre, står i [hjælp til borgeren](../hjaelp/borger.md). Dagens møder, og hvem der venter, kan ses på [medarbejdersiden](../staff.md). Hvem der ser hvem på et hold, står i [hvordan holdtræning virker](../topics/training.md).']
    : [];
  const where = `<!-- Skrevet af web/src/text/help.test.ts efter siden selv (${isHost ? '/help/host' : '/help'}); ret i web/src/text/help.ts. -->`;
  return `${[where, `# ${title}`, lead, ...before, ...parts, ...after].join('\n\n')}\n`;
}

it('is what the documents say', async () => {
  await expect(markdown(helpWords('da').help, false)).toMatchFileSnapshot('../../../docs/hjaelp/borger.md');
  await expect(markdown(helpWords('da').hosting, true)).toMatchFileSnapshot('../../../docs/vejledning/vaert.md');
});

it.each([
  ['da', da, '»Mikrofon«', '»Kamera«', '»Mere«', '»Forlad«', '»Slå lyden til«', '»Tænd igen«', '»Deltag igen«'],
  ['en', en, '“Microphone”', '“Camera”', '“More”', '“Leave”', '“Turn on the sound”', '“Turn on again”', '“Join again”'],
] as [ 'da' | 'en', typeof da, ...string[]][])('names buttons by the word that is on them (%s)', (language, words, ...named: string[]) => {
  const { call, banner, ended } = words;
  const labels = [call.microphone, call.camera, call.more, call.leave, call.unmute, banner.turnOn, ended.again];
  expect(named.map((name) => name.slice(1, -1))).toEqual(labels);
  const said = JSON.stringify(helpWords(language).help);
  for (const name of named) expect(said).toContain(name);
});
