// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Notice, NoticeCode } from '../../call-types.js';
import { mount, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import type { AnnounceEvent } from '../announcer/announcer.js';
import { BURST_MS, SHOWN_MS, Toasts } from './toasts.js';

let said: [string, string][] = [];

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  document.body.addEventListener('announce', hear);
});

afterEach(() => {
  document.body.removeEventListener('announce', hear);
  unmountAll();
  vi.useRealTimers();
});

function hear(event: Event): void {
  const { text, urgency } = event as AnnounceEvent;
  said.push([urgency, text]);
}

function notice(id: number, code: NoticeCode, name = '', urgency: Notice['urgency'] = 'polite'): Notice {
  return { id, code, name, urgency, participantId: null };
}

describe('vdx-toasts', () => {
  it('says a burst once, shows it for a while, and leaves the past alone', async () => {
    const past = notice(1, 'participantJoined', 'Per');
    const element = await mount(new Toasts(), { notices: [past], words: da });
    element.notices = [past, notice(2, 'participantJoined', 'Bodil')];
    await element.updateComplete;
    element.notices = [...element.notices, notice(3, 'participantJoined', 'Karl')];
    await element.updateComplete;
    expect(said).toEqual([]);
    vi.advanceTimersByTime(BURST_MS);
    await element.updateComplete;
    expect(said).toEqual([['polite', 'Bodil og Karl er kommet']]);
    expect(textOf(element.renderRoot)).toBe('Bodil og Karl er kommet');
    vi.advanceTimersByTime(SHOWN_MS);
    await element.updateComplete;
    expect(textOf(element.renderRoot)).toBe('');
  });

  it('says what is urgent at once, and leaves showing it to others', async () => {
    const element = await mount(new Toasts(), { notices: [], words: da });
    element.notices = [notice(1, 'connectionLost', '', 'assertive')];
    await element.updateComplete;
    vi.advanceTimersByTime(0);
    await element.updateComplete;
    expect(said).toEqual([['assertive', da.notice.connectionLost]]);
    expect(textOf(element.renderRoot)).toBe('');
  });

  it('shows at most three', async () => {
    const element = await mount(new Toasts(), { notices: [], words: da });
    element.notices = ['A', 'B', 'C', 'D'].map((name, index) => notice(index + 1, 'screenStarted', name));
    await element.updateComplete;
    vi.advanceTimersByTime(BURST_MS);
    await element.updateComplete;
    expect(element.renderRoot.querySelectorAll('p')).toHaveLength(3);
    expect(said).toHaveLength(4);
  });
});
