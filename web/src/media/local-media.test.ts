import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stubDevices, type FakeDevices } from '../testing/fake-devices.js';
import type { NoticeCode } from '../call-types.js';
import type { SourceKind } from '../protocol/messages.gen.js';
import { LocalMedia } from './local-media.js';
import type { Meter } from './meter.js';

let devices: FakeDevices;
let loudness = 0;

interface Bench {
  readonly local: LocalMedia;
  readonly sent: Map<SourceKind, MediaStreamTrack | null>;
  readonly notices: NoticeCode[];
}

function build(wishes: ConstructorParameters<typeof LocalMedia>[0] = { camera: true, microphone: true }): Bench {
  const sent = new Map<SourceKind, MediaStreamTrack | null>();
  const notices: NoticeCode[] = [];
  const meter = { listenTo: () => undefined, resume: () => undefined, level: () => loudness } as unknown as Meter;
  const local = new LocalMedia(wishes, {}, meter, {
    onChange: () => undefined,
    onTrack: (kind, track) => sent.set(kind, track),
    onNotice: (code) => notices.push(code),
    onChosen: () => undefined,
  });
  return { local, sent, notices };
}

beforeEach(() => {
  vi.useFakeTimers();
  devices = stubDevices();
  loudness = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('opening', () => {
  it('gives both, and says they are on', async () => {
    const { local, sent } = build();
    await local.open();
    expect(local.state).toMatchObject({ camera: { on: true, busy: false, error: null }, microphone: { on: true } });
    expect(sent.get('camera')).toBe(devices.newest('video'));
    expect(local.isActive('microphone')).toBe(true);
  });

  it('opens the camera as large as the room wants, and makes one that is on so', async () => {
    const { local } = build();
    await local.open();
    expect(devices.asked).toMatchObject({ width: { ideal: 1280 }, height: { ideal: 720 } });
    await local.setLines(1080);
    expect(devices.newest('video').constraints).toMatchObject({ width: { ideal: 1920 }, height: { ideal: 1080 } });
    await local.setCamera(false);
    await local.setCamera(true);
    expect(devices.asked).toMatchObject({ width: { ideal: 1920 }, height: { ideal: 1080 } });
  });

  it('opens the microphone silently for one who was muted, and no camera for one without', async () => {
    const { local } = build({ camera: false, microphone: false });
    await local.open();
    expect(devices.given.map((track) => track.kind)).toEqual(['audio']);
    expect(devices.newest('audio').enabled).toBe(false);
    expect(local.isActive('microphone')).toBe(false);
  });

  it('tells why, for each device', async () => {
    devices.refusal = 'NotAllowedError';
    const { local, notices } = build();
    await local.open();
    expect(local.state).toMatchObject({
      camera: { on: false, error: 'permissionDenied' },
      microphone: { on: false, error: 'permissionDenied' },
    });
    expect(notices).toEqual(['cameraFailed', 'microphoneFailed']);
  });

  it('that was overtaken by the end gives everything back', async () => {
    let answer: () => void = () => undefined;
    devices.gate = new Promise((resolve) => (answer = resolve));
    const { local } = build();
    const opening = local.open();
    local.release();
    answer();
    await opening;
    expect(devices.live).toEqual([]);
    expect(local.state.camera.stream).toBeNull();
  });
});

describe('the camera', () => {
  it('is given back when off, and asked for again when on', async () => {
    const { local, sent } = build();
    await local.open();
    const first = devices.newest('video');
    await local.setCamera(false);
    expect(first.readyState).toBe('ended');
    expect(sent.get('camera')).toBeNull();
    expect(local.isActive('camera')).toBe(false);
    await local.setCamera(true);
    expect(sent.get('camera')).toBe(devices.newest('video'));
    expect(devices.newest('video')).not.toBe(first);
  });

  it('switched off while the browser still asks stays off', async () => {
    let answer: () => void = () => undefined;
    devices.gate = new Promise((resolve) => (answer = resolve));
    const { local } = build();
    const opening = local.open();
    const off = local.setCamera(false);
    answer();
    await Promise.all([opening, off]);
    expect(devices.live.map((track) => track.kind)).toEqual(['audio']);
    expect(local.state.camera).toMatchObject({ on: false, stream: null });
  });

  it('that stands still is told to the others, who then see the initials', async () => {
    const { local, sent } = build();
    await local.open();
    expect(local.isActive('camera')).toBe(true);
    sent.clear();
    devices.newest('video').dispatchEvent(new Event('mute'));
    expect(local.isActive('camera')).toBe(false);
    expect([...sent.keys()]).toEqual(['camera']);
    devices.newest('video').dispatchEvent(new Event('unmute'));
    expect(local.isActive('camera')).toBe(true);
  });

  it('that was pulled out is replaced by another', async () => {
    const { local, sent } = build();
    await local.open();
    const first = devices.newest('video');
    first.stop();
    first.dispatchEvent(new Event('ended'));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.get('camera')).toBe(devices.newest('video'));
    expect(devices.newest('video')).not.toBe(first);
  });

  it('that was missing is had when it is plugged in, and not asked for before', async () => {
    devices.refusal = 'NotFoundError';
    const { local, notices } = build();
    await local.open();
    notices.length = 0;
    await local.onDeviceChange();
    expect(notices).toEqual([]);
    devices.refusal = null;
    devices.listed = [{ kind: 'videoinput', deviceId: '', label: '' }];
    await local.onDeviceChange();
    expect(local.state.camera).toMatchObject({ on: true, error: null });
    expect(local.state.microphone.error).toBe('noDevice');
  });

  it('that was pulled out without another is said to be gone', async () => {
    const { local, notices } = build();
    await local.open();
    devices.refusal = 'NotFoundError';
    devices.newest('video').dispatchEvent(new Event('ended'));
    await vi.advanceTimersByTimeAsync(0);
    expect(local.state.camera).toMatchObject({ on: false, error: 'noDevice' });
    expect(notices).toEqual(['cameraFailed']);
  });
});

describe('the microphone', () => {
  it('stays open while muted', async () => {
    const { local } = build();
    await local.open();
    await local.setMicrophone(false);
    expect(devices.newest('audio')).toMatchObject({ enabled: false, readyState: 'live' });
    expect(local.isActive('microphone')).toBe(false);
    await local.setMicrophone(true);
    expect(devices.newest('audio').enabled).toBe(true);
    expect(devices.given).toHaveLength(2);
  });

  it('says that it is taken by a phone call, and is fetched again when the page is back', async () => {
    const { local, sent } = build();
    await local.open();
    const first = devices.newest('audio');
    first.muted = true;
    first.dispatchEvent(new Event('mute'));
    expect(local.state.microphone.error).toBe('interrupted');
    await local.recover();
    expect(local.state.microphone.error).toBeNull();
    expect(sent.get('microphone')).not.toBe(first);
  });

  it('is fetched anew after a telephone call, because a track that came back may be silent', async () => {
    const { local, sent } = build();
    await local.open();
    const first = devices.newest('audio');
    first.dispatchEvent(new Event('mute'));
    await vi.advanceTimersByTimeAsync(2000);
    first.dispatchEvent(new Event('unmute'));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.get('microphone')).toBe(devices.newest('audio'));
    expect(devices.newest('audio')).not.toBe(first);
    expect(local.state.microphone.error).toBeNull();
  });

  it('is left alone after a hiccup', async () => {
    const { local } = build();
    await local.open();
    const first = devices.newest('audio');
    first.dispatchEvent(new Event('mute'));
    await vi.advanceTimersByTimeAsync(500);
    first.dispatchEvent(new Event('unmute'));
    await vi.advanceTimersByTimeAsync(0);
    expect(devices.newest('audio')).toBe(first);
    expect(local.state.microphone.error).toBeNull();
  });

  it('that the telephone did not give back is asked for again the next time', async () => {
    const { local, sent } = build();
    await local.open();
    devices.newest('audio').muted = true;
    devices.refusal = 'NotReadableError';
    await local.recover();
    expect(local.state.microphone).toMatchObject({ on: false, error: 'deviceBusy' });
    devices.refusal = null;
    await local.recover();
    expect(local.state.microphone).toMatchObject({ on: true, error: null });
    expect(sent.get('microphone')).toBe(devices.newest('audio'));
  });

  it('that was refused is not asked for behind the person\'s back', async () => {
    devices.refusal = 'NotAllowedError';
    const { local } = build();
    await local.open();
    devices.refusal = null;
    await local.recover();
    expect(devices.given).toEqual([]);
  });

  it('hints at one who speaks while muted, for a while', async () => {
    const { local } = build();
    await local.open();
    await local.setMicrophone(false);
    loudness = 0.8;
    await vi.advanceTimersByTimeAsync(600);
    expect(local.state.microphone.voice.level).toBe(0.8);
    expect(local.state.microphone.speakingWhileMuted).toBe(true);
    loudness = 0;
    await vi.advanceTimersByTimeAsync(5000);
    expect(local.state.microphone.speakingWhileMuted).toBe(false);
  });

  it('does not hint while it is on', async () => {
    const { local } = build();
    await local.open();
    loudness = 0.8;
    await vi.advanceTimersByTimeAsync(600);
    expect(local.state.microphone.speakingWhileMuted).toBe(false);
  });
});

describe('the screen', () => {
  it('is shared with its sound and ends with it', async () => {
    const { local, sent } = build();
    await local.open();
    await local.startScreen();
    expect(local.state.screen.on).toBe(true);
    expect(sent.get('screenAudio')).not.toBeNull();
    local.stopScreen();
    expect(sent.get('screen')).toBeNull();
    expect(sent.get('screenAudio')).toBeNull();
    expect(devices.live).toHaveLength(2);
  });

  it('ended by the browser is noticed', async () => {
    const { local, notices } = build();
    await local.open();
    await local.startScreen();
    devices.newest('video').dispatchEvent(new Event('ended'));
    expect(local.state.screen.on).toBe(false);
    expect(notices).toEqual(['ownScreenStopped']);
  });

  it('that the person did not choose is no failure', async () => {
    const { local, notices } = build();
    devices.refusal = 'NotAllowedError';
    await local.startScreen();
    expect(local.state.screen.on).toBe(false);
    expect(notices).toEqual([]);
  });
});

describe('the end', () => {
  it('gives every device back', async () => {
    const { local } = build();
    await local.open();
    await local.startScreen();
    local.release();
    expect(devices.live).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    await local.open();
    expect(devices.live).toHaveLength(2);
  });
});

describe('the way of being there', () => {
  const live = (): readonly string[] => devices.live.map((track) => track.kind);

  it('gives back the camera of who wants sound only, and gets it again', async () => {
    const { local, sent } = build();
    await local.open();
    await local.setWay('sound');
    expect(live()).toEqual(['audio']);
    expect(sent.get('camera')).toBeNull();
    expect(local.state.way).toBe('sound');
    await local.setWay('picture');
    expect(local.state).toMatchObject({ way: 'picture', camera: { on: true } });
  });

  it('asks a listener for nothing, before and when he joins', async () => {
    const { local } = build();
    await local.setWay('listen');
    await local.open();
    expect(devices.given).toEqual([]);
    expect(local.state).toMatchObject({ way: 'listen', camera: { on: false, error: null }, microphone: { on: false, error: null } });
  });

  it('gives everything back when somebody turns to listening, and all again when he turns back', async () => {
    const { local } = build();
    await local.open();
    await local.setWay('listen');
    expect(live()).toEqual([]);
    await local.setWay('picture');
    expect(live().toSorted()).toEqual(['audio', 'video']);
    expect(local.isActive('microphone')).toBe(true);
  });

  it('does not ask before anybody was asked', async () => {
    const { local } = build();
    await local.setWay('sound');
    await local.setWay('picture');
    expect(devices.given).toEqual([]);
  });

  it('forgets a refusal that does not matter any more', async () => {
    devices.refusal = 'NotAllowedError';
    const { local } = build();
    await local.open();
    await local.setWay('listen');
    expect(local.state).toMatchObject({ camera: { error: null }, microphone: { error: null } });
  });

  it('lets a listener speak after all', async () => {
    const { local } = build({ camera: false, microphone: false, listens: true });
    await local.open();
    await local.setMicrophone(true);
    expect(live()).toEqual(['audio']);
    expect(local.state).toMatchObject({ way: 'sound', microphone: { on: true } });
  });
});

describe('the cameras of a phone', () => {
  const listed = ['c1', 'c2'].map((deviceId) => ({ kind: 'videoinput' as const, deviceId, label: '' }));

  it('can be turned, again and again', async () => {
    Object.assign(devices, { hasTwoSides: true, listed });
    const { local } = build();
    await local.open();
    expect(local.devices.facing).toBe('user');
    await local.turnCamera();
    expect(local.devices.facing).toBe('environment');
    expect(devices.live.filter((track) => track.kind === 'video')).toHaveLength(1);
    await local.turnCamera();
    expect(local.devices.facing).toBe('user');
  });

  it('stay as they were turned while the camera was off', async () => {
    Object.assign(devices, { hasTwoSides: true, listed });
    const { local } = build();
    await local.open();
    await local.turnCamera();
    await local.setCamera(false);
    await local.setCamera(true);
    expect(local.devices.facing).toBe('environment');
  });

  it('cannot be turned where there is one, nor on a desk', async () => {
    Object.assign(devices, { hasTwoSides: true, listed: listed.slice(1) });
    const { local } = build();
    await local.open();
    expect(local.devices.facing).toBeNull();
    Object.assign(devices, { hasTwoSides: false, listed });
    const other = build().local;
    await other.open();
    expect(other.devices.facing).toBeNull();
  });
});
