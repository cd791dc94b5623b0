import { describe, expect, it, vi } from 'vitest';
import { SETUP, present } from '../testing/builders.js';
import { FakeConnection, FakePlatform, FakeTrack } from '../testing/fake-peer.js';
import type { AnswerMedia, MediaSetup } from '../protocol/messages.gen.js';
import { Peer, type LocalOffer, type LocalTracks, type PeerState } from './peer.js';

const NO_TRACKS: LocalTracks = { microphone: null, camera: null, screen: null, screenAudio: null };

function build(
  setup: MediaSetup = SETUP,
  tracks: LocalTracks = NO_TRACKS,
  isFluent = false,
): { peer: Peer; pc: FakeConnection; states: PeerState[] } {
  const platform = new FakePlatform();
  const states: PeerState[] = [];
  const peer = new Peer(setup, tracks, (state) => states.push(state), platform, isFluent);
  return { peer, pc: platform.newest, states };
}

describe('the offer', () => {
  it('has its m-lines in the agreed order and directions', () => {
    const { pc } = build();
    expect(pc.transceivers.map((one) => `${one.init.direction} ${one.kind}`)).toEqual([
      'sendonly audio',
      'sendonly video',
      'sendonly video',
      'sendonly audio',
      ...Array<string>(3).fill('recvonly audio'),
      'recvonly audio',
      ...Array<string>(4).fill('recvonly video'),
    ]);
  });

  it('bundles all in one', () => {
    expect(build().pc.configuration.bundlePolicy).toBe('max-bundle');
  });

  it('passes the ICE servers on, without empty credentials', () => {
    const iceServers = [
      { urls: ['stun:a'], username: null, credential: null },
      { urls: ['turn:b'], username: 'u', credential: 'c' },
    ];
    expect(build({ ...SETUP, iceServers }).pc.configuration.iceServers).toEqual([
      { urls: ['stun:a'] },
      { urls: ['turn:b'], username: 'u', credential: 'c' },
    ]);
  });

  it('takes the camera layers from the server, lowest first, and no rid for a single layer', () => {
    const { pc } = build();
    expect(pc.transceivers[1]?.init.sendEncodings).toEqual([
      { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000, maxFramerate: 30 },
      { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000, maxFramerate: 30 },
      { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_500_000, maxFramerate: 30, scalabilityMode: 'L1T3' },
    ]);
    expect(pc.transceivers[2]?.init.sendEncodings).toEqual([
      { scaleResolutionDownBy: 1, maxBitrate: 2_500_000, maxFramerate: 15 },
    ]);
    expect(pc.transceivers[0]?.init.sendEncodings).toBeUndefined();
  });

  it('goes without temporal levels where the browser refuses them', () => {
    FakeConnection.refusesScalability = true;
    try {
      const { pc } = build();
      expect(pc.transceivers[1]?.init.sendEncodings?.map((encoding) => Object.keys(encoding).length)).toEqual([4, 4, 4]);
      expect(pc.transceivers.slice(0, 4).map((one) => one.kind)).toEqual(['audio', 'video', 'video', 'audio']);
    } finally {
      FakeConnection.refusesScalability = false;
    }
  });

  it('names few codecs', () => {
    const { pc } = build();
    expect(pc.transceivers.map((one) => one.codecs)).toEqual([
      ['audio/opus', 'audio/red'],
      ['video/VP8', 'video/rtx'],
      ['video/VP8', 'video/rtx'],
      ['audio/opus', 'audio/red'],
      ...Array<string[]>(4).fill(['audio/opus', 'audio/red']),
      ...Array<string[]>(4).fill(['video/VP8', 'video/H264', 'video/rtx']),
    ]);
  });

  it('says by mid what each sendonly m-line carries', async () => {
    const { peer, pc } = build();
    let offer: LocalOffer | null = null;
    await peer.negotiate((given) => {
      offer = given;
      return Promise.resolve(pc.answer(SETUP.slots));
    });
    expect(offer).toEqual({ sdp: 'offer 1', sources: { 0: 'microphone', 1: 'camera', 2: 'screen', 3: 'screenAudio' } });
    expect(pc.remoteDescriptions).toEqual(['answer']);
  });

  it('carries the tracks that are there, with a hint of what matters in them', () => {
    const camera = new FakeTrack('video');
    const screen = new FakeTrack('video');
    const { pc } = build(SETUP, { ...NO_TRACKS, camera: camera.asTrack(), screen: screen.asTrack() });
    expect(pc.transceivers[1]?.sentTrack).toBe(camera);
    expect(camera.contentHint).toBe('motion');
    expect(screen.contentHint).toBe('detail');
  });
});

describe('slots', () => {
  it('are what the answer says of the mids', async () => {
    const { peer, pc } = build();
    await peer.negotiate(() => {
      const answer = pc.answer(SETUP.slots);
      // The server may number them otherwise, as long as it says so.
      const swapped = answer.slots.map((slot) => (slot.kind === 'video' ? { ...slot, index: 3 - slot.index } : slot));
      return Promise.resolve({ ...answer, slots: swapped });
    });
    expect(peer.videoSlot(3)?.receiver).toBe(pc.transceivers[8]?.receiver);
    expect(peer.videoSlot(0)?.stream.getTracks()).toEqual([present(pc.transceivers[11]).receiver.track]);
    expect(peer.slots.filter((slot) => slot.kind === 'programme')).toHaveLength(1);
    expect(peer.videoSlot(4)).toBeUndefined();
  });
});

describe('layers', () => {
  const active = (encodings: readonly RTCRtpEncodingParameters[] | undefined): unknown[] =>
    (encodings ?? []).map((encoding) => encoding.active ?? true);

  it('that nobody takes are not sent, and come back', async () => {
    const { peer, pc } = build();
    const camera = present(pc.transceivers[1]);
    await peer.setLayers('camera', [0]);
    expect(active(camera.encodings)).toEqual([true, false, false]);
    await peer.setLayers('camera', []);
    expect(active(camera.encodings)).toEqual([false, false, false]);
    await peer.setLayers('camera', null);
    expect(active(camera.encodings)).toEqual([true, true, true]);
    expect(camera.encodings.map(({ rid }) => rid)).toEqual(SETUP.camera.map(({ rid }) => rid));
  });

  it('are left alone when they are as wanted', async () => {
    const { peer, pc } = build();
    await peer.setLayers('camera', [0, 1, 2]);
    await peer.setLayers('screen', null);
    expect(pc.transceivers.map((one) => one.parameterChanges)).toEqual(pc.transceivers.map(() => 0));
  });
});

describe('hands that speak', () => {
  const slow = { ...SETUP, camera: SETUP.camera.map((one, index) => (index === 0 ? { ...one, maxFramerate: 20 } : one)) };
  const rates = (encodings: readonly RTCRtpEncodingParameters[]): unknown[] => encodings.map(({ maxFramerate }) => maxFramerate);

  it('are sent fluently in every size, the smallest too, and without another offer', async () => {
    const { peer, pc } = build(slow);
    const camera = present(pc.transceivers[1]);
    expect(rates(camera.encodings)).toEqual([20, 30, 30]);
    await peer.setFluent(true);
    expect(rates(camera.encodings)).toEqual([30, 30, 30]);
    await peer.setLayers('camera', [0]);
    expect(rates(camera.encodings)).toEqual([30, 30, 30]);
    await peer.setFluent(false);
    expect(rates(camera.encodings)).toEqual([20, 30, 30]);
    expect(rates(present(pc.transceivers[2]).encodings)).toEqual([15]);
    expect(pc.offers).toEqual([]);
  });

  it('are offered so by a new connection', async () => {
    const camera = new FakeTrack('video');
    const { pc } = build(slow, { ...NO_TRACKS, camera: camera.asTrack() }, true);
    expect(rates(present(pc.transceivers[1]).encodings)).toEqual([30, 30, 30]);
    expect(camera.contentHint).toBe('motion');
  });
});

describe('a small camera', () => {
  const scales = (encodings: readonly RTCRtpEncodingParameters[]): (number | null)[] =>
    encodings.map(({ active, scaleResolutionDownBy }) => (active === false ? null : (scaleResolutionDownBy ?? null)));
  const camera = (width: number, height: number): MediaStreamTrack => new FakeTrack('video', '', { width, height }).asTrack();

  it('is offered in fewer encodings, of which the highest is its full size', () => {
    const offered = (track: MediaStreamTrack): (number | null)[] =>
      scales(present(build(SETUP, { ...NO_TRACKS, camera: track }).pc.transceivers[1]).encodings);
    expect(offered(camera(1280, 720))).toEqual([4, 2, 1]);
    expect(offered(camera(960, 540))).toEqual([4, 2, 1]);
    expect(offered(camera(640, 480))).toEqual([2, 1, null]);
    expect(offered(camera(360, 640))).toEqual([2, 1, null]);
    expect(offered(camera(320, 180))).toEqual([1, null, null]);
  });

  it('that replaces a large one is sent likewise, and the large one again in all', async () => {
    const { peer, pc } = build(SETUP, { ...NO_TRACKS, camera: camera(1280, 720) });
    const sent = present(pc.transceivers[1]);
    await peer.setTrack('camera', camera(640, 360));
    expect(scales(sent.encodings)).toEqual([2, 1, null]);
    await peer.setTrack('camera', null);
    await peer.setTrack('camera', camera(1280, 720));
    expect(scales(sent.encodings)).toEqual([4, 2, 1]);
    expect(sent.parameterChanges).toBe(2);
  });

  it('does not begin with an encoding it has not when all are wanted', async () => {
    const { peer, pc } = build(SETUP, { ...NO_TRACKS, camera: camera(640, 360) });
    await peer.setLayers('camera', [0]);
    await peer.setLayers('camera', [0, 1, 2]);
    expect(scales(present(pc.transceivers[1]).encodings)).toEqual([2, 1, null]);
    await peer.setLayers('camera', [0]);
    await peer.setTrack('camera', camera(1280, 720));
    expect(scales(present(pc.transceivers[1]).encodings)).toEqual([4, null, null]);
  });
});

describe('a track', () => {
  it('is replaced without another offer', async () => {
    const { peer, pc } = build();
    const screen = new FakeTrack('video');
    await peer.setTrack('screen', screen.asTrack());
    expect(pc.transceivers[2]?.sentTrack).toBe(screen);
    await peer.setTrack('screen', null);
    expect(pc.transceivers[2]?.sentTrack).toBeNull();
    expect(pc.offers).toHaveLength(0);
  });

  it('for a closed connection is no error', async () => {
    const { peer, pc } = build();
    present(pc.transceivers[0]).sender.replaceTrack = () => Promise.reject(new DOMException('closed', 'InvalidStateError'));
    peer.close();
    await expect(peer.setTrack('microphone', null)).resolves.toBeUndefined();
  });
});

describe('negotiating', () => {
  it('restarts ICE on demand', async () => {
    const { peer, pc } = build();
    await peer.negotiate(() => Promise.resolve(pc.answer(SETUP.slots)), { iceRestart: true });
    expect(pc.offers).toEqual([{ iceRestart: true }]);
  });

  it('without an answer leaves the connection as it was', async () => {
    const { peer, pc } = build();
    const rollback = vi.spyOn(pc, 'setLocalDescription');
    expect(await peer.negotiate(() => Promise.resolve(null))).toBe(false);
    expect(rollback).toHaveBeenLastCalledWith({ type: 'rollback' });
    expect(pc.remoteDescriptions).toEqual([]);
  });

  it('stops when it was closed meanwhile', async () => {
    const { peer, pc } = build();
    const exchange = (): Promise<AnswerMedia> => {
      peer.close();
      return Promise.resolve(pc.answer(SETUP.slots));
    };
    expect(await peer.negotiate(exchange)).toBe(false);
    expect(pc.remoteDescriptions).toEqual([]);
  });
});

describe('states', () => {
  it('are told until it is closed', () => {
    const { peer, pc, states } = build();
    pc.become('connecting');
    pc.become('connected');
    pc.become('disconnected');
    peer.close();
    pc.become('failed');
    expect(states).toEqual(['connecting', 'connected', 'disconnected']);
  });
});
