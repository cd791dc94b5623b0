import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Asking, EntranceAnswer } from '../protocol/entrance.js';
import { EntryFlow, type EntryScreen } from './flow.js';
import { readOpening } from './opening.js';

const AARHUS = { organisation: 'Aarhus Kommune', helpLine: '87 65 43 21' };
const OPEN: EntranceAnswer = { state: 'open', roomId: 'r', token: 't', name: null, returnUrl: '' };

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(0);
});
afterEach(() => {
  vi.useRealTimers();
});

/** A flow whose questions are answered one after another. */
function begun(address: string, ...answers: EntranceAnswer[]) {
  const asked: Asking[] = [];
  const screens: EntryScreen['at'][] = [];
  const entered = vi.fn();
  const flow = new EntryFlow(
    readOpening(address),
    (asking) => {
      asked.push(asking);
      return Promise.resolve([answers.shift() ?? { state: 'unreachable' }, AARHUS] as const);
    },
    { onChange: () => screens.push(flow.screen.at), onEntered: entered },
  );
  flow.begin();
  return { flow, asked, screens, entered, settle: () => vi.advanceTimersByTimeAsync(0) };
}

describe('the way in', () => {
  it('goes straight in by a personal link', async () => {
    const { asked, entered, screens, settle } = begun('https://m.example/i#abcdefghijklmnopqrst_-', OPEN);
    await settle();
    expect(asked).toEqual([{ way: { kind: 'invitation', token: 'abcdefghijklmnopqrst_-' }, pin: '', returnUrl: '' }]);
    expect(screens).toEqual(['working']);
    expect(entered).toHaveBeenCalledWith(OPEN);
  });

  it('waits for the door, asks again by itself, and shows nothing else meanwhile', async () => {
    const early: EntranceAnswer = { state: 'notYet', opensAt: 50_000, startsAt: 90_000 };
    const { asked, entered, screens, flow, settle } = begun('https://m.example/m/0123456789ab', early, early, OPEN);
    await settle();
    expect(flow.screen).toEqual({ at: 'early', opensAt: 50_000, startsAt: 90_000 });
    expect(flow.inviting).toEqual(AARHUS);
    await vi.advanceTimersByTimeAsync(49_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(entered).toHaveBeenCalledOnce();
    expect(screens).toEqual(['working', 'early', 'early']);
  });

  it('waits as long as the server says, shows that, and goes on by itself', async () => {
    const { asked, entered, screens, flow, settle } = begun('https://m.example/m/0123456789ab', { state: 'wait', forMs: 40_000 }, OPEN);
    await settle();
    expect(flow.screen).toEqual({ at: 'wait', until: 40_000 });
    await vi.advanceTimersByTimeAsync(39_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked).toHaveLength(2);
    expect(entered).toHaveBeenCalledWith(OPEN);
    expect(screens).toEqual(['working', 'wait']);
  });

  it('looks at least once a minute: the meeting may have been moved', async () => {
    const { asked } = begun('https://m.example/m/0123456789ab', { state: 'notYet', opensAt: 1e9, startsAt: 1e9 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
  });

  it('asks for the PIN only when it is asked for, and takes the one of the link first', async () => {
    const wrong: EntranceAnswer = { state: 'wrongPin', triesLeft: 3 };
    const { flow, asked, entered, settle } = begun('https://m.example/?url=1234&pin=1111', wrong, OPEN);
    await settle();
    expect(asked[0]?.pin).toBe('1111');
    expect(flow.screen).toEqual({ at: 'pin', problem: 'wrong', triesLeft: 3 });
    flow.typePin('12');
    expect(flow.screen).toMatchObject({ problem: 'missing' });
    flow.typePin(' 47 11 ');
    await settle();
    expect(asked[1]?.pin).toBe('4711');
    expect(entered).toHaveBeenCalledOnce();
  });

  it('lets one type an address, and says when there is none', async () => {
    const { flow, asked, settle } = begun('https://m.example/', { state: 'unknown' }, { state: 'pinRequired' });
    expect(flow.screen).toEqual({ at: 'ask', problem: '' });
    flow.type('  ');
    expect(flow.screen).toEqual({ at: 'ask', problem: 'empty' });
    flow.type('9999');
    await settle();
    expect(flow.screen).toEqual({ at: 'ask', problem: 'unknown' });
    flow.type('1234@m.example');
    await settle();
    expect(asked.map(({ way }) => way)).toEqual([{ kind: 'url', url: '9999' }, { kind: 'url', url: '1234@m.example' }]);
    expect(flow.screen).toMatchObject({ at: 'pin', problem: '' });
    flow.startOver();
    expect(flow.screen).toEqual({ at: 'ask', problem: '' });
    expect(flow.inviting.organisation).toBe('');
  });

  it.each(['closed', 'unknown'] as const)('stops at a link that is %s', async (state) => {
    const { flow, asked, settle } = begun('https://m.example/m/0123456789ab', { state });
    await settle();
    expect(flow.screen).toEqual({ at: state });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked).toHaveLength(1);
  });

  it('waits as long as it is told, and tries the same again', async () => {
    const { flow, asked, entered, settle } = begun('https://m.example/m/0123456789ab', { state: 'wait', forMs: 30_000 }, OPEN);
    await settle();
    expect(flow.screen).toEqual({ at: 'wait', until: 30_000 });
    flow.again();
    await settle();
    expect(asked).toHaveLength(2);
    expect(entered).toHaveBeenCalledOnce();
  });

  it('tries again when the network is back, and drops an answer that comes too late', async () => {
    const { flow, entered, settle } = begun('https://m.example/m/0123456789ab', { state: 'unreachable' }, OPEN);
    await settle();
    expect(flow.screen).toEqual({ at: 'unreachable' });
    const asking = vi.advanceTimersByTimeAsync(10_000);
    await asking;
    expect(entered).toHaveBeenCalledOnce();
    const late = begun('https://m.example/m/0123456789ab', OPEN);
    late.flow.startOver();
    await late.settle();
    expect(late.entered).not.toHaveBeenCalled();
  });
});
