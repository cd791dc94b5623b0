import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PictureProof, newestSource, type ContributingSource } from './picture-proof.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function build(): { proof: PictureProof; frames: Map<number, ContributingSource[]>; told: number[][] } {
  const frames = new Map<number, ContributingSource[]>();
  const told: number[][] = [];
  const proof = new PictureProof(
    (slot) => frames.get(slot) ?? [],
    (slots) => told.push([...slots]),
  );
  return { proof, frames, told };
}

describe('newestSource', () => {
  it('is that of the last frame, not of those before it', () => {
    expect(newestSource([])).toBeNull();
    expect(newestSource([{ source: 7, timestamp: 1 }, { source: 9, timestamp: 3 }, { source: 8, timestamp: 2 }])).toBe(9);
  });
});

describe('PictureProof', () => {
  it('is silent until the first frame of the bound source', () => {
    const { proof, frames, told } = build();
    proof.expect(new Map([[0, 22]]));
    vi.advanceTimersByTime(500);
    expect(proof.isProven(0)).toBe(false);
    frames.set(0, [{ source: 22, timestamp: 1 }]);
    vi.advanceTimersByTime(30);
    expect(proof.isProven(0)).toBe(true);
    expect(told).toEqual([[0]]);
  });

  it('waits for the new source while frames of the old one still come', () => {
    const { proof, frames, told } = build();
    frames.set(0, [{ source: 22, timestamp: 1 }]);
    proof.expect(new Map([[0, 22]]));
    proof.expect(new Map([[0, 32]]));
    expect(proof.isProven(0)).toBe(false);
    frames.set(0, [{ source: 22, timestamp: 2 }]);
    vi.advanceTimersByTime(100);
    expect(proof.isProven(0)).toBe(false);
    frames.set(0, [{ source: 22, timestamp: 2 }, { source: 32, timestamp: 3 }]);
    vi.advanceTimersByTime(30);
    expect(proof.isProven(0)).toBe(true);
    expect(told).toEqual([[0], [], [0]]);
  });

  it('notices frames that come before the message', () => {
    const { proof, frames } = build();
    frames.set(0, [{ source: 22, timestamp: 1 }]);
    proof.expect(new Map([[0, 22]]));
    frames.set(0, [{ source: 22, timestamp: 1 }, { source: 32, timestamp: 2 }]);
    vi.advanceTimersByTime(500);
    expect(proof.isProven(0)).toBe(false);
    proof.expect(new Map([[0, 32]]));
    expect(proof.isProven(0)).toBe(true);
  });

  it('asks for the awaited only, with patience when they stay away, and for all now and then', () => {
    const asked: number[] = [];
    const proof = new PictureProof(
      (slot) => {
        asked.push(slot);
        return slot === 0 ? [{ source: 22, timestamp: 1 }] : [];
      },
      () => undefined,
    );
    proof.expect(new Map([[0, 22], [1, 32]]));
    vi.advanceTimersByTime(3000);
    const early = asked.filter((slot) => slot === 1).length;
    expect(asked.filter((slot) => slot === 0).length).toBeLessThan(10);
    vi.advanceTimersByTime(3000);
    const late = asked.filter((slot) => slot === 1).length - early;
    expect(early).toBeGreaterThan(80);
    expect(late).toBeLessThan(25);
    proof.stop();
  });

  it('looks closely while no message can come', () => {
    const { proof, frames } = build();
    frames.set(0, [{ source: 22, timestamp: 1 }]);
    proof.expect(new Map([[0, 22]]));
    proof.setAlert(true);
    frames.set(0, [{ source: 22, timestamp: 1 }, { source: 32, timestamp: 2 }]);
    vi.advanceTimersByTime(30);
    expect(proof.isProven(0)).toBe(false);
  });

  it('forgets what is not bound any more, and stops looking', () => {
    const { proof, frames, told } = build();
    frames.set(1, [{ source: 22, timestamp: 1 }]);
    proof.expect(new Map([[1, 22]]));
    proof.stop();
    expect(told).toEqual([[1], []]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
