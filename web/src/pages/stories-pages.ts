/** Development only: what stands before or beside a call, as the real elements with answers that never come from a server. */

import type { Opening } from '../entry/opening.js';
import type { EntranceAnswer } from '../protocol/entrance.js';
import type { Language } from '../text/languages.js';
import type { Statement } from '../look/links.js';
import type { Look } from '../look/look.js';
import { EntryPage } from './entry.js';
import { OPERATOR_STORIES } from '../operator/stories.js';
import { Playground } from '../playground/playground.js';
import { STAFF_STORIES } from '../staff/stories.js';
import { TEST_STORIES } from './stories-network.js';
import { StatementPage } from './statement.js';
import { LOOKS } from './stories-look.js';

const OPENING: Opening = {
  way: { kind: 'invitation', token: 'an-invented-invitation' },
  pin: '',
  joinsAtOnce: false,
  name: '',
  microphoneOn: true,
  cameraOn: true,
  returnUrl: '',
  startsAt: null,
  language: null,
  further: '',
};
const HOUR_MS = 3600_000;

function entry(answer: EntranceAnswer | null, opening: Partial<Opening> = {}): (language: Language | null) => HTMLElement {
  return (language) => {
    const page = new EntryPage();
    page.opening = { ...OPENING, ...opening, language };
    page.ask = () => (answer === null ? new Promise(() => undefined) : Promise.resolve([answer, { organisation: 'Aarhus Kommune', helpLine: '+4587654321' }]));
    return page;
  };
}

function statement(name: Statement, look: Look | null): (language: Language | null) => HTMLElement {
  return (language) => {
    const page = new StatementPage();
    page.statement = name;
    page.language = language;
    page.askLook = () => Promise.resolve(look);
    return page;
  };
}

/** By name, like `STORIES`. */
export const PAGES: Readonly<Record<string, (language: Language | null) => HTMLElement>> = {
  'entry-ask': entry(null, { way: { kind: 'ask' } }),
  'entry-working': entry(null),
  'entry-pin': entry({ state: 'pinRequired' }),
  'entry-wrong-pin': entry({ state: 'wrongPin', triesLeft: 2 }, { pin: '1234' }),
  'entry-early': entry({ state: 'notYet', opensAt: Date.now() + 20 * HOUR_MS, startsAt: Date.now() + 20.25 * HOUR_MS, host: { name: 'Bo Østergaard Ås', function: 'læge' } }),
  'entry-early-soon': entry({ state: 'notYet', opensAt: Date.now() + 250_000, startsAt: Date.now() + 850_000 }),
  'entry-closed': entry({ state: 'closed' }),
  'entry-unknown': entry({ state: 'unknown' }),
  'entry-wait': entry({ state: 'wait', forMs: 45_000 }),
  'entry-unreachable': entry({ state: 'unreachable' }),
  ...TEST_STORIES,
  'statement-accessibility': statement('accessibility', null),
  'statement-accessibility-own': statement('accessibility', { ...LOOKS.yellow, accessibilityText: 'Vi har en teleslynge på rådhuset, hvis du hellere vil møde os der.' }),
  help: statement('help', null),
  'help-own-organisation': statement('help', LOOKS.yellow),
  'help-host': statement('hosting', null),
  'statement-privacy': statement('privacy', null),
  'statement-privacy-own': statement('privacy', { ...LOOKS.dark, privacyText: 'Vores databeskyttelsesrådgiver hedder Bo.\nDu kan skrive til hende.', contact: 'Skriv til os i Digital Post.' }),
  ...STAFF_STORIES,
  ...OPERATOR_STORIES,
  playground: () => new Playground(),
};
