import { describe, expect, it } from 'vitest';
import { readTried, writeTried } from './tried.js';

const HOUR_MS = 3600_000;

function shelf(text: string | null = null): { getItem: () => string | null; setItem: (key: string, value: string) => void } {
  return { getItem: () => text, setItem: (_, value) => (text = value) };
}

describe('what was tried', () => {
  it('is known for a day, each thing by itself', () => {
    const kept = shelf();
    writeTried(kept, 'camera', 0);
    writeTried(kept, 'speaker', 20 * HOUR_MS);
    expect([...readTried(kept, 23 * HOUR_MS)]).toEqual(['camera', 'speaker']);
    expect([...readTried(kept, 24 * HOUR_MS)]).toEqual(['speaker']);
    expect([...readTried(kept, 50 * HOUR_MS)]).toEqual([]);
  });

  it.each([null, 'null', '7', '{"camera":"x"}', '{"camera":99999999}', '{'])('is nothing when the shelf holds %s', (text) => {
    expect(readTried(shelf(text), 1000).size).toBe(0);
  });

  it('may not be kept at all', () => {
    const forbidden = {
      getItem: () => null,
      setItem: () => {
        throw new Error('quota');
      },
    };
    writeTried(forbidden, 'camera', 0);
    expect(readTried(null, 0).size).toBe(0);
  });
});
