// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnnounceEvent } from '../announcer/announcer.js';
import { NO_WORDS, withWords, type WrittenWords } from '../../conference/words.js';
import { inCall } from '../../pages/fixtures.js';
import { mount, textOf, unmountAll } from '../../testing/mount.js';
import { QUIET_MS, Reactions, SHOWN_MS } from './reactions.js';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => {
  unmountAll();
  vi.useRealTimers();
});

const clap = (before: WrittenWords, ...who: readonly string[]): WrittenWords =>
  withWords(before, { type: 'reactions', reactions: who.map((participantId) => ({ participantId, reaction: 'applause' as const })) }, 'self');

describe('vdx-reactions', () => {
  it('shows who reacts for a while and says a burst in one sentence', async () => {
    const element = await mount(new Reactions(), { call: inCall(3) });
    const said: string[] = [];
    element.addEventListener('announce', (event) => { said.push((event as AnnounceEvent).text); });
    let words = clap(NO_WORDS, 'p-Bo');
    element.call = { ...inCall(3), words };
    await element.updateComplete;
    expect(textOf(element.renderRoot)).toContain('Bo');
    words = clap(words, 'p-Bo', 'p-Bo', 'self');
    element.call = { ...inCall(3), words };
    await element.updateComplete;
    expect(said).toEqual(['Bo: klapper']);
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    expect(said).toEqual(['Bo: klapper', '2 reaktioner']);
    await vi.advanceTimersByTimeAsync(SHOWN_MS);
    await element.updateComplete;
    expect(textOf(element.renderRoot)).not.toContain('Bo');
  });
});
