// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mount, part, textOf, unmountAll } from '../testing/mount.js';
import { present } from '../testing/builders.js';
import { staffWords } from '../text/staff.js';
import { writeAlerts } from '../elements/lobby/alerting.js';
import { Staff } from './app.js';
import { CallingOff, UNDO_MS } from './calling-off.js';
import { ASK_MS, DayWatch, type Watched } from './day-watch.js';
import { staffRequests, type Answer, type DayAnswer, type StaffRequests } from './requests.js';
import type { Day, DayMeeting, Sms } from './resources.js';
import { BookView } from './views/book.js';
import { CallView } from './views/call.js';
import { MeetingRow } from './views/meeting-row.js';

const WORDS = staffWords('da');
const NOW = Date.parse('2026-11-23T13:07:00Z');
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

function meeting(changes: Partial<DayMeeting> = {}): DayMeeting {
  return {
    uuid: 'm', subject: 'Samtale', startTime: at(60), endTime: at(90), opensAt: at(45), organizedByEmail: '', status: 'AWAITS_PROVISION',
    shortUrl: 'https://x.example/m/1', revision: 1, hosts: 0, guests: 0, waiting: [], ...changes,
  };
}

const day = (...meetings: DayMeeting[]): Day => ({ day: '2026-11-23', meetings, isWhole: true });
const told = (value: Day | null, tag = 'a'): Answer<DayAnswer> => ({ value: { day: value, tag, nowMs: NOW } });
const asStaff = (some: Partial<StaffRequests>): StaffRequests => some as StaffRequests;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  unmountAll();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a day that is watched', () => {
  it('is asked for again with what is known, keeps what it has while nothing comes, and rests when it is left', async () => {
    const ask = vi.fn<StaffRequests['day']>(() => Promise.resolve(told(day(meeting()))));
    const heard: Watched[] = [];
    const watch = new DayWatch(asStaff({ day: ask }), 'today', (now) => heard.push(now));
    watch.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard.at(-1)?.day?.meetings).toHaveLength(1);
    ask.mockResolvedValue(told(null));
    await vi.advanceTimersByTimeAsync(ASK_MS);
    expect(ask).toHaveBeenLastCalledWith('today', 'a');
    expect(heard.at(-1)?.day?.meetings).toHaveLength(1);
    ask.mockResolvedValue({ problem: { code: 'unreachable', field: '' } });
    await vi.advanceTimersByTimeAsync(ASK_MS);
    expect(heard.at(-1)).toMatchObject({ problem: { code: 'unreachable' }, day: { day: '2026-11-23' } });
    watch.stop();
    await vi.advanceTimersByTimeAsync(10 * ASK_MS);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it('is asked at once when something was done, but never twice at the same time', async () => {
    let answer: ((value: Answer<DayAnswer>) => void) | undefined;
    const ask = vi.fn<StaffRequests['day']>(() => new Promise((resolve) => { answer = resolve; }));
    const watch = new DayWatch(asStaff({ day: ask }), 'today', () => undefined);
    watch.start();
    watch.look();
    watch.look();
    expect(ask).toHaveBeenCalledTimes(1);
    answer?.(told(day()));
    await vi.advanceTimersByTimeAsync(0);
    expect(ask).toHaveBeenCalledTimes(2);
    watch.stop();
  });
});

describe('calling off', () => {
  function off(answers: Partial<StaffRequests>) {
    const done = vi.fn();
    const requests = { cancel: vi.fn<StaffRequests['cancel']>(() => Promise.resolve({ value: null })), end: vi.fn<StaffRequests['end']>(() => Promise.resolve({ problem: { code: 'x', field: '' } })), ...answers };
    return { calling: new CallingOff(asStaff(requests), () => undefined, done), done, ...requests };
  }

  it('can be undone for some seconds, and is done after them', async () => {
    const { calling, cancel, done } = off({});
    calling.begin(meeting());
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    calling.undo('m');
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(cancel).not.toHaveBeenCalled();
    calling.begin(meeting());
    expect(calling.has('m')).toBe(true);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(cancel).toHaveBeenCalledExactlyOnceWith('m');
    expect(done).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ uuid: 'm' }), null);
    calling.close();
  });

  it('is done at once when the page goes, and ends what can no more be cancelled', async () => {
    const { calling, cancel, end, done } = off({ cancel: vi.fn(() => Promise.resolve({ problem: { code: 'meeting_not_deletable', field: '' } })) });
    calling.begin(meeting());
    dispatchEvent(new Event('pagehide'));
    await vi.advanceTimersByTimeAsync(0);
    expect(cancel).toHaveBeenCalledOnce();
    expect(end).toHaveBeenCalledExactlyOnceWith('m');
    expect(done).toHaveBeenCalledExactlyOnceWith(expect.anything(), { code: 'x', field: '' });
    calling.begin(meeting({ uuid: 'n', status: 'PROVISIONED_OK' }));
    calling.close();
    expect(end).toHaveBeenLastCalledWith('n');
    expect(cancel).toHaveBeenCalledOnce();
  });
});

describe('what is asked', () => {
  it('carries the header that other sites cannot send, and tells a problem with its field', async () => {
    const fetched = vi.fn((_path: string, _init: RequestInit) => Promise.resolve(new Response('{"code":"validation_failed","field":"$.startTime"}', { status: 422 })));
    vi.stubGlobal('fetch', fetched);
    expect(await staffRequests.book({ subject: 'a', startTime: 'b', endTime: 'c' }, 'key')).toEqual({ problem: { code: 'validation_failed', field: 'startTime' } });
    const [path, init] = fetched.mock.calls[0] ?? [];
    expect(path).toBe('/api/v1/meetings');
    expect(init).toMatchObject({ method: 'POST', credentials: 'same-origin', headers: { 'X-Vdx-Staff': '1', 'Idempotency-Key': 'key' } });
    fetched.mockRejectedValue(new TypeError('offline'));
    expect(await staffRequests.session()).toEqual({ problem: { code: 'unreachable', field: '' } });
  });

  it('takes a day that is as before for that, and the time from the server', async () => {
    const headers = { Date: 'Mon, 23 Nov 2026 13:09:00 GMT', ETag: '"b"' };
    const fetched = vi.fn((_path: string, _init: RequestInit) => Promise.resolve(new Response(null, { status: 304, headers })));
    vi.stubGlobal('fetch', fetched);
    expect(await staffRequests.day('today', '"a"')).toEqual({ value: { day: null, tag: '"a"', nowMs: NOW + 120_000 } });
    expect(fetched.mock.calls[0]?.[1].headers).toMatchObject({ 'If-None-Match': '"a"' });
  });
});

describe('a meeting of the day', () => {
  const row = (changes: Partial<DayMeeting>, requests: Partial<StaffRequests> = {}) =>
    mount(new MeetingRow(), { meeting: meeting(changes), nowMs: NOW, requests: asStaff(requests), own: 'anna@example.dk' });

  it('says who waits since when, and has one big way in', async () => {
    const element = await row({ startTime: at(-5), opensAt: at(-20), waiting: [{ since: at(-6), name: 'Inger Jensen' }, { since: at(0), name: '' }] });
    expect(textOf(part(element, '.who'))).toBe('2 venter');
    expect([...element.renderRoot.querySelectorAll('li')].map(textOf)).toEqual(['Inger Jensen har ventet i 6 min.', 'Gæsten er lige kommet']);
    const way = part<HTMLAnchorElement>(element, 'a.button.primary');
    expect([way.getAttribute('href'), way.target, way.rel]).toEqual(['/staff/meetings/m', '_blank', 'noopener']);
  });

  it('has no way in before it opens, and none when it is over', async () => {
    for (const changes of [{}, { startTime: at(-60), endTime: at(-30), opensAt: at(-75) }]) {
      const element = await row(changes);
      expect(element.renderRoot.querySelector('a')).toBeNull();
    }
  });

  it('names another host only', async () => {
    expect((await row({ organizedByEmail: 'anna@example.dk' })).renderRoot.querySelector('.by')).toBeNull();
    expect(textOf(part(await row({ organizedByEmail: 'bo@example.dk' }), '.by'))).toBe('Vært: bo@example.dk');
  });

  it('sends a message once more by its reference, and shows what became of it', async () => {
    const sms = (reference: string, state: Sms['state']): Sms => ({ reference, to: '+45 •• •• •• 56', purpose: 'invitation', state, dueAt: null });
    const sendAgain = vi.fn(() => Promise.resolve({ value: { messages: [sms('b', 'waiting')] } }));
    const messages = vi.fn(() => Promise.resolve({ value: { messages: [sms('a', 'failed')] } }));
    const element = await row({}, { messages, sendAgain });
    part(element, '.menu').click();
    await vi.advanceTimersByTimeAsync(0);
    await element.updateComplete;
    part(element, 'li .link').click();
    await vi.advanceTimersByTimeAsync(0);
    expect(sendAgain).toHaveBeenCalledExactlyOnceWith('m', 'a');
  });
});

describe('booking', () => {
  it('says beside the field what the server does not take, and books once however often one presses', async () => {
    const book = vi.fn<StaffRequests['book']>(() => Promise.resolve({ problem: { code: 'validation_failed', field: 'endTime' } }));
    const templates = (): ReturnType<StaffRequests['templates']> => Promise.resolve({ value: { templates: [] } });
    const element = await mount(new BookView(), { requests: asStaff({ book, templates }) });
    const submit = async (): Promise<void> => {
      part(element, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
      await vi.advanceTimersByTimeAsync(0);
      await element.updateComplete;
    };
    await submit();
    expect(book).not.toHaveBeenCalled();
    expect(textOf(part(element, '#subject-problem'))).toBe(WORDS.book.problem.subjectMissing);
    const field = part<HTMLInputElement>(element, '#subject');
    field.value = 'Samtale';
    field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    await element.updateComplete;
    expect(textOf(part(element, '#subject-problem'))).toBe('');
    await submit();
    expect(textOf(part(element, '#clock-problem'))).toBe(WORDS.book.problem.wrong);
    const [first] = book.mock.calls[0]?.slice(1) ?? [];
    await submit();
    expect(book.mock.calls[1]?.[1]).toBe(first);
  });
});

describe('calling now', () => {
  it('forgets the number once the SMS is taken, and leads to what becomes of it', async () => {
    const callNow = vi.fn<StaffRequests['callNow']>(() => Promise.resolve({ problem: { code: 'validation_failed', field: 'to' } }));
    const element = await mount(new CallView(), { requests: asStaff({ callNow }) });
    const submit = async (): Promise<void> => {
      part(element, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
      await vi.advanceTimersByTimeAsync(0);
      await element.updateComplete;
    };
    await submit();
    expect(callNow).not.toHaveBeenCalled();
    expect(textOf(part(element, '#problem'))).toBe(WORDS.call.missing);
    part<HTMLInputElement>(element, '#number').value = ' 20 12 34 5 ';
    await submit();
    expect(textOf(part(element, '#problem'))).toBe(WORDS.problem.smsNumber);
    expect(part<HTMLInputElement>(element, '#number').value).toBe(' 20 12 34 5 ');
    const rung = vi.fn();
    element.addEventListener('rung', rung);
    callNow.mockResolvedValue({ value: { uuid: 'm', shortUrl: '', message: { reference: 'a', to: '', purpose: 'call', state: 'waiting', dueAt: null } } });
    await submit();
    expect(callNow).toHaveBeenLastCalledWith('20 12 34 5');
    expect(rung).toHaveBeenCalledOnce();
  });

  it('says when somebody is there, and puts the person at the desk on the way in', async () => {
    const messages = (): ReturnType<StaffRequests['messages']> => Promise.resolve({ value: { messages: [] } });
    const watched = (changes: Partial<DayMeeting>): Watched => ({ day: day(meeting({ startTime: at(0), ...changes })), aheadMs: 0, problem: null });
    const element = await mount(new CallView(), { requests: asStaff({ messages }), uuid: 'm', today: watched({}) });
    expect(textOf(part(element, 'h1'))).toBe(WORDS.call.under);
    element.today = watched({ waiting: [{ since: at(0), name: 'Inger' }] });
    await element.updateComplete;
    expect(textOf(part(element, 'h1'))).toBe(WORDS.call.here);
    expect(element.shadowRoot?.activeElement).toBe(part(element, 'a.primary'));
    element.today = watched({ hosts: 1, guests: 1 });
    await element.updateComplete;
    expect(textOf(part(element, 'h1'))).toBe(WORDS.call.inside);
  });
});

describe('the staff page', () => {
  const person = { name: 'Anna', email: 'anna@example.dk', organisation: 'dev', organisationName: 'Dev', roles: ['meeting-user'], endsAt: at(600) };
  async function page(answers: Partial<StaffRequests>, fragment = '#/') {
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
    const requests = asStaff({
      session: () => Promise.resolve({ value: { way: 'openId', person } }),
      day: () => Promise.resolve(told(day(meeting({ startTime: at(-1), opensAt: at(-16), waiting: [{ since: at(-1), name: 'Inger' }] })))),
      ...answers,
    });
    const element = await mount(new Staff(), { requests, fragment, asked: 'da' });
    const settle = async (): Promise<void> => {
      await vi.advanceTimersByTimeAsync(50);
      await element.updateComplete;
    };
    await settle();
    await settle();
    return { element, settle };
  }

  it('tells in the title how many wait, and leads nobody to what only administrators may change', async () => {
    const { element } = await page({});
    expect(document.title).toBe('(1) venter – I dag – Videomøder');
    const frame = element.querySelector('vdx-staff-frame');
    expect([...(frame?.shadowRoot?.querySelectorAll('nav a') ?? [])].map((link) => link.getAttribute('href'))).toEqual(['#/', '#/book', '#/call', '#/more']);
  });

  it('tells of the next one who waits by a message of the browser without a name, not where a host is inside', async () => {
    const made: string[] = [];
    class FakeNotification {
      static permission = 'granted';
      onclick: (() => void) | null = null;
      close = (): void => undefined;
      constructor(text: string) {
        made.push(text);
      }
    }
    vi.stubGlobal('Notification', FakeNotification);
    vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    writeAlerts({ sound: false, notification: true });
    const waits = (uuid: string, hosts = 0): DayMeeting => meeting({ uuid, hosts, waiting: [{ since: at(0), name: 'Inger' }] });
    const ask = vi.fn<StaffRequests['day']>(() => Promise.resolve(told(day(waits('a')))));
    await page({ day: ask });
    expect(made).toEqual([]);
    ask.mockResolvedValue(told(day(waits('a'), waits('b'))));
    await vi.advanceTimersByTimeAsync(ASK_MS);
    ask.mockResolvedValue(told(day(waits('a'), waits('b'), waits('c', 1))));
    await vi.advanceTimersByTimeAsync(ASK_MS);
    expect(made).toEqual(['Der venter 2 på at komme ind']);
    localStorage.clear();
    vi.restoreAllMocks();
  });

  it('leads back to signing in when the session is over, and says why', async () => {
    const ask = vi.fn<StaffRequests['day']>(() => Promise.resolve(told(day())));
    const { element, settle } = await page({ day: ask });
    ask.mockResolvedValue({ problem: { code: 'session_ended', field: '' } });
    await vi.advanceTimersByTimeAsync(ASK_MS);
    await settle();
    const view = element.querySelector('vdx-staff-sign-in');
    expect(textOf(view?.shadowRoot ?? element)).toContain(WORDS.problem.ended);
    expect(view?.shadowRoot?.querySelector('a')?.getAttribute('href')).toBe('/staff/sign-in');
    const asked = ask.mock.calls.length;
    await vi.advanceTimersByTimeAsync(10 * ASK_MS);
    expect(ask).toHaveBeenCalledTimes(asked);
  });

  it('does not say that one is signed out while the server does not know of it', async () => {
    const signOut = vi.fn<StaffRequests['signOut']>(() => Promise.resolve({ problem: { code: 'unreachable', field: '' } }));
    const { element, settle } = await page({ signOut });
    element.dispatchEvent(new Event('signout'));
    await settle();
    const frame = element.querySelector('vdx-staff-frame');
    expect(textOf(frame?.shadowRoot?.querySelector('.notice') ?? element)).toBe(WORDS.signIn.stillIn);
    signOut.mockResolvedValue({ value: { continueAt: '' } });
    element.dispatchEvent(new Event('signout'));
    await settle();
    expect(textOf(element.querySelector('vdx-staff-sign-in')?.shadowRoot ?? element)).toContain(WORDS.signIn.ended);
  });

  it('asks an invited administrator before the link is used, and says when it works no more', async () => {
    const signIn = vi.fn<StaffRequests['signIn']>(() => Promise.resolve({ problem: { code: 'invitation_unknown', field: '' } }));
    const { element, settle } = await page({ signIn }, `#${'i'.repeat(43)}`);
    const view = present(element.querySelector('vdx-staff-sign-in'));
    const button = present(view.shadowRoot?.querySelector('button'));
    expect(textOf(view.shadowRoot ?? element)).toContain(WORDS.signIn.invitedLead);
    expect(signIn).not.toHaveBeenCalled();
    button.click();
    await settle();
    expect(signIn).toHaveBeenCalledWith({ invitation: 'i'.repeat(43) });
    expect(textOf(view.shadowRoot ?? element)).toContain(WORDS.problem.invitation);
    signIn.mockResolvedValue({ value: { way: 'openId', person } });
    button.click();
    await settle();
    expect(element.querySelector('vdx-staff-sign-in')).toBeNull();
  });

  it('lets an invited administrator choose a password where there is no other login, and says at once when it is too short', async () => {
    const signIn = vi.fn<StaffRequests['signIn']>(() => Promise.resolve({ problem: { code: 'password_guessable', field: 'password' } }));
    const session = vi.fn<StaffRequests['session']>(() => Promise.resolve({ value: { way: 'password', person: null } }));
    const { element, settle } = await page({ signIn, session }, `#${'i'.repeat(43)}`);
    const inside = present(element.querySelector('vdx-staff-sign-in')?.shadowRoot ?? null);
    const password = present(inside.querySelector<HTMLInputElement>('#password'));
    expect([password.type, password.autocomplete]).toEqual(['password', 'new-password']);
    const send = async (text: string): Promise<void> => {
      password.value = text;
      inside.querySelector('form')?.requestSubmit();
      await settle();
    };
    await send('kort');
    expect(textOf(inside)).toContain(WORDS.problem.passwordShort);
    expect(signIn).not.toHaveBeenCalled();
    await send('adgangskode1234');
    expect(textOf(inside)).toContain(WORDS.problem.passwordGuessable);
    expect(inside.activeElement).toBe(password);
    signIn.mockResolvedValue({ value: { way: 'password', person } });
    await send('fire katte på taget');
    expect(signIn).toHaveBeenLastCalledWith({ invitation: 'i'.repeat(43), password: 'fire katte på taget' });
    expect(element.querySelector('vdx-staff-sign-in')).toBeNull();
  });

  it('signs in by e-mail and password, keeps both when they are wrong, and says when to wait', async () => {
    const signIn = vi.fn<StaffRequests['signIn']>(() => Promise.resolve({ problem: { code: 'password_wrong', field: '' } }));
    const session = vi.fn<StaffRequests['session']>(() => Promise.resolve({ value: { way: 'password', person: null } }));
    const { element, settle } = await page({ signIn, session });
    const inside = present(element.querySelector('vdx-staff-sign-in')?.shadowRoot ?? null);
    const email = present(inside.querySelector<HTMLInputElement>('#email'));
    const password = present(inside.querySelector<HTMLInputElement>('#password'));
    expect([email.autocomplete, password.autocomplete]).toEqual(['username', 'current-password']);
    email.value = ' anna@example.dk ';
    password.value = ' med mellemrum ';
    inside.querySelector('form')?.requestSubmit();
    await settle();
    expect(signIn).toHaveBeenCalledWith({ email: 'anna@example.dk', password: ' med mellemrum ' });
    expect(textOf(inside)).toContain(WORDS.problem.passwordWrong);
    expect([email.value.trim(), password.value]).toEqual(['anna@example.dk', ' med mellemrum ']);
    present(inside.querySelector<HTMLInputElement>('#show')).click();
    await settle();
    expect(password.type).toBe('text');
    signIn.mockResolvedValue({ problem: { code: 'rate_limited', field: '' } });
    inside.querySelector('form')?.requestSubmit();
    await settle();
    expect(textOf(inside)).toContain(WORDS.problem.passwordWait);
  });

  it('asks again who is signed in when no answer came', async () => {
    const session = vi.fn<StaffRequests['session']>(() => Promise.resolve({ problem: { code: 'unreachable', field: '' } }));
    const { element, settle } = await page({ session });
    session.mockResolvedValue({ value: { way: 'development', person: null } });
    element.querySelector('vdx-staff-sign-in')?.shadowRoot?.querySelector('button')?.click();
    await settle();
    await settle();
    const said = textOf(element.querySelector('vdx-staff-sign-in')?.shadowRoot ?? element);
    expect(said).toContain(WORDS.signIn.developmentLead);
    expect(said).not.toContain(WORDS.problem.unreachable);
  });
});
