import { describe, expect, it } from 'vitest';
import { levelOf } from './meter.js';

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
