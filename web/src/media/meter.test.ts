import { afterEach, describe, expect, it, vi } from 'vitest';
import { levelOf, Meter } from './meter.js';
import { FakeTrack } from '../testing/fake-peer.js';

afterEach(() => { vi.unstubAllGlobals(); });

const tone = (amplitude: number): Float32Array => Float32Array.from({ length: 1024 }, (_, at) => amplitude * Math.sin(at / 5));

describe('levelOf', () => {
  it('is 0 for silence and 1 for the loudest', () => {
    expect(levelOf(new Float32Array(0))).toBe(0);
    expect(levelOf(new Float32Array(1024))).toBe(0);
    expect(levelOf(tone(1))).toBe(1);
  });

  it('rises evenly with loudness as it is heard', () => {
    const steps = [0.01, 0.03, 0.1, 0.3].map((amplitude) => levelOf(tone(amplitude)));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect((steps[2] ?? 0) - (steps[0] ?? 0)).toBeCloseTo(0.4, 1);
  });
});

class FakeContext extends EventTarget {
  static made: FakeContext[] = [];
  state = 'running';
  resumes = 0;

  constructor() {
    super();
    FakeContext.made.push(this);
  }

  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }

  resume(): Promise<void> {
    this.resumes += 1;
    return Promise.resolve();
  }

  createAnalyser(): object {
    return {};
  }

  createMediaStreamSource(): object {
    return { connect: () => undefined, disconnect: () => undefined };
  }
}

it('wakes the sound after a telephone call, and says that it is back', () => {
  vi.stubGlobal('AudioContext', FakeContext);
  vi.stubGlobal('MediaStream', class {});
  const meter = new Meter();
  let returns = 0;
  meter.onReturn = () => (returns += 1);
  meter.listenTo(new FakeTrack('audio').asTrack());
  const context = FakeContext.made[0] as FakeContext;
  context.become('suspended');
  expect(returns).toBe(0);
  context.become('interrupted');
  expect([context.resumes, returns]).toEqual([0, 0]);
  context.become('suspended');
  expect([context.resumes, returns]).toEqual([1, 1]);
  context.become('running');
  expect(returns).toBe(1);
});
