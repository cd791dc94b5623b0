// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands } from '../../call-types.js';
import type { MessageState, RoomMessage, RoomMessages } from '../../protocol/room-messages.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { inviteWords } from '../../text/invite.js';
import { askAgainMs, newsOf, problemOf } from './fate.js';
import { Invite } from './invite.js';

const WORDS = inviteWords('da');
const sms = (reference: string, state: MessageState, to = '+45 •• •• •• 56'): RoomMessage => ({ reference, to, state });
const listed = (...messages: RoomMessage[]): RoomMessages => ({ messages });

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => {
  unmountAll();
  vi.useRealTimers();
});

async function invite(sent: RoomMessages = listed(), answer: RoomMessages = listed(sms('a', 'waiting'))) {
  const sendSms = vi.fn((_to: string) => Promise.resolve(answer));
  const sentSms = vi.fn(() => Promise.resolve(sent));
  const element = await mount(new Invite(), { commands: { hub: { sendSms, sentSms } } as unknown as CallCommands });
  const settle = async (ms = 0): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms);
    await element.updateComplete;
  };
  const click = async (): Promise<void> => {
    part(element, '#invite').click();
    await settle();
  };
  const field = (): HTMLInputElement => part<HTMLInputElement>(element, '#number');
  const send = async (number: string): Promise<void> => {
    field().value = number;
    part(element, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    await settle();
  };
  return { element, sendSms, sentSms, settle, click, field, send, text: () => textOf(element.renderRoot) };
}

describe('vdx-invite', () => {
  it('asks the server nothing before it is opened, and puts the host into the field then', async () => {
    const { element, sentSms, click, field } = await invite();
    expect(sentSms).not.toHaveBeenCalled();
    await click();
    expect(sentSms).toHaveBeenCalledOnce();
    expect(part(element, '#invite').getAttribute('aria-expanded')).toBe('true');
    expect(element.shadowRoot?.activeElement).toBe(field());
    expect([field().type, field().inputMode, field().getAttribute('autocomplete'), field().name]).toEqual(['tel', 'tel', 'off', '']);
  });

  it('sends to the number, forgets it, and tells eyes and ears what becomes of the message', async () => {
    const { element, sendSms, sentSms, click, send, field, settle } = await invite();
    await click();
    sentSms.mockResolvedValue(listed(sms('a', 'waiting')));
    await send(' 20 12 34 56 ');
    expect(sendSms).toHaveBeenCalledExactlyOnceWith('20 12 34 56');
    expect(field().value).toBe('');
    expect(element.renderRoot.querySelector('[role=alert] p')).toBeNull();
    expect(textOf(part(element, 'li .fate'))).toBe('Venter på at blive sendt');
    expect(textOf(part(element, '#news'))).toBe('Nummeret, der ender på 56: Venter på at blive sendt.');
    for (const [state, told] of [['sent', 'Sendt'], ['delivered', 'Leveret']] as const) {
      sentSms.mockResolvedValue(listed(sms('a', state)));
      await settle(15_000);
      expect(textOf(part(element, 'li .fate'))).toBe(told);
      expect(textOf(part(element, '#news'))).toBe(`Nummeret, der ender på 56: ${told}.`);
    }
    const asked = sentSms.mock.calls.length;
    await settle(60_000);
    expect(sentSms, 'nothing is expected any more').toHaveBeenCalledTimes(asked);
    expect(element.renderRoot.querySelectorAll('li')).toHaveLength(1);
  });

  it('sends once while an answer is waited for', async () => {
    const { element, sendSms, click, send, settle } = await invite();
    await click();
    let answer: (told: RoomMessages) => void = () => undefined;
    sendSms.mockReturnValue(new Promise((resolve) => { answer = resolve; }));
    await send('20123456');
    await send('20123456');
    expect(part(element, '#send').getAttribute('aria-disabled')).toBe('true');
    expect(textOf(part(element, '#send'))).toBe(WORDS.sending);
    answer(listed(sms('a', 'waiting')));
    await settle();
    expect(sendSms).toHaveBeenCalledOnce();
    expect(part(element, '#send').getAttribute('aria-disabled')).toBe('false');
  });

  it('asks for a number where there is none', async () => {
    const { element, sendSms, click, send, field } = await invite();
    await click();
    await send('  ');
    expect(sendSms).not.toHaveBeenCalled();
    expect(textOf(part(element, '[role=alert]'))).toBe(WORDS.problem.missing);
    expect(field().getAttribute('aria-invalid')).toBe('true');
    expect(field().getAttribute('aria-describedby')).toContain('problem');
  });

  it.each([
    ['validation_failed', 'number', true],
    ['sms_quota_spent', 'quota', false],
    ['too_many_messages', 'full', false],
    ['sms_unavailable', 'unavailable', false],
    ['meeting_over', 'over', false],
    ['unreachable', 'unreachable', false],
    ['toString', 'other', false],
  ] as const)('says what to do about %s and leaves the number to be mended', async (code, problem, isWrong) => {
    const { element, click, send, field } = await invite(listed(), { code });
    await click();
    await send('20123456');
    expect(textOf(part(element, '[role=alert]'))).toBe(WORDS.problem[problem]);
    expect(field().hasAttribute('aria-invalid')).toBe(isWrong);
    expect(field().value).toBe('20123456');
    expect(element.shadowRoot?.activeElement).toBe(field());
  });

  it.each([['meeting_unknown', 'unbooked'], ['not_permitted', 'notYours']] as const)(
    'shows the way without SMS instead of a form for %s, and does not ask again',
    async (code, problem) => {
      const { element, sentSms, click, settle } = await invite({ code });
      await click();
      expect(textOf(part(element, '[role=alert]'))).toBe(WORDS.problem[problem]);
      expect(element.renderRoot.querySelector('form')).toBeNull();
      expect(element.shadowRoot?.activeElement).toBe(part(element, '#invite'));
      await settle(60_000);
      expect(sentSms).toHaveBeenCalledOnce();
    },
  );

  it('shows what was sent before, but says aloud only what is new', async () => {
    const { element, click } = await invite(listed(sms('b', 'failed', '+46 •• •• •• 01'), sms('a', 'delivered')));
    await click();
    expect([...element.renderRoot.querySelectorAll('li .fate')].map(textOf)).toEqual(['Kunne ikke leveres', 'Leveret']);
    expect(textOf(part(element, '#news'))).toBe('');
  });

  it('keeps what it knows while no list comes, says so, and asks on', async () => {
    const { element, sentSms, click, settle } = await invite(listed(sms('a', 'sent')));
    await click();
    sentSms.mockResolvedValue({ code: 'unreachable' });
    await settle(15_000);
    expect(textOf(part(element, '#unseen'))).toBe(WORDS.unseen);
    expect(textOf(part(element, 'li .fate'))).toBe('Sendt');
    sentSms.mockResolvedValue(listed(sms('a', 'delivered')));
    await settle(15_000);
    expect(element.renderRoot.querySelector('#unseen')).toBeNull();
    expect(textOf(part(element, 'li .fate'))).toBe('Leveret');
  });

  it('asks nothing more when it is closed or the panel goes, and opens without the number', async () => {
    const { element, sentSms, click, field, settle } = await invite(listed(sms('a', 'waiting')));
    await click();
    field().value = '20123456';
    await click();
    await settle(60_000);
    expect(sentSms).toHaveBeenCalledOnce();
    await click();
    expect(field().value).toBe('');
    element.remove();
    await settle(60_000);
    expect(sentSms).toHaveBeenCalledTimes(2);
  });
});

describe('the fate of messages', () => {
  it.each([
    [null, 15_000],
    [[], null],
    [[sms('a', 'delivered'), sms('b', 'failed'), sms('c', 'givenUp')], null],
    [[sms('a', 'sent'), sms('b', 'delivered')], 15_000],
    [[sms('a', 'uncertain')], 15_000],
    [[sms('a', 'sent'), sms('b', 'sending')], 2000],
  ] as const)('of %j is asked again after %s ms', (messages, expected) => {
    expect(askAgainMs(messages)).toBe(expected);
  });

  it('is said of what changed and of what is new', () => {
    const before = [sms('a', 'sent'), sms('b', 'sent', '+45 •• •• •• 78')];
    const now = [sms('c', 'waiting', '+45 •• •• •• 90'), sms('a', 'delivered'), ...before.slice(1)];
    expect(newsOf(before, now, inviteWords('en'))).toBe('The number that ends in 90: Waiting to be sent. The number that ends in 56: Delivered.');
    expect(newsOf(null, now, WORDS)).toBe('');
  });

  it('has a word for every code', () => {
    expect(problemOf('something_new')).toBe('other');
    for (const language of ['da', 'en'] as const) {
      const { problem, state } = inviteWords(language);
      for (const text of [...Object.values(problem), ...Object.values(state)]) expect(text).not.toMatch(/^$|!|venligst|please/i);
    }
  });
});
