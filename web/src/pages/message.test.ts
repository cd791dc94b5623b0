// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState, FailureCode } from '../call-types.js';
import { mount, part, textOf, unmountAll } from '../testing/mount.js';
import { da } from '../text/da.js';
import { rememberReturn, sessionShelf } from '../entry/return.js';
import { IDLE } from './fixtures.js';
import { MessagePage } from './message.js';

const joinAgain = vi.fn(() => Promise.resolve());
const commands = { joinAgain } as unknown as CallCommands;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  joinAgain.mockClear();
});
afterEach(() => {
  unmountAll();
  vi.useRealTimers();
});

const show = (call: CallState): Promise<MessagePage> => mount(new MessagePage(), { call, commands, words: da });
const failed = (code: FailureCode, retryAfterMs: number | null = null): CallState => ({
  ...IDLE,
  phase: 'failed',
  failure: { code, retryable: true, retryAfterMs },
});

describe('after leaving', () => {
  const left: CallState = { ...IDLE, phase: 'ended', ended: { code: 'left', canRejoin: true, at: 1_000_000 } };

  it('one joins again by one press, for two minutes', async () => {
    const page = await show(left);
    expect(textOf(part(page, '.under'))).toBe('Knappen virker i 2 minutter.');
    await vi.advanceTimersByTimeAsync(119_000);
    part(page, 'button').click();
    expect(joinAgain).toHaveBeenCalledOnce();
  });

  it('the link is the way after that', async () => {
    const page = await show(left);
    await vi.advanceTimersByTimeAsync(121_000);
    expect(page.renderRoot.querySelector('button')).toBeNull();
    expect(textOf(part(page, '.message'))).toContain('åbn linket fra din sms');
  });
});

describe('with a page to go back to', () => {
  const left: CallState = { ...IDLE, phase: 'ended', ended: { code: 'left', canRejoin: true, at: 1_000_000, wasInCall: true } };

  it('a slip can be undone before the page goes there', async () => {
    rememberReturn(sessionShelf(), 'demo', 'https://portal.example/tak');
    const assign = vi.spyOn(location, 'assign').mockImplementation(() => undefined);
    const page = await show(left);
    expect(textOf(part(page, '[role=timer]'))).toBe('Du kommer tilbage til portal.example om 10 sekunder.');
    await vi.advanceTimersByTimeAsync(9000);
    expect(assign).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2000);
    expect(assign).toHaveBeenCalledExactlyOnceWith('https://portal.example/tak');
    sessionStorage.clear();
  });
});

describe('a door that is not open yet', () => {
  it('counts down and lets in by itself', async () => {
    const page = await show(failed('notOpenYet', 65_000));
    expect(textOf(part(page, '.opens'))).toBe('Vi lukker dig ind om 1 minut og 5 sekunder. Du skal ikke gøre noget.');
    await vi.advanceTimersByTimeAsync(5000);
    expect(textOf(part(page, '.opens'))).toBe('Vi lukker dig ind om 1 minut. Du skal ikke gøre noget.');
    expect(joinAgain).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(63_000);
    expect(joinAgain).toHaveBeenCalledOnce();
  });

  it('may be knocked at before', async () => {
    const page = await show(failed('notOpenYet', 65_000));
    part(page, 'button').click();
    expect(joinAgain).toHaveBeenCalledOnce();
  });
});

describe('without a network', () => {
  it('the page goes on when there is one', async () => {
    await show(failed('connectionFailed'));
    dispatchEvent(new Event('online'));
    expect(joinAgain).toHaveBeenCalledOnce();
    unmountAll();
    dispatchEvent(new Event('online'));
    expect(joinAgain).toHaveBeenCalledOnce();
  });

  it('nobody is carried back into a call that he has left', async () => {
    await show({ ...IDLE, phase: 'ended', ended: { code: 'lost', canRejoin: true, at: 1_000_000 } });
    dispatchEvent(new Event('online'));
    expect(joinAgain).not.toHaveBeenCalled();
  });
});

it('a full room says when to try again, and takes no press before', async () => {
  const page = await show(failed('roomFull', 30_000));
  part(page, 'button').click();
  expect(joinAgain).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(30_000);
  part(page, 'button').click();
  expect(joinAgain).toHaveBeenCalledOnce();
});
