import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Correspondence, MAX_OPEN } from './correspondence.js';

const HUB = 'https://hub.example.dk';

class Page {
  readonly posted: { readonly letter: { readonly id: string; readonly name: string }; readonly target: string }[] = [];
  readonly heard: (readonly [string, unknown])[] = [];
  readonly frame = {
    postMessage: (letter: never, target: never) => this.posted.push({ letter, target }),
  } as unknown as Window;
  readonly letters = new Correspondence(
    () => this.frame,
    HUB,
    (name, detail) => this.heard.push([name, detail]),
  );

  receive(data: unknown, { origin = HUB, source = this.frame as unknown } = {}): void {
    this.letters.receive({ data, origin, source: source as Window });
  }

  answer(rest: object): void {
    this.receive({ vdx: 1, id: this.posted.at(-1)?.letter.id, type: 'answer', name: 'join', ...rest });
  }
}

let page: Page;
beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Correspondence', () => {
  it('sends to the hub alone, once the frame is there, and gives the answer to who asked', async () => {
    const answer = page.letters.command('join', { now: true });
    expect(page.posted).toEqual([]);
    page.letters.onLoaded();
    expect(page.posted).toMatchObject([{ letter: { vdx: 1, type: 'command', name: 'join', args: { now: true } }, target: HUB }]);
    page.answer({ ok: true, value: 7 });
    await expect(answer).resolves.toBe(7);
  });

  it('rejects with the code of a refusal', async () => {
    page.letters.onLoaded();
    const answer = page.letters.command('end');
    page.answer({ ok: false, code: 'hosts_only', text: 'only hosts' });
    await expect(answer).rejects.toMatchObject({ name: 'CommandError', code: 'hosts_only' });
  });

  it('hears the frame, at its origin, and no other window and no other page in the frame', () => {
    const event = { vdx: 1, id: 'e1', type: 'event', name: 'joined', detail: { role: 'host' } };
    page.receive(event, { source: {} });
    page.receive(event, { source: null });
    page.receive(event, { origin: 'https://evil.example' });
    page.receive(event, { origin: 'null' });
    page.receive('joined');
    expect(page.heard).toEqual([]);
    page.receive(event);
    expect(page.heard).toEqual([['joined', { role: 'host' }]]);
  });

  it('takes no answer from another window, and no second one', async () => {
    page.letters.onLoaded();
    const answer = page.letters.command('join');
    const forged = { vdx: 1, id: 'c1', type: 'answer', name: 'join', ok: true, value: 'forged' };
    page.receive(forged, { source: {} });
    page.receive(forged, { origin: 'https://evil.example' });
    page.answer({ ok: true, value: 'real' });
    page.receive(forged);
    await expect(answer).resolves.toBe('real');
  });

  it('says so when no answer comes', async () => {
    page.letters.onLoaded();
    const answer = page.letters.command('join');
    const refused = expect(answer).rejects.toMatchObject({ code: 'no_answer' });
    await vi.advanceTimersByTimeAsync(30_000);
    await refused;
  });

  it('says so when the frame is taken away, and when too much is asked', async () => {
    const asked = Array.from({ length: MAX_OPEN }, () => page.letters.command('join'));
    await expect(page.letters.command('join')).rejects.toMatchObject({ code: 'too_many' });
    page.letters.close();
    const ends = await Promise.allSettled(asked);
    expect(ends.every((end) => end.status === 'rejected' && (end.reason as { code: string }).code === 'closed')).toBe(true);
  });
});
