import { describe, expect, it } from 'vitest';
import { LOCAL, binding, joined, participant, present } from '../testing/builders.js';
import type { LinkState, LocalState, Tile } from '../call-types.js';
import { Voices, type Voice } from '../voices.js';
import { projectBanners, projectLink, projectParticipants, projectTiles, type Own, type Pictures } from './projection.js';
import { fromJoined, reduce, type ConferenceState } from './state.js';

const stream = (): MediaStream => ({}) as MediaStream;
const SLOT_STREAMS = [stream(), stream(), stream(), stream()];
const own = (local: LocalState = LOCAL, isWeak = false, isDeviceBusy = false): Own => ({ local, isWeak, isDeviceBusy });
const pictures = (...proven: number[]): Pictures => ({
  isProven: (slot) => proven.includes(slot),
  streamOf: (slot) => SLOT_STREAMS[slot] ?? null,
});

const VOICES = new Voices();
const voiceOf = (id: string): Voice => VOICES.of(id);

function tilesOf(state: ConferenceState, seen = pictures(), before: readonly Tile[] = [], local = LOCAL): readonly Tile[] {
  return projectTiles(state, projectParticipants(state, own(local), []), own(local), seen, voiceOf, before);
}

const base = (): ConferenceState =>
  fromJoined(
    joined({
      participants: [participant(2, ['camera', 'microphone']), participant(1), participant(3, ['camera', 'screen'])],
      bindings: [binding(0, 3, 'screen'), binding(1, 2), binding(2, 3)],
    }),
  );

describe('tiles', () => {
  it('come as own camera, screens, cameras', () => {
    expect(tilesOf(base()).map((tile) => tile.id)).toEqual(['p1/camera', 'p3/screen', 'p2/camera', 'p3/camera']);
  });

  it('show a picture only when its frames are proven, and hand out no stream before', () => {
    const unproven = present(tilesOf(base()).find((tile) => tile.id === 'p2/camera'));
    expect(unproven).toMatchObject({ slot: 1, stream: null, showing: false, sourceOn: true });
    const proven = present(tilesOf(base(), pictures(1)).find((tile) => tile.id === 'p2/camera'));
    expect(proven.stream).toBe(SLOT_STREAMS[1]);
    expect(proven.showing).toBe(true);
  });

  it('show nothing of a camera that is off, whatever frames are left', () => {
    const state = reduce(base(), { type: 'participantChanged', sequence: 6, participant: participant(2) });
    expect(tilesOf(state, pictures(1)).find((tile) => tile.id === 'p2/camera')).toMatchObject({ showing: false, sourceOn: false });
  });

  it('blank the moment the binding is gone', () => {
    const state = reduce(base(), { type: 'bindings', bindings: [binding(1, 3)] });
    expect(tilesOf(state, pictures(1)).find((tile) => tile.id === 'p2/camera')).toMatchObject({
      slot: null,
      stream: null,
      showing: false,
    });
  });

  it('show the own camera without any slot, and the own voice', () => {
    const ownStream = stream();
    const local: LocalState = { ...LOCAL, camera: { ...LOCAL.camera, stream: ownStream } };
    expect(tilesOf(base(), pictures(), [], local)[0]).toMatchObject({
      isSelf: true,
      slot: null,
      showing: true,
      voice: LOCAL.microphone.voice,
    });
  });

  it('keep their identity when nothing but a voice changed', () => {
    const before = tilesOf(base(), pictures(1));
    const state = reduce(base(), { type: 'speakers', speakers: [{ participantId: 'p3', level: 0.7 }] });
    expect(tilesOf(state, pictures(1), before)).toBe(before);
    expect(before[3]?.voice).toBe(VOICES.of('p3'));
  });

  it('say whether a picture rests for the sake of the device, of the server or of the way', () => {
    const rests = (pausedByServer: number[]): ConferenceState =>
      reduce(base(), { type: 'bandwidth', paused: [0, 1, 2, 3], pausedByServer, sendLayers: [], cameraOff: false });
    const told = (state: ConferenceState, isBusy: boolean): unknown => {
      const tile = projectTiles(state, projectParticipants(state, own(), []), own(LOCAL, false, isBusy), pictures(), (id) => VOICES.of(id), []).find(({ id }) => id === 'p3/camera');
      return tile && [tile.paused, tile.pausedByServer, tile.pausedByDevice];
    };
    expect(told(rests([]), false)).toEqual([true, false, false]);
    expect(told(rests([]), true)).toEqual([true, false, true]);
    expect(told(base(), true)).toEqual([false, false, false]);
  });

  it('say when this browser cannot decode', () => {
    const state = reduce(base(), { type: 'cannotDecode', index: 1, participantId: 'p2' });
    expect(tilesOf(state).find((tile) => tile.id === 'p2/camera')?.cannotDecode).toBe(true);
    expect(tilesOf(state).find((tile) => tile.id === 'p3/camera')?.cannotDecode).toBe(false);
  });
});

describe('participants', () => {
  it('begin with oneself, as the own devices are', () => {
    const list = projectParticipants(base(), own(), []);
    expect(list.map((one) => one.id)).toEqual(['p1', 'p2', 'p3']);
    expect(list[0]).toMatchObject({ isSelf: true, microphoneOn: true, cameraOn: true, screenOn: false });
    expect(list[2]).toMatchObject({ microphoneOn: false, cameraOn: true, screenOn: true });
  });

  it('say that the own connection is weak when either side finds it so', () => {
    expect(projectParticipants(base(), own(LOCAL, true), [])[0]?.quality).toBe('weak');
    const told = reduce(base(), { type: 'connectionQuality', participants: [{ participantId: 'p1', quality: 'lost' }] });
    expect(projectParticipants(told, own(LOCAL, true), [])[0]?.quality).toBe('lost');
  });
});

describe('link', () => {
  const well: LinkState = { signalling: 'connected', media: 'connected', lostSince: null };

  it('remembers when the first was lost until both are back', () => {
    const lost = projectLink('reconnecting', 'connected', well, 1000);
    expect(lost.lostSince).toBe(1000);
    const both = projectLink('reconnecting', 'reconnecting', lost, 2000);
    expect(both.lostSince).toBe(1000);
    expect(projectLink('connected', 'reconnecting', both, 3000).lostSince).toBe(1000);
    expect(projectLink('connected', 'connected', both, 4000).lostSince).toBeNull();
  });

  it('keeps its identity', () => {
    expect(projectLink('connected', 'connected', well, 5)).toBe(well);
  });
});

describe('banners', () => {
  const none = { isReconnecting: false, isServerStopping: false, isAudioBlocked: false, isWeak: false, isCameraAdvisedOff: false, local: LOCAL };

  it('come with the most urgent first', () => {
    expect(projectBanners({ ...none, isAudioBlocked: true, isReconnecting: true, isWeak: true }, [])).toEqual([
      'reconnecting',
      'audioBlocked',
    ]);
  });

  it('advise to switch the camera off only while it is on', () => {
    const running: LocalState = { ...LOCAL, camera: { ...LOCAL.camera, on: true } };
    const stopped: LocalState = { ...LOCAL, camera: { ...LOCAL.camera, on: false } };
    const advised = { ...none, isCameraAdvisedOff: true, isWeak: true };
    expect(projectBanners({ ...advised, local: running }, [])).toEqual(['cameraAdvisedOff', 'ownConnectionWeak']);
    expect(projectBanners({ ...advised, local: stopped }, [])).toEqual(['ownConnectionWeak']);
  });

  it('tell of an interrupted microphone only while it is wanted', () => {
    const interrupted = (on: boolean): LocalState => ({
      ...LOCAL,
      microphone: { ...LOCAL.microphone, on, error: 'interrupted' },
    });
    expect(projectBanners({ ...none, local: interrupted(true) }, [])).toEqual(['microphoneInterrupted']);
    expect(projectBanners({ ...none, local: interrupted(false) }, [])).toEqual([]);
  });
});
