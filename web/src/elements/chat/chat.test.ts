// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState } from '../../call-types.js';
import { NO_WORDS, withWords, type WrittenWords } from '../../conference/words.js';
import { inCall } from '../../pages/fixtures.js';
import type { Answer, Chat as ChatEvent } from '../../protocol/messages.gen.js';
import { ROOM } from '../../testing/builders.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { writtenText } from '../../text/written.js';
import { Chat } from './chat.js';
import { Draft } from './draft.js';
import { targetsOf } from './targets.js';
import { QUIET_MS, Unread } from './unread.js';

let answer: Answer = { type: 'done' };
const ask = vi.fn(() => Promise.resolve(answer));
const commands = { ask } as unknown as CallCommands;

const said = (change: Partial<ChatEvent> = {}): ChatEvent => ({
  type: 'chat', participantId: 'p-Bo', name: 'Bo', to: 'all', otherId: null, text: 'Hej', ...change,
});
const written = (...events: readonly ChatEvent[]): WrittenWords =>
  events.reduce((words, event) => withWords(words, event, 'self'), NO_WORDS);

function call(change: Partial<CallState> = {}, room: Partial<typeof ROOM> = {}): CallState {
  return { ...inCall(3), documents: { roomChanged: { type: 'roomChanged', room: { ...ROOM, ...room } } }, ...change };
}

const show = (state: CallState, draft = new Draft(ask)): Promise<Chat> => mount(new Chat(), { call: state, commands, draft });

beforeEach(() => {
  answer = { type: 'done' };
  ask.mockClear();
});
afterEach(unmountAll);

describe('vdx-chat', () => {
  it('shows messages as text only, with their writer, in a log', async () => {
    const text = '<img src=x onerror=alert(1)> https://example.dk';
    const element = await show(call({ words: written(said({ text }), said({ participantId: 'self', to: 'hosts' })) }));
    const log = part(element, '[role=log]');
    expect(textOf(log)).toContain(text);
    expect(log.querySelectorAll('img, a')).toHaveLength(0);
    expect(part(element, 'li').dataset['participant']).toBe('p-Bo');
  });

  it('shows lines that others are typing, told apart by name, and not our own', async () => {
    const lines = [
      { participantId: 'p-Bo', to: 'all' as const, text: 'Jeg er på v' },
      { participantId: 'self', to: 'all' as const, text: 'mit' },
      { participantId: 'unknown', to: 'all' as const, text: 'hvem' },
    ];
    const state = call();
    const element = await show({ ...state, documents: { ...state.documents, openLines: { type: 'openLines', lines } } });
    const shown = [...element.renderRoot.querySelectorAll<HTMLElement>('.line')];
    expect(shown.map((line) => [line.dataset['participant'], textOf(line)])).toEqual([['p-Bo', 'Bo skriver Jeg er på v']]);
    expect(shown[0]?.getAttribute('aria-label')).toBe('Bo skriver');
  });

  it('sends with Enter, keeps what was refused and says why', async () => {
    const element = await show(call());
    const field = part<HTMLTextAreaElement>(element, '#message');
    const press = async (): Promise<void> => {
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }));
      await Promise.resolve();
      await Promise.resolve();
      await element.updateComplete;
    };
    field.value = 'Hej';
    field.dispatchEvent(new Event('input'));
    answer = { type: 'error', code: 'participant_away', text: '', retryAfter: null };
    await press();
    expect(textOf(part(element, '#problem'))).toBe(writtenText('da').refusals['participant_away']);
    expect(element.draft.text).toBe('Hej');
    answer = { type: 'done' };
    await press();
    expect(ask).toHaveBeenLastCalledWith({ type: 'writeChat', to: 'all', participantId: null, text: 'Hej' });
    expect(element.draft.text).toBe('');
  });

  it('types for others to see only after that was switched on', async () => {
    const element = await show(call());
    const field = part<HTMLTextAreaElement>(element, '#message');
    field.value = 'Hej';
    field.dispatchEvent(new Event('input'));
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    expect(ask).not.toHaveBeenCalled();
    const live = part<HTMLInputElement>(element, '#live');
    live.checked = true;
    live.dispatchEvent(new Event('change'));
    await vi.waitFor(() => { expect(ask).toHaveBeenCalledWith({ type: 'typeText', to: 'all', participantId: null, keep: 0, text: 'Hej' }); });
  });

  it('does not go on to everybody when the one person written to is gone', async () => {
    const draft = new Draft(ask);
    draft.turnTo({ id: 'p-Bo' });
    draft.setLive(true);
    draft.type('fortroligt');
    const element = await show(call(), draft);
    await vi.waitFor(() => { expect(ask).toHaveBeenCalledTimes(1); });
    element.call = call({ participants: call().participants.filter((one) => one.name !== 'Bo') });
    await element.updateComplete;
    await new Promise((resolve) => { setTimeout(resolve, 400); });
    expect(draft.isLive).toBe(false);
    const texts = (ask.mock.calls as unknown as [{ to: string; text: string }][]).map(([one]) => [one.to, one.text]);
    expect(texts.filter(([to]) => to !== 'one').every(([, text]) => text === '')).toBe(true);
  });

  it('lets who has the right write captions, line by line', async () => {
    const state = call();
    const captions = { type: 'captions' as const, writers: ['self'], lines: [] };
    const element = await show({ ...state, documents: { ...state.documents, captions } });
    const field = part<HTMLInputElement>(element, '#caption');
    field.value = 'Velkommen';
    field.dispatchEvent(new Event('input'));
    field.closest('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    expect(ask).toHaveBeenLastCalledWith({ type: 'typeCaption', keep: 0, text: 'Velkommen', finished: true });
  });

  it('sends a reaction and says so', async () => {
    const element = await show(call());
    const announced = vi.fn();
    element.addEventListener('announce', announced);
    part(element, '.reactions button').click();
    await vi.waitFor(() => { expect(announced).toHaveBeenCalled(); });
    expect(ask).toHaveBeenCalledWith({ type: 'react', reaction: 'thumbsUp' });
  });
});

describe('targetsOf', () => {
  const labels = (state: CallState): readonly string[] => targetsOf(state, writtenText('da')).map((one) => one.label);
  const asGuest = (state: CallState): CallState => (state.self ? { ...state, self: { ...state.self, role: 'guest' } } : state);
  const asHost = (state: CallState): CallState => (state.self ? { ...state, self: { ...state.self, role: 'host' } } : state);

  it('offers a guest what the room allows', () => {
    expect(labels(asGuest(call()))).toEqual(expect.arrayContaining(['Alle', 'Værten', 'Kun Bo']));
    expect(labels(asGuest(call({}, { privateChat: false })))).toEqual(['Alle', 'Værten']);
    expect(labels(asGuest(call({}, { guestVisibility: 'hosts', privateChat: false })))).toEqual(['Værten']);
    expect(labels(asGuest(call({}, { chat: 'off' })))).toEqual([]);
  });

  it('offers a host an announcement too, also without chat', () => {
    expect(labels(asHost(call({}, { chat: 'off' })))).toEqual(['Opslag, der bliver stående']);
    expect(labels(asHost(call({}, { chat: 'hosts', privateChat: false })))).toContain('Kun Bo');
  });
});

describe('Unread', () => {
  const words = writtenText('da');

  it('counts what others wrote since the messages were last in view', () => {
    const unread = new Unread();
    const first = written(said(), said({ participantId: 'self' })).messages;
    expect(unread.count(first, false)).toBe(1);
    expect(unread.count(first, true)).toBe(0);
    expect(unread.count(written(said(), said({ participantId: 'self' }), said()).messages, false)).toBe(1);
  });

  it('says a burst in one sentence and nothing twice', () => {
    const unread = new Unread();
    expect(unread.sentence(written(said()).messages, words, 0)).toBe('Ny besked fra Bo');
    const three = written(said(), said(), said()).messages;
    expect(unread.sentence(three, words, 100)).toBeNull();
    expect(unread.sentence(three, words, QUIET_MS)).toBe('2 nye beskeder');
    expect(unread.sentence(three, words, 2 * QUIET_MS)).toBeNull();
  });
});
