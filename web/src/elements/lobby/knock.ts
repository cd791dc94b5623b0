/** Three knocks on a door, made of tones: a low one that falls quickly, with a click of noise at its beginning. */

const KNOCKS_S = [0, 0.17, 0.34] as const;
const KNOCK_S = 0.12;
const FROM_HZ = 240;
const TO_HZ = 90;
const CLICK_S = 0.012;
const CLICK_HZ = 1400;
/** Of full scale: as loud as somebody who speaks (by ear). */
const LOUDNESS = 0.5;
const CLICK_LOUDNESS = 0.2;
const SILENT = 0.001;
/** How long the device is kept open for it. */
const DONE_MS = 1500;
const HELD_BACK_MS = 500;

/** Where the browser plays nothing (no sound, no click yet), nothing happens. */
export async function knock(): Promise<void> {
  if (typeof AudioContext !== 'function') return;
  const context = new AudioContext();
  try {
    // Before the first click the browser holds sound back, and would let it out with a later click.
    await Promise.race([context.resume(), new Promise((held) => setTimeout(held, HELD_BACK_MS))]);
    if (context.state !== 'running') return;
    for (const since of KNOCKS_S) play(context, context.currentTime + 0.02 + since);
    await new Promise((done) => setTimeout(done, DONE_MS));
  } catch {
    // Nothing to do: it is seen as well.
  } finally {
    await context.close().catch(() => undefined);
  }
}

function play(context: AudioContext, at: number): void {
  const [tone, body] = [context.createOscillator(), context.createGain()];
  tone.frequency.setValueAtTime(FROM_HZ, at);
  tone.frequency.exponentialRampToValueAtTime(TO_HZ, at + KNOCK_S);
  body.gain.setValueAtTime(LOUDNESS, at);
  body.gain.exponentialRampToValueAtTime(SILENT, at + KNOCK_S);
  tone.connect(body).connect(context.destination);
  tone.start(at);
  tone.stop(at + KNOCK_S);
  const noise = context.createBuffer(1, Math.ceil(CLICK_S * context.sampleRate), context.sampleRate);
  const samples = noise.getChannelData(0);
  for (let index = 0; index < samples.length; index += 1) samples[index] = Math.random() * 2 - 1;
  const [click, edge, loud] = [context.createBufferSource(), context.createBiquadFilter(), context.createGain()];
  click.buffer = noise;
  edge.type = 'bandpass';
  edge.frequency.value = CLICK_HZ;
  loud.gain.value = CLICK_LOUDNESS;
  click.connect(edge).connect(loud).connect(context.destination);
  click.start(at);
}
