import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeTrack } from '../testing/fake-peer.js';
import { acquire, acquireScreen, errorCode } from './devices.js';

type Asked = { readonly video: boolean; readonly audio: boolean };

function named(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

/** Devices that answer by what is asked; returns what was asked. */
function stubDevices(
  answer: (constraints: MediaStreamConstraints) => Error | null,
  granted: readonly string[] = [],
): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('navigator', {
    mediaDevices: {
      getUserMedia: (constraints: MediaStreamConstraints) => {
        asked.push({ video: constraints.video !== false, audio: constraints.audio !== false });
        const error = answer(constraints);
        if (error) return Promise.reject(error);
        return Promise.resolve({
          getVideoTracks: () => (constraints.video ? [new FakeTrack('video')] : []),
          getAudioTracks: () => (constraints.audio ? [new FakeTrack('audio')] : []),
        });
      },
      getDisplayMedia: () => Promise.reject(answer({}) ?? named('AbortError')),
    },
    permissions: { query: ({ name }: { name: string }) => Promise.resolve({ state: granted.includes(name) ? 'granted' : 'prompt' }) },
  });
  return asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('acquire', () => {
  it('asks once for both', async () => {
    const asked = stubDevices(() => null);
    const found = await acquire({ camera: true, microphone: true });
    expect(asked).toEqual([{ video: true, audio: true }]);
    expect(found).toMatchObject({ cameraError: null, microphoneError: null });
    expect(found.camera).not.toBeNull();
    expect(found.microphone).not.toBeNull();
  });

  it('asks nothing for nothing', async () => {
    const asked = stubDevices(() => null);
    await acquire({ camera: false, microphone: false });
    expect(asked).toEqual([]);
  });

  it('gives the microphone when there is no camera', async () => {
    stubDevices((constraints) => (constraints.video ? named('NotFoundError') : null));
    const found = await acquire({ camera: true, microphone: true });
    expect(found).toMatchObject({ camera: null, cameraError: 'noDevice', microphoneError: null });
    expect(found.microphone).not.toBeNull();
  });

  it('does not ask again after a no', async () => {
    const asked = stubDevices(() => named('NotAllowedError'));
    expect(await acquire({ camera: true, microphone: true })).toMatchObject({
      cameraError: 'permissionDenied',
      microphoneError: 'permissionDenied',
    });
    expect(asked).toHaveLength(1);
  });

  it('takes what is already granted when only the other was refused', async () => {
    const asked = stubDevices((constraints) => (constraints.video ? named('NotAllowedError') : null), ['microphone']);
    const found = await acquire({ camera: true, microphone: true });
    expect(found.microphone).not.toBeNull();
    expect(found.cameraError).toBe('permissionDenied');
    expect(asked).toHaveLength(2);
  });

  it('takes another device when the remembered one is gone', async () => {
    stubDevices((constraints) =>
      typeof constraints.video === 'object' && constraints.video.deviceId ? named('OverconstrainedError') : null,
    );
    expect((await acquire({ camera: 'gone', microphone: false })).camera).not.toBeNull();
  });
});

describe('errorCode', () => {
  it.each([
    ['NotAllowedError', '', 'permissionDenied'],
    ['NotAllowedError', 'Permission denied by system', 'blockedBySystem'],
    ['SecurityError', '', 'noCameraAccess'],
    ['NotFoundError', '', 'noDevice'],
    ['NotReadableError', '', 'deviceBusy'],
    ['AbortError', '', 'deviceBusy'],
    ['TypeError', '', 'unknown'],
  ])('of %s %s is ours', (name, message, code) => {
    expect(errorCode(named(name, message))).toBe(code);
  });

  it('tells a frame that lacks `allow` from a "no", where the browser can say so', () => {
    vi.stubGlobal('document', { featurePolicy: { allowsFeature: (name: string) => name !== 'camera' } });
    expect(errorCode(named('NotAllowedError', 'Permission denied'))).toBe('blockedByFrame');
    vi.stubGlobal('document', { featurePolicy: { allowsFeature: () => true } });
    expect(errorCode(named('NotAllowedError', 'Permission denied'))).toBe('permissionDenied');
  });

  it('of anything else is unknown', () => {
    expect(errorCode(null)).toBe('unknown');
  });
});

describe('acquireScreen', () => {
  it('is null when the person changed his mind, and rejects when it broke', async () => {
    stubDevices(() => named('NotAllowedError'));
    expect(await acquireScreen()).toBeNull();
    stubDevices(() => named('NotReadableError'));
    await expect(acquireScreen()).rejects.toThrow();
  });
});
