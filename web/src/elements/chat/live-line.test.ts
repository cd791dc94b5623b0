import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer } from '../../protocol/messages.gen.js';
import { BATCH_MS, LiveLine, MAX_LINE } from './live-line.js';

const done: Answer = { type: 'done' };
const refused = (code: string, retryAfter: number | null = null): Answer => ({ type: 'error', code, text: '', retryAfter });

/** A server's line, which refuses what does not fit it. */
class Server {
  line: readonly string[] = [];
  edits: [number, string][] = [];
  next: Answer | null = null;

  readonly take = (keep: number, text: string): Promise<Answer> => {
    this.edits.push([keep, text]);
    const { next } = this;
    this.next = null;
    if (next !== null) return Promise.resolve(next);
    if (keep > this.line.length) return Promise.resolve(refused('out_of_step'));
    this.line = [...this.line.slice(0, keep), ...Array.from(text)];
    return Promise.resolve(done);
  };

  get text(): string {
    return this.line.join('');
  }
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('LiveLine', () => {
  it('sends the first character at once and then what was typed meanwhile', async () => {
    const server = new Server();
    const line = new LiveLine(server.take);
    line.type('J');
    await vi.advanceTimersByTimeAsync(0);
    expect(server.text).toBe('J');
    for (const text of ['Je', 'Jeg', 'Jeg ']) line.type(text);
    await vi.advanceTimersByTimeAsync(BATCH_MS - 1);
    expect(server.text).toBe('J');
    await vi.advanceTimersByTimeAsync(1);
    expect(server.edits).toEqual([[0, 'J'], [1, 'eg ']]);
  });

  it('erases and changes in the middle, in code points', async () => {
    const server = new Server();
    const line = new LiveLine(server.take);
    for (const text of ['🙂 godaf', '🙂 god dag', '🙂 ', '']) {
      line.type(text);
      await vi.advanceTimersByTimeAsync(BATCH_MS);
      expect(server.text).toBe(text);
    }
    expect(server.edits.map(([keep]) => keep)).toEqual([0, 5, 2, 0]);
  });

  it('sends the line whole when the server has another one, and after a reconnect', async () => {
    const server = new Server();
    const line = new LiveLine(server.take);
    line.type('hej');
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    server.line = [];
    line.type('hejs');
    await vi.advanceTimersByTimeAsync(2 * BATCH_MS);
    expect(server.text).toBe('hejs');
    server.line = [];
    line.resync();
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    expect(server.text).toBe('hejs');
  });

  it('tells those it turns to the whole line', async () => {
    const [one, other] = [new Server(), new Server()];
    const line = new LiveLine(one.take);
    line.turnTo(one.take);
    line.type('hej');
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    line.turnTo(other.take);
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    expect(other.text).toBe('hej');
    expect(one.edits).toHaveLength(1);
  });

  it('waits as long as the server says and goes on after other refusals', async () => {
    const server = new Server();
    const line = new LiveLine(server.take);
    server.next = refused('rate_limited', 2);
    line.type('a');
    await vi.advanceTimersByTimeAsync(1999);
    expect(server.text).toBe('');
    await vi.advanceTimersByTimeAsync(1);
    expect(server.text).toBe('a');
    server.next = refused('chat_off');
    line.type('ab');
    await vi.advanceTimersByTimeAsync(10 * BATCH_MS);
    expect(server.edits).toHaveLength(3);
  });

  it('forgets the line when its message is sent, also what was under way', async () => {
    const server = new Server();
    const line = new LiveLine(server.take);
    line.type('hej');
    await vi.advanceTimersByTimeAsync(0);
    line.type('hej igen');
    line.closed();
    server.line = [];
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    line.type('ny');
    await vi.advanceTimersByTimeAsync(BATCH_MS);
    expect(server.edits).toEqual([[0, 'hej'], [0, 'ny']]);
  });

  it('shows no more of a line than the server takes', async () => {
    const server = new Server();
    new LiveLine(server.take).type('x'.repeat(MAX_LINE + 10));
    await vi.advanceTimersByTimeAsync(0);
    expect(server.line).toHaveLength(MAX_LINE);
  });
});
