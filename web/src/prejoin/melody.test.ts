import { describe, expect, it } from 'vitest';
import { MELODY_S, melody, waveFile } from './melody.js';

describe('the melody', () => {
  const samples = melody();
  const loudest = (from: number, to: number): number => Math.max(...samples.slice(from * samples.length, to * samples.length).map(Math.abs));

  it('is short, and is heard from its beginning', () => {
    expect(MELODY_S).toBeLessThan(3);
    expect(loudest(0, 0.05)).toBeGreaterThan(0.1);
  });

  it('never clips, and dies away', () => {
    expect(loudest(0, 1)).toBeGreaterThan(0.2);
    expect(loudest(0, 1)).toBeLessThan(0.9);
    expect(loudest(0.98, 1)).toBeLessThan(0.02);
  });

  it('is a sound file as browsers read it', () => {
    const file = waveFile(Float32Array.of(0, 1, -1, 2));
    const text = new TextDecoder('latin1').decode(file);
    expect([text.slice(0, 4), text.slice(8, 16), text.slice(36, 40)]).toEqual(['RIFF', 'WAVEfmt ', 'data']);
    const view = new DataView(file.buffer);
    expect([view.getUint32(4, true), view.getUint32(40, true), file.length]).toEqual([44, 8, 52]);
    expect([0, 1, 2, 3].map((index) => view.getInt16(44 + 2 * index, true))).toEqual([0, 32_767, -32_767, 32_767]);
  });
});
