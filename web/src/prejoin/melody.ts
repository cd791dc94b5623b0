/**
 * A few soft notes to try the loudspeaker with, made here: no file to fetch, nothing to license. As a sound file, because
 * an `<audio>` element plays one everywhere, on the output that was chosen, and past the switch that silences a phone.
 */

const SAMPLES_PER_S = 16_000;
/** Semitones from A at 440 Hz, and when they begin, s: upwards, and home. */
const NOTES = [
  [3, 0],
  [7, 0.28],
  [10, 0.56],
  [15, 0.84],
  [10, 1.12],
  [15, 1.4],
] as const;
const NOTE_S = 1.3;
export const MELODY_S = 1.4 + NOTE_S;
/** Of full scale, for one note; three sound at a time. */
const LOUDNESS = 0.22;
const ATTACK_S = 0.012;
const DECAY_S = 0.32;
const HEADER_BYTES = 44;

/** Mono, full scale 1. Bells: a tone, its octave more quietly, both dying away. */
export function melody(): Float32Array {
  const samples = new Float32Array(Math.round(MELODY_S * SAMPLES_PER_S));
  for (const [semitones, startS] of NOTES) {
    const turn = (2 * Math.PI * 440 * 2 ** (semitones / 12)) / SAMPLES_PER_S;
    const first = Math.round(startS * SAMPLES_PER_S);
    const length = Math.min(Math.round(NOTE_S * SAMPLES_PER_S), samples.length - first);
    for (let index = 0; index < length; index += 1) {
      const atS = index / SAMPLES_PER_S;
      const strength = LOUDNESS * Math.min(1, atS / ATTACK_S) * Math.exp(-atS / DECAY_S);
      samples[first + index] = (samples[first + index] ?? 0) + strength * (Math.sin(turn * index) + 0.25 * Math.sin(2 * turn * index));
    }
  }
  return samples;
}

/** RIFF WAVE, 16 bits, mono: what follows the header is the samples. */
export function waveFile(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const text = (offset: number, word: string): void => {
    for (let index = 0; index < word.length; index += 1) view.setUint8(offset + index, word.charCodeAt(index));
  };
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLES_PER_S, true);
  view.setUint32(28, 2 * SAMPLES_PER_S, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, index) => {
    view.setInt16(HEADER_BYTES + 2 * index, Math.round(Math.min(1, Math.max(-1, sample)) * 32_767), true);
  });
  return bytes;
}
