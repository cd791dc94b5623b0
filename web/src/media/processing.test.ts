import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Shelf } from '../memory.js';
import { stubDevices, type FakeDevices } from '../testing/fake-devices.js';
import { microphoneConstraints } from './devices.js';
import { LocalMedia } from './local-media.js';
import type { Meter } from './meter.js';

let devices: FakeDevices;
let asked: MediaStreamConstraints[];

beforeEach(() => {
  vi.useFakeTimers();
  devices = stubDevices();
  asked = [];
  const given = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (constraints) => {
    asked.push(constraints);
    return given(constraints);
  };
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function shelf(): Shelf {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

function build(place: Shelf | null = null): LocalMedia {
  const meter = { listenTo: () => undefined, resume: () => undefined, level: () => 0 } as unknown as Meter;
  const nothing = (): void => undefined;
  const listener = { onChange: nothing, onTrack: nothing, onNotice: nothing, onChosen: nothing };
  return new LocalMedia({ camera: true, microphone: true }, {}, meter, listener, false, place);
}

const newest = (): MediaTrackConstraints => asked.at(-1)?.audio as MediaTrackConstraints;

describe('what the browser does to sound and picture', () => {
  it('is what makes speech clearer at first', async () => {
    await build().open();
    expect(newest()).toEqual(microphoneConstraints(true));
    expect(newest()).toMatchObject({ noiseSuppression: true, echoCancellation: true, autoGainControl: true });
  });

  it('is changed with a fresh microphone, kept for the next call, and all off for the original sound', async () => {
    const place = shelf();
    const local = build(place);
    await local.open();
    await local.setProcessing({ noiseSuppression: false });
    expect(newest()).toMatchObject({ noiseSuppression: false, echoCancellation: true });
    expect(asked.at(-1)?.video).toBe(false);
    await local.setOriginalSound(true);
    expect(newest()).toMatchObject({ noiseSuppression: false, echoCancellation: false, autoGainControl: false });
    await local.setOriginalSound(false);
    expect(newest()).toMatchObject({ noiseSuppression: false, echoCancellation: true });
    expect(build(place).devices.processing).toMatchObject({ noiseSuppression: false, autoGainControl: true });
  });

  it('blurs the running picture where the camera can, and the next from its first frame on', async () => {
    const local = build();
    await local.open();
    expect(local.devices.canBlur).toBe(false);
    const camera = devices.newest('video');
    const applyConstraints = vi.fn(() => Promise.resolve());
    Object.assign(camera, {
      getCapabilities: () => ({ backgroundBlur: [false, true] }), getConstraints: () => ({ width: 1280 }), applyConstraints,
    });
    expect(local.devices.canBlur).toBe(true);
    await local.setProcessing({ backgroundBlur: true });
    expect(applyConstraints).toHaveBeenCalledWith({ width: 1280, backgroundBlur: true });
    expect(asked).toHaveLength(1);
    await local.setCamera(false);
    await local.setCamera(true);
    expect(asked.at(-1)?.video).toMatchObject({ backgroundBlur: true });
  });

  it('shows what is so when the browser refuses', async () => {
    const local = build();
    await local.open();
    Object.assign(devices.newest('video'), { getConstraints: () => ({}), applyConstraints: () => Promise.reject(new Error('no')) });
    await local.setProcessing({ backgroundBlur: true });
    expect(local.devices.processing.backgroundBlur).toBe(false);
  });
});
