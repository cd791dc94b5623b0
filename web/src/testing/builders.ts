/** Values for tests: complete, with what the test cares about replaced. */

import type { LocalState } from '../call-types.js';
import { Voice } from '../voices.js';
import type { Binding, Joined, MediaSetup, Participant, Room, SourceKind } from '../protocol/messages.gen.js';

export const ROOM: Room = {
  id: 'room1',
  subject: 'Samtale',
  organisation: 'Aarhus',
  helpLine: '12345678',
  mode: 'meeting',
  floorPolicy: 'free',
  maxSpeakers: 1,
  turnS: 0,
  hostsExempt: true,
  showsSpeaker: true,
  screenPolicy: 'free',
  guestVisibility: 'all',
  lobby: 'off',
  lastHost: 'stay',
  guestMicrophone: 'on',
  guestsMayUnmute: true,
  hostLayout: '',
  guestLayout: '',
  layoutChoice: 'each',
  showsNames: true,
  presenterIsMain: false,
  callType: 126,
  chat: 'all',
  privateChat: true,
  maximum: 50,
  closesAt: null,
};

const ORDER: readonly SourceKind[] = ['microphone', 'camera', 'screen', 'screenAudio'];

/** Source ids are `number * 10 + 1 … 4`, in the order microphone, camera, screen, screen audio. */
export function participant(number: number, active: readonly SourceKind[] = [], change: Partial<Participant> = {}): Participant {
  return {
    id: `p${number}`,
    name: `Person ${number}`,
    role: 'guest',
    organisation: '',
    function: '',
    connection: 'connected',
    isFilm: false,
    sources: ORDER.map((kind, index) => ({ kind, id: number * 10 + index + 1, active: active.includes(kind) })),
    ...change,
  };
}

export function binding(index: number, number: number | null, sourceKind: SourceKind = 'camera'): Binding {
  if (number === null) return { kind: 'video', index, participantId: null, source: 0, sourceKind: null };
  const source = number * 10 + ORDER.indexOf(sourceKind) + 1;
  return { kind: 'video', index, participantId: `p${number}`, source, sourceKind };
}

export const SETUP: MediaSetup = {
  iceServers: [],
  codec: 'VP8',
  camera: [
    { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000, maxFramerate: 30, scalabilityMode: null },
    { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000, maxFramerate: 30, scalabilityMode: null },
    { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_500_000, maxFramerate: 30, scalabilityMode: 'L1T3' },
  ],
  cameraLines: 720,
  screen: [{ rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 2_500_000, maxFramerate: 15, scalabilityMode: null }],
  slots: { speaker: 3, programme: 1, video: 4 },
};

/** Person 1 is oneself. */
export function joined(change: Partial<Joined> = {}): Joined {
  return {
    type: 'joined',
    participantId: 'p1',
    session: 'secret',
    sequence: 5,
    room: ROOM,
    participants: [participant(1), participant(2, ['microphone', 'camera'])],
    documents: [{ type: 'roomChanged', room: ROOM }],
    bindings: [0, 1, 2, 3].map((index) => binding(index, null)),
    media: SETUP,
    mediaAlive: false,
    token: 'token-2',
    tokenExpiresAt: 0,
    ...change,
  };
}

export const LOCAL: LocalState = {
  way: 'picture',
  camera: { on: true, busy: false, stream: null, error: null },
  microphone: { on: true, busy: false, voice: new Voice(0.4), speakingWhileMuted: false, error: null },
  screen: { on: false, supported: true, stream: null },
};

/** The item, or a failed test. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('expected to be present');
  return value;
}
