// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mount, textOf, unmountAll } from '../testing/mount.js';
import { operatorWords } from '../text/staff-operator.js';
import { ASK_MS, Operator } from './app.js';
import { ageText, KEPT, linePoints, NO_TRENDS, type Now, ratesOf, withTrend } from './now.js';
import type { Answer, OperatorRequests } from './requests.js';

const WORDS = operatorWords('da');

function now(changes: Partial<Now> = {}): Now {
  return {
    version: '1.2.3', uptimeS: 7500, at: 100, roomsOpen: 9, calls: 1, hosts: 2, guests: 5, waiting: 1, byTransport: { udp: 5, tcp: 1, turn: 1, none: 0 },
    qualities: { good: 6, weak: 1, lost: 0 }, loopLagMs: 1.25, worstLoopLagMs: 30, signallingCpuS: 10, workers: [{ cpuS: 5, peers: 7 }],
    packets: { audioIn: 0, audioOut: 0, videoIn: 0, videoOut: 0, bytesIn: 0, bytesOut: 0, rejected: 0 },
    rooms: [{ room: 'k7p2qm', hosts: 1, guests: 5, waiting: 1, weak: 1, sources: 8, ageS: 65 }],
    problems: [{ at: 1_800_000_000, what: 'refused', how: 'room_full', room: 'k7p2qm' }], bounds: [{ name: 'rooms_full', total: 3 }], degraded: [],
    drain: { isDraining: false, deadline: null, canUndo: false }, ...changes,
  };
}

describe('what follows from two answers', () => {
  it('is rates, shares and bounds that were hit meanwhile', () => {
    const later = now({
      at: 102, uptimeS: 7502, signallingCpuS: 10.5, workers: [{ cpuS: 6, peers: 7 }, { cpuS: 1, peers: 0 }],
      packets: { audioIn: 100, audioOut: 50, videoIn: 300, videoOut: 150, bytesIn: 500_000, bytesOut: 0, rejected: 4 },
      bounds: [{ name: 'pins_locked', total: 1 }, { name: 'rooms_full', total: 3 }],
    });
    expect(ratesOf(now(), later)).toEqual({
      packetsIn: 200, packetsOut: 100, mbpsIn: 2, mbpsOut: 0, rejected: 2, signalling: 0.25, workers: [0.5, 0], bounds: { pins_locked: 1 },
    });
  });

  it('is nothing across a restart of the server', () => {
    expect(ratesOf(now(), now({ at: 105, uptimeS: 3 }))).toBeNull();
    expect(ratesOf(now(), now({ at: 1 }))).toBeNull();
  });

  it('is kept for two minutes, the newest at the right', () => {
    let trends = NO_TRENDS;
    for (let guests = 0; guests < KEPT + 5; guests++) trends = withTrend(trends, now({ hosts: 0, guests }), null);
    expect(trends.people).toHaveLength(KEPT);
    expect(trends.people.at(-1)).toBe(KEPT + 4);
    expect(trends.packetsIn).toEqual([]);
    expect(linePoints([1], 120, 24)).toBe('');
    expect(linePoints([0, 2], 118, 24)).toBe('116.0,24.0 118.0,0.0');
  });

  it('says ages by their two largest parts', () => {
    expect([0, 12, 60, 65, 3725, 90_000, 200_000].map(ageText)).toEqual(['0 s', '12 s', '1 min', '1 min', '1 h 2 min', '1 d 1 h', '2 d 7 h']);
  });
});

describe('the operator page', () => {
  let answer: Answer<Now>;
  const requests = (changes: Partial<OperatorRequests> = {}): OperatorRequests => ({
    key: () => 'key', remember: vi.fn(), now: vi.fn(() => Promise.resolve(answer)), drain: vi.fn(() => Promise.resolve({ value: {} })),
    story: () => Promise.resolve({ value: { lines: ['Room k7p2qm', 'guest abc joined'] } }), developmentKey: () => Promise.resolve(''), ...changes,
  });
  const show = async (made: OperatorRequests): Promise<Operator> => {
    const page = new Operator();
    page.asked = 'da';
    page.requests = made;
    await mount(page);
    await vi.advanceTimersByTimeAsync(0);
    await page.updateComplete;
    return page;
  };
  const find = (page: Operator, selector: string): HTMLElement => page.renderRoot.querySelector<HTMLElement>(selector) ?? expect.fail(selector);

  beforeEach(() => {
    vi.useFakeTimers();
    answer = { value: now() };
  });
  afterEach(() => {
    unmountAll();
    vi.useRealTimers();
  });

  it('shows the server as it is, asks again each two seconds, and keeps what it has while nothing comes', async () => {
    const made = requests();
    const page = await show(made);
    const text = textOf(find(page, 'main'));
    for (const said of ['Tager imod alle', '2 værter, 5 gæster', '9 rum er åbne', 'k7p2qm', '1 + 5', 'Kom ikke ind', 'room_full', 'rooms_full']) expect(text).toContain(said);
    answer = { code: 'unreachable' };
    await vi.advanceTimersByTimeAsync(ASK_MS);
    await page.updateComplete;
    expect(made.now).toHaveBeenCalledTimes(2);
    expect(textOf(find(page, 'main'))).toContain(WORDS.lost);
    expect(textOf(find(page, 'main'))).toContain('9 rum er åbne');
  });

  it('asks for a key, forgets one that is not known, and offers one click in development', async () => {
    answer = { code: 'key_invalid' };
    const made = requests({ developmentKey: () => Promise.resolve('dev') });
    const page = await show(made);
    expect(made.remember).toHaveBeenLastCalledWith('');
    expect(textOf(find(page, 'main'))).toContain(WORDS.key.wrong);
    answer = { value: now() };
    find(page, '#development').click();
    await vi.advanceTimersByTimeAsync(0);
    expect(made.now).toHaveBeenLastCalledWith('dev');
    expect(made.remember).toHaveBeenLastCalledWith('dev');
  });

  it('drains after asking once more, and undoes it', async () => {
    const made = requests();
    const page = await show(made);
    find(page, '#drain').click();
    await page.updateComplete;
    expect(made.drain).not.toHaveBeenCalled();
    answer = { value: now({ drain: { isDraining: true, deadline: 1_800_000_000, canUndo: true } }) };
    find(page, '#yes').click();
    await vi.advanceTimersByTimeAsync(0);
    await page.updateComplete;
    expect(made.drain).toHaveBeenLastCalledWith('key', 900);
    find(page, '#undo').click();
    expect(made.drain).toHaveBeenLastCalledWith('key', null);
  });

  it('tells a story by what a host reads aloud', async () => {
    const page = await show(requests());
    find(page, '#short').setAttribute('value', 'K7P 2QM');
    find(page, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    await vi.advanceTimersByTimeAsync(0);
    await page.updateComplete;
    expect(textOf(find(page, 'pre'))).toContain('guest abc joined');
  });
});
