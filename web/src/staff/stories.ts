/** Development only: every state of the staff page, as the page itself with answers that never come from a server. */

import type { Language } from '../text/languages.js';
import { Staff } from './app.js';
import type { Answer, StaffRequests } from './requests.js';
import { LOOK_TEXTS, type Booked, type DayMeeting, type LookFields, type Sms, type StaffState, type StoredLook, type Template } from './resources.js';

const UUID = '0b7c8c6e-6a43-4d54-8a77-9e5d0e2a7b11';
const MINUTE_MS = 60_000;
const at = (minutes: number): string => new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + minutes * MINUTE_MS).toISOString();

const PERSON = { name: 'Birthe Østergaard', email: 'birthe@example.dk', organisation: 'aarhus', organisationName: 'Aarhus Kommune', roles: ['meeting-admin'], endsAt: at(480) };
const SIGNED_IN: StaffState = { way: 'openId', person: PERSON };

function meeting(number: number, begins: number, changes: Partial<DayMeeting> = {}): DayMeeting {
  return {
    uuid: UUID.slice(0, -2) + String(10 + number), subject: 'Opfølgning efter udskrivning', startTime: at(begins), endTime: at(begins + 30), opensAt: at(begins - 15),
    organizedByEmail: PERSON.email, status: begins > 15 ? 'AWAITS_PROVISION' : 'PROVISIONED_OK', shortUrl: 'https://moede.example.dk/m/69ef4e1f4ddf', revision: 1,
    hosts: 0, guests: 0, waiting: [], ...changes,
  };
}

const LONG = 'Anne-Grethe Margrethe Bech Sørensen-Østergaard';
const WAITS = meeting(1, -4, { waiting: [{ since: at(-6), name: 'Inger Jensen' }] });
const DAY: readonly DayMeeting[] = [
  meeting(0, -120),
  meeting(7, -90, { subject: 'Sårpleje' }),
  meeting(2, -20, { subject: 'Genoptræning af knæ på hold', hosts: 1, guests: 6, organizedByEmail: 'mette@example.dk' }),
  WAITS,
  meeting(3, 10, { subject: 'Samtale med hjemmeplejen' }),
  meeting(4, 60, { subject: 'Netværksmøde om hjælpemidler, med tolk, pårørende og terapeut fra genoptræningen' }),
  meeting(5, 150, { subject: 'Ø' }),
];
const CROWD: readonly DayMeeting[] = [
  ...DAY.slice(0, 3),
  meeting(1, -4, { waiting: [{ since: at(-26), name: LONG }, { since: at(-6), name: 'Ib' }, { since: at(0), name: 'Karl Åge' }] }),
  ...DAY.slice(4),
  ...[200, 240, 280, 320].map((begins, index) => meeting(20 + index, begins)),
];

const sms = (number: number, state: Sms['state'], purpose: Sms['purpose'] = 'invitation'): Sms => ({ reference: `sms-${String(number)}`, to: `+45 •• •• •• ${String(10 + number)}`, purpose, state, dueAt: null });
const SMS: readonly Sms[] = [sms(1, 'waiting', 'reminder'), sms(2, 'delivered'), sms(3, 'failed')];

const TEXT = 'Videomøde med Aarhus Kommune mandag den 23. november kl. 10.30. Åbn linket, når mødet begynder: https://moede.example.dk/m/69ef4e1f4ddf. Hjælp: 87 65 43 21';
const BOOKED: Booked = {
  uuid: UUID, subject: 'Opfølgning efter udskrivning', startTime: at(60), endTime: at(90), opensAt: at(45), shortUrl: 'https://moede.example.dk/m/69ef4e1f4ddf', guestPin: '4711',
  smsText: { da: TEXT, en: TEXT }, letterText: { da: TEXT, en: TEXT }, revision: 1,
};

const TEMPLATES: readonly Template[] = [
  { id: 1, name: 'Samtale', isDefault: true, lobby: 'untilHost', mode: 'meeting', guestPinRequired: false, guestsMuted: false, guestsMayShare: true, opensBeforeMinutes: 15, maxParticipants: 0, endsOnTime: false },
  { id: 2, name: 'Holdtræning på nettet for dem, der bor længst væk', isDefault: false, lobby: 'knock', mode: 'training', guestPinRequired: true, guestsMuted: true, guestsMayShare: false, opensBeforeMinutes: 30, maxParticipants: 12, endsOnTime: true },
  { id: 3, name: '', isDefault: false, lobby: 'untilHost', mode: 'meeting', guestPinRequired: false, guestsMuted: false, guestsMayShare: true, opensBeforeMinutes: 20, maxParticipants: 0, endsOnTime: false },
];

const NO_LOOK: LookFields = { ...(Object.fromEntries(LOOK_TEXTS.map((name) => [name, ''])) as unknown as LookFields), links: [], termsDemanded: false };
const LOOK: StoredLook = {
  ...NO_LOOK, accent: '#ffd400', background: '#e8f1ff', welcome: 'Godt, du er her.\nDin læge kommer om lidt.', links: [{ label: 'Gode råd', url: 'https://aarhus.example/raad' }],
  organisation: 'aarhus', version: 3, name: 'Aarhus Kommune', helpLine: '', corrections: [],
};

const ok = <T>(value: T): Promise<Answer<T>> => Promise.resolve({ value });
const no = (code: string, field = ''): Promise<{ readonly problem: { code: string; field: string } }> => Promise.resolve({ problem: { code, field } });

function requests(changes: Partial<StaffRequests> = {}, meetings: readonly DayMeeting[] = DAY): StaffRequests {
  return {
    session: () => ok(SIGNED_IN),
    signIn: () => ok(SIGNED_IN),
    signOut: () => ok({ continueAt: '' }),
    day: (day) => ok({ day: { day: day === 'today' ? new Date().toISOString().slice(0, 10) : day, meetings, isWhole: true }, tag: '"a"', nowMs: Date.now() }),
    book: () => ok(BOOKED),
    meeting: () => ok(BOOKED),
    cancel: () => ok(null),
    end: () => ok(BOOKED),
    messages: () => ok({ messages: SMS }),
    sendSms: () => ok({ messages: [sms(4, 'waiting')] }),
    sendAgain: () => ok({ messages: [sms(5, 'waiting')] }),
    callNow: () => ok({ uuid: UUID, shortUrl: BOOKED.shortUrl, message: sms(1, 'waiting', 'call') }),
    templates: () => ok({ templates: TEMPLATES }),
    addTemplate: (fields) => ok({ ...fields, id: 9 }),
    changeTemplate: (id, fields) => ok({ ...fields, id }),
    deleteTemplate: () => ok(null),
    look: () => ok(LOOK),
    saveLook: (_, fields) => ok({ ...LOOK, ...fields, corrections: ['$.accent: #ffd400 became #806a00'] }),
    calendar: () => no('unreachable'),
    ...changes,
  };
}

type Make = (language: Language | null) => HTMLElement;

/** `press`: what is pressed in the view as soon as it is there. */
function story(fragment: string, answers: StaffRequests = requests(), press = ''): Make {
  return (language) => {
    const page = new Staff();
    page.fragment = fragment;
    page.asked = language;
    page.requests = answers;
    if (press !== '') void pressWhenThere(page, press);
    return page;
  };
}

/** While it lasts the page says so (`data-loading`): who takes pictures waits. Another story ends it. */
async function pressWhenThere(page: HTMLElement, selector: string): Promise<void> {
  page.setAttribute('data-loading', '');
  for (let turn = 0; turn < PATIENCE; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (!page.isConnected) return;
    const found = deep(page, selector);
    if (found === null) continue;
    (found as HTMLElement).click();
    await new Promise((resolve) => requestAnimationFrame(resolve));
    break;
  }
  page.removeAttribute('data-loading');
}

const PATIENCE = 400;

function deep(root: ParentNode, selector: string): Element | null {
  const found = root.querySelector(selector);
  if (found !== null) return found;
  for (const element of root.querySelectorAll('*')) {
    const inside = element.shadowRoot === null ? null : deep(element.shadowRoot, selector);
    if (inside !== null) return inside;
  }
  return null;
}

const signedOut = (way: StaffState['way']): StaffRequests => requests({ session: () => ok({ way, person: null }), signIn: () => no('unreachable') });
const wrong = requests({ session: () => ok({ way: 'password', person: null }), signIn: () => no('password_wrong') });
const ringing = (changes: Partial<DayMeeting>): StaffRequests => requests({ messages: () => ok({ messages: [sms(2, 'delivered', 'call')] }) }, [meeting(0, -1, { uuid: UUID, subject: 'Videosamtale', ...changes })]);

/** By name, like `STORIES`. */
export const STAFF_STORIES: Readonly<Record<string, Make>> = {
  'staff-sign-in': story('#/', signedOut('openId')),
  'staff-sign-in-ended': story('#/?problem=session_ended', signedOut('openId')),
  'staff-sign-in-development': story('#/', signedOut('development')),
  'staff-sign-in-password': story('#/', signedOut('password')),
  'staff-sign-in-password-wrong': story('#/', wrong, 'button[type=submit]'),
  'staff-sign-in-choose': story(`#${'i'.repeat(43)}`, signedOut('password')),
  'staff-unreachable': story('#/', requests({ session: () => no('unreachable') })),
  'staff-day': story('#/'),
  'staff-day-crowd': story('#/', requests({}, CROWD)),
  'staff-day-opened': story('#/', requests({}, [WAITS]), '.menu'),
  'staff-day-cancel': story('#/', requests({}, [meeting(4, 60)]), '.menu'),
  'staff-day-empty': story('#/', requests({}, [])),
  'staff-day-other': story('#/day/2026-12-24'),
  'staff-day-unseen': story('#/', requests({ day: () => no('unreachable') })),
  'staff-book': story('#/book'),
  'staff-book-problems': story('#/book', requests(), 'button[type=submit]'),
  'staff-booked': story(`#/booked/${UUID}`),
  'staff-booked-without-sms': story(`#/booked/${UUID}`, requests({ messages: () => ok({ messages: [] }) })),
  'staff-sms-number': story('#/call'),
  'staff-sms-missing': story('#/call', requests(), 'button[type=submit]'),
  'staff-sms-under-way': story(`#/calling/${UUID}`, ringing({})),
  'staff-sms-slow': story(`#/calling/${UUID}`, ringing({ startTime: at(-5) })),
  'staff-sms-arrived': story(`#/calling/${UUID}`, ringing({ waiting: [{ since: at(-1), name: 'Inger Jensen' }] })),
  'staff-sms-inside': story(`#/calling/${UUID}`, ringing({ hosts: 1, guests: 1 })),
  'staff-templates': story('#/templates'),
  'staff-templates-none': story('#/templates', requests({ templates: () => ok({ templates: [] }) })),
  'staff-template-new': story('#/templates/new'),
  'staff-template': story('#/templates/2'),
  'staff-look': story('#/look'),
  'staff-look-saved': story('#/look', requests(), 'button[type=submit]'),
  'staff-look-wrong': story('#/look', requests({ saveLook: () => no('validation_failed', 'links[0].url') }), 'button[type=submit]'),
  'staff-more': story('#/more'),
};
