/** Development only: every state of the operator's page, as the page itself with answers that never come from a server. */

import type { Language } from '../text/languages.js';
import { Operator } from './app.js';
import type { Now } from './now.js';
import type { Answer, OperatorRequests } from './requests.js';

const HOUR_S = 3600;
/** Answers that the page has had when it is shown: enough for lines. */
const ROUNDS = 60;
const ROUND_S = 2;

const ROOMS: Now['rooms'] = [
  { room: 'k7p2qm', hosts: 1, guests: 11, waiting: 2, weak: 1, sources: 24, ageS: 2520 },
  { room: 'x3m8ad', hosts: 2, guests: 1, waiting: 0, weak: 0, sources: 7, ageS: 640 },
  { room: 'p9w4te', hosts: 1, guests: 1, waiting: 0, weak: 0, sources: 4, ageS: 95 },
];

/** The same numbers in every picture: a slow wave in place of chance. */
function now(round: number, changes: Partial<Now> = {}): Now {
  const wave = Math.sin(round / 5);
  const seconds = round * ROUND_S;
  return {
    version: '1.0.0', uptimeS: 9 * HOUR_S + seconds, at: 1_795_500_000 + seconds, roomsOpen: 4, calls: 3, hosts: 4, guests: 13, waiting: 2,
    byTransport: { udp: 14, tcp: 2, turn: 1, none: 0 }, qualities: { good: 14, weak: 2, lost: 1 }, loopLagMs: 1.4 + wave, worstLoopLagMs: 18,
    signallingCpuS: 400 + seconds * 0.05, workers: [{ cpuS: 900 + seconds * (0.2 + wave / 50), peers: 9 }, { cpuS: 850 + seconds * 0.17, peers: 8 }],
    packets: {
      audioIn: 850 * seconds, audioOut: 3100 * seconds, videoIn: 2400 * seconds, videoOut: 7900 * seconds + 400 * wave,
      bytesIn: 2_900_000 * seconds, bytesOut: 9_400_000 * seconds, rejected: Math.floor(round / 9),
    },
    rooms: ROOMS,
    problems: [
      { at: 1_795_499_990, what: 'mediaLost', how: 'timeout', room: 'k7p2qm' },
      { at: 1_795_499_400, what: 'refused', how: 'room_full', room: 'x3m8ad' },
    ],
    bounds: [{ name: 'pins_locked', total: 2 }, { name: 'rooms_full', total: 3 + Math.floor(round / 30) }], degraded: [],
    drain: { isDraining: false, deadline: null, canUndo: false },
    ...changes,
  };
}

const QUIET: Partial<Now> = {
  roomsOpen: 0, calls: 0, hosts: 0, guests: 0, waiting: 0, byTransport: { udp: 0, tcp: 0, turn: 0, none: 0 }, qualities: { good: 0, weak: 0, lost: 0 }, rooms: [],
  problems: [], bounds: [],
};
const DRAINING: Partial<Now> = { drain: { isDraining: true, deadline: 1_795_500_900, canUndo: true } };

interface Part {
  readonly key?: string;
  readonly developmentKey?: string;
  readonly changes?: Partial<Now>;
  /** After the answers that it had. */
  readonly then?: Answer<Now>;
  readonly click?: string;
  readonly type?: readonly [string, string];
}

function operator(part: Part): (language: Language | null) => HTMLElement {
  return (language) => {
    const page = new Operator();
    let round = 0;
    const requests: OperatorRequests = {
      key: () => part.key ?? 'an-invented-key',
      remember: () => undefined,
      now: () => {
        round += 1;
        return Promise.resolve(round > ROUNDS && part.then !== undefined ? part.then : { value: now(round, part.changes) });
      },
      drain: () => Promise.resolve({ value: {} }),
      story: (_key, shortId) => Promise.resolve(shortId === 'k7p2qm'
        ? { value: { lines: ['10:28:04  the room was opened by a host', '10:29:40  a guest knocks', '10:29:52  the guest is let in, UDP, 31 ms', '10:41:17  the guest\u2019s connection is lost', '10:41:22  the guest is back, TCP'] } }
        : { code: 'room_unknown' }),
      developmentKey: () => Promise.resolve(part.developmentKey ?? ''),
    };
    page.requests = requests;
    page.asked = language;
    page.toggleAttribute('data-loading', true);
    void play(page, part);
    return page;
  };
}

/** As one who has watched for a while, and then does something. */
async function play(page: Operator, { key, then, click, type }: Part): Promise<void> {
  await page.updateComplete;
  const rounds = key === '' ? 0 : ROUNDS + (then === undefined ? 0 : 1);
  for (let round = 0; round < rounds; round += 1) await page.ask();
  await page.updateComplete;
  const find = (selector: string): HTMLElement | null => page.renderRoot.querySelector<HTMLElement>(selector);
  if (type !== undefined) find(type[0])?.setAttribute('value', type[1]);
  if (click !== undefined) find(click)?.click();
  await new Promise((resolve) => setTimeout(resolve));
  await page.updateComplete;
  if (type !== undefined) find('pre, .problem:not(:empty)')?.scrollIntoView({ block: 'end' });
  page.removeAttribute('data-loading');
}

/** By name, like `STORIES`. */
export const OPERATOR_STORIES: Readonly<Record<string, (language: Language | null) => HTMLElement>> = {
  'operator-key': operator({ key: '' }),
  'operator-key-development': operator({ key: '', developmentKey: 'an-invented-key' }),
  'operator-key-wrong': operator({ then: { code: 'key_invalid' } }),
  'operator-now': operator({}),
  'operator-quiet': operator({ changes: QUIET }),
  'operator-degraded': operator({ changes: { degraded: ['database', 'sms'] } }),
  'operator-lost': operator({ then: { code: 'unreachable' } }),
  'operator-drain-sure': operator({ click: '#drain' }),
  'operator-draining': operator({ changes: DRAINING }),
  'operator-story': operator({ type: ['#short', 'k7p2qm'], click: 'form button[type=submit]' }),
  'operator-story-unknown': operator({ type: ['#short', 'zzzzzz'], click: 'form button[type=submit]' }),
};
