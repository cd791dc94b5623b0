/** Invented states of a call, one for every screen, for the stories page and the tests of how it looks. */

import type {
  BannerCode,
  CallState,
  EndCode,
  FailureCode,
  LocalState,
  ParticipantState,
  Quality,
  RoomState,
  Tile,
} from '../call-types.js';
import { showsOf } from '../configuration.js';
import { NO_WORDS, type Message } from '../conference/words.js';
import type { Lobby, Room, TypedLine } from '../protocol/messages.gen.js';
import { Voice } from '../voices.js';
import { FLOOR_STORIES } from './stories-floor.js';
import { LAYOUT_STORIES } from './stories-layouts.js';
import { LOOK_STORIES } from './stories-look.js';
import { PREJOIN_STORIES } from './stories-prejoin.js';
import { TRAINING_STORIES } from './stories-training.js';
import { TROUBLE_STORIES } from './stories-trouble.js';

export const ROOM: RoomState = {
  id: 'demo',
  subject: 'Hjemmebesøg med sygeplejersken',
  organisation: 'Aarhus Kommune',
  helpLine: '+4587654321',
  mode: 'meeting',
  floorPolicy: 'open',
  maximum: 9,
  closesAt: null,
};

/** What the server would tell of it. */
const AGREED: Room = {
  ...ROOM,
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
};

export const NAMES = [
  'Bodil Jensen',
  'Karl-Emil von Hohenberg-Christoffersen, overlæge, dr.med.',
  'Bo',
  'Fatima Al-Sayed',
  'Ib Østergaard',
  'Mette Ågård',
  'Søren Kierkegaard Lund',
  'Łucja Wiśniewska',
  'Per',
] as const;

const LOCAL: LocalState = {
  way: 'picture',
  camera: { on: true, busy: false, stream: null, error: null },
  microphone: { on: true, busy: false, voice: new Voice(0.35), speakingWhileMuted: false, error: null },
  screen: { on: false, supported: true, stream: null },
};

export const IDLE: CallState = {
  phase: 'idle',
  failure: null,
  ended: null,
  pin: null,
  waiting: null,
  personFunction: '',
  link: { signalling: 'connected', media: 'none', lostSince: null },
  language: null,
  shows: showsOf({}),
  name: '',
  invitation: null,
  look: null,
  acceptedTerms: '',
  room: ROOM,
  documents: {},
  words: NO_WORDS,
  self: null,
  participants: [],
  tiles: [],
  dominantSpeaker: null,
  devices: {
    cameras: [
      { id: 'c1', label: 'FaceTime HD-kamera (indbygget)' },
      { id: 'c2', label: 'Logitech BRIO Ultra HD Pro Business Webcam (046d:085e)' },
    ],
    microphones: [{ id: 'm1', label: 'Mikrofon (indbygget)' }],
    speakers: [{ id: 's1', label: 'Højttalere (indbygget)' }],
    selected: { camera: 'c1', microphone: 'm1', speaker: 's1' },
    canChooseSpeaker: true,
    facing: null,
    usesSignLanguage: false,
    isOriginalSound: false,
    processing: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, backgroundBlur: false },
    canBlur: true,
  },
  local: {
    ...LOCAL,
    camera: { ...LOCAL.camera, on: false },
    microphone: { ...LOCAL.microphone, on: false, voice: new Voice() },
  },
  ownQuality: 'good',
  isDeviceBusy: false,
  audioBlocked: false,
  banners: [],
  notices: [],
};

/** Streams for those whose camera is on, by name; the own one too. */
export type Pictures = (name: string) => MediaStream | null;

export const NO_PICTURES: Pictures = () => null;

function participant(name: string, isSelf: boolean): ParticipantState {
  return {
    id: isSelf ? 'self' : `p-${name}`,
    name,
    role: isSelf ? 'guest' : 'host',
    organisation: '',
    function: '',
    isFilm: false,
    isSelf,
    reconnecting: false,
    connection: 'connected',
    microphoneOn: true,
    cameraOn: true,
    screenOn: false,
    quality: 'good',
  };
}

export function tileOf(name: string, change: Partial<Tile> = {}): Tile {
  return {
    id: `p-${name}/${change.kind ?? 'camera'}`,
    participantId: `p-${name}`,
    name,
    kind: 'camera',
    isSelf: false,
    slot: 0,
    stream: null,
    showing: false,
    sourceOn: true,
    microphoneOn: true,
    voice: new Voice(),
    reconnecting: false,
    quality: 'good',
    paused: false,
    pausedByServer: false,
    pausedByDevice: false,
    cannotDecode: false,
    ...change,
  };
}

export function previewing(pictures: Pictures = NO_PICTURES, change: Partial<CallState> = {}): CallState {
  const name = 'Inger Marie Holm';
  return {
    ...IDLE,
    phase: 'previewing',
    name,
    local: { ...LOCAL, camera: { ...LOCAL.camera, stream: pictures(name) } },
    ...change,
  };
}

/** A call with `others` people; every third has the camera off, every fourth the microphone. */
export function inCall(others: number, pictures: Pictures = NO_PICTURES, change: Partial<CallState> = {}): CallState {
  const before = previewing(pictures);
  const { stream } = before.local.camera;
  const self = participant(before.name, true);
  const tiles = NAMES.slice(0, others).map((name, index) => {
    const hasCamera = index % 3 !== 2;
    const picture = hasCamera ? pictures(name) : null;
    return tileOf(name, {
      slot: index,
      stream: picture,
      showing: picture !== null,
      sourceOn: hasCamera,
      microphoneOn: index % 4 !== 3,
      voice: new Voice(index === 0 ? 0.5 : 0),
    });
  });
  const own = tileOf(before.name, {
    id: 'self/camera',
    participantId: 'self',
    isSelf: true,
    slot: null,
    stream,
    showing: stream !== null,
  });
  return {
    ...before,
    phase: 'inCall',
    link: { signalling: 'connected', media: 'connected', lostSince: null },
    self,
    participants: [self, ...NAMES.slice(0, others).map((name) => participant(name, false))],
    tiles: [own, ...tiles],
    ...change,
  };
}

/** Somebody has written, somebody is writing, a skrivetolk too, and a host has announced something. */
function withWords(state: CallState): CallState {
  const [, bodil, karl, bo] = state.participants.map((person) => person.id);
  const line = (participantId = '', text = ''): TypedLine => ({ participantId, to: 'all', text });
  const message = (number: number, participantId = '', name = '', text = ''): Message => ({
    number, participantId, name, isOwn: participantId === 'self', to: 'all', otherId: null, text,
  });
  return {
    ...state,
    documents: {
      ...state.documents,
      roomChanged: { type: 'roomChanged', room: AGREED },
      openLines: { type: 'openLines', lines: [line(bo, 'Jeg skriver, mens I læser d')] },
      captions: { type: 'captions', writers: [bodil ?? ''], lines: [line(bodil, 'og så ser vi på blodtry')] },
      announcements: { type: 'announcements', announcements: [{ number: 1, text: 'Vi holder pause kl. 10.30.' }] },
    },
    words: {
      count: 5,
      messages: [
        message(1, bodil, NAMES[0], 'Goddag. Kan I høre mig?'),
        message(2, karl, NAMES[1], 'Ja, fint.\nMen billedet er lidt mørkt.'),
        message(3, 'self', state.name, 'Jeg tænder en lampe.'),
      ],
      captions: [{ number: 4, participantId: bodil ?? '', text: 'Velkommen til mødet med sygeplejersken.' }],
      reactions: [{ number: 5, participantId: karl ?? '', reaction: 'thumbsUp' }],
    },
  };
}

function muted(state: CallState): CallState {
  return {
    ...state,
    local: {
      ...state.local,
      camera: { ...state.local.camera, on: false, stream: null },
      microphone: { ...state.local.microphone, on: false, voice: new Voice() },
    },
    tiles: state.tiles.map((tile) =>
      tile.isSelf ? { ...tile, stream: null, showing: false, sourceOn: false, microphoneOn: false } : tile,
    ),
  };
}

function withTrouble(state: CallState): CallState {
  const troubles: Partial<Tile>[] = [
    { quality: 'weak' },
    { reconnecting: true, quality: 'lost' },
    { cannotDecode: true },
    { paused: true, showing: false },
  ];
  let index = 0;
  const tiles = state.tiles.map((tile) => (tile.isSelf ? tile : { ...tile, ...troubles[index++ % troubles.length] }));
  return { ...state, tiles };
}

function withScreen(state: CallState, pictures: Pictures): CallState {
  const [self, ...others] = state.tiles;
  const name = NAMES[0];
  const picture = pictures('screen');
  const screen = tileOf(name, { kind: 'screen', stream: picture, showing: picture !== null });
  return { ...state, tiles: self === undefined ? [] : [self, screen, ...others] };
}

function failed(code: FailureCode, retryable: boolean, retryAfterMs: number | null = null): CallState {
  return { ...IDLE, phase: 'failed', failure: { code, retryable, retryAfterMs } };
}

function ended(code: EndCode, canRejoin: boolean): CallState {
  return { ...IDLE, phase: 'ended', ended: { code, canRejoin } };
}

function withBanner(state: CallState, code: BannerCode, ownQuality: Quality = 'good'): CallState {
  return { ...state, banners: [code], audioBlocked: code === 'audioBlocked', ownQuality };
}

/** We are the host; three wait, and one is on his way back. */
function hosting(pictures: Pictures, change: Partial<Lobby> = {}): CallState {
  const call = inCall(3, pictures);
  const self: ParticipantState = { ...participant(call.name, true), role: 'host', organisation: 'Aarhus Kommune', function: 'sygeplejerske' };
  const others = call.participants.slice(1).map((one, index): ParticipantState => ({
    ...one,
    role: index === 0 ? 'host' : 'guest',
    function: ['læge', 'tolk', 'borger'][index] ?? '',
    organisation: ['Region Midtjylland', 'Tolkebureauet', ''][index] ?? '',
    connection: index === 2 ? 'returning' : 'connected',
    microphoneOn: index !== 1,
  }));
  const waits = (name: string, fn: string, minutes: number): Lobby['waiting'][number] => ({
    id: `w-${name}`, name, organisation: '', function: fn, since: Date.now() / 1000 - minutes * 60, away: false,
  });
  const lobby: Lobby = {
    type: 'lobby',
    locked: false,
    mayAdmit: true,
    notice: '',
    waiting: [waits('Bodil Jensen', 'borger', 6), waits('Karl-Emil von Hohenberg-Christoffersen', 'pårørende', 2), waits('Fatima Al-Sayed', 'tolk', 0)],
    ...change,
  };
  return { ...call, self, participants: [self, ...others], documents: { lobby } };
}

/** Every screen there is, by name. */
export const STORIES: Readonly<Record<string, (pictures: Pictures) => CallState>> = {
  ...PREJOIN_STORIES,
  connecting: (pictures) => ({ ...previewing(pictures), phase: 'connecting' }),
  alone: (pictures) => inCall(0, pictures),
  written: (pictures) => withWords(inCall(3, pictures)),
  'call-1': (pictures) => inCall(1, pictures),
  'call-2': (pictures) => inCall(2, pictures),
  'call-3': (pictures) => inCall(3, pictures),
  'call-4': (pictures) => inCall(4, pictures),
  'call-5': (pictures) => inCall(5, pictures),
  'call-6': (pictures) => inCall(6, pictures),
  'call-9': (pictures) => inCall(9, pictures),
  'call-muted': (pictures) => muted(inCall(2, pictures)),
  'call-trouble': (pictures) => withTrouble(inCall(4, pictures)),
  'call-screen': (pictures) => withScreen(inCall(4, pictures), pictures),
  'call-sharing': (pictures) => {
    const state = inCall(2, pictures);
    return { ...state, local: { ...state.local, screen: { ...state.local.screen, on: true } } };
  },
  'call-phone': (pictures) => {
    const state = inCall(2, pictures);
    return { ...state, local: { ...state.local, screen: { ...state.local.screen, supported: false } } };
  },
  'call-turn': (pictures) => {
    const state = inCall(1, pictures);
    return { ...state, devices: { ...state.devices, facing: 'user' } };
  },
  'call-reconnecting': (pictures) => ({
    ...withBanner(inCall(2, pictures), 'reconnecting'),
    link: { signalling: 'reconnecting', media: 'reconnecting', lostSince: 1 },
  }),
  'call-weak': (pictures) => withBanner(inCall(2, pictures), 'ownConnectionWeak', 'weak'),
  'call-blocked': (pictures) => withBanner(inCall(1, pictures), 'audioBlocked'),
  'call-interrupted': (pictures) => withBanner(inCall(1, pictures), 'microphoneInterrupted'),
  'call-speaking-muted': (pictures) => withBanner(muted(inCall(1, pictures)), 'speakingWhileMuted'),
  'call-stopping': (pictures) => withBanner(inCall(1, pictures), 'serverStopping'),
  ...LAYOUT_STORIES,
  ...LOOK_STORIES,
  ...FLOOR_STORIES,
  ...TRAINING_STORIES,
  ...TROUBLE_STORIES,
  'ended-left': () => ({ ...ended('left', true), ended: { code: 'left', canRejoin: true, at: Date.now() } }),
  'ended-ended': () => ended('ended', false),
  'ended-removed': () => ended('removed', false),
  'ended-replaced': () => ended('replaced', true),
  'ended-too-slow': () => ended('tooSlow', true),
  'ended-lost': () => ended('lost', true),
  'pin-ask': () => ({ ...IDLE, room: null, phase: 'pin', pin: { state: 'ask', waitsUntil: null } }),
  'pin-wrong': () => ({ ...IDLE, room: null, phase: 'pin', pin: { state: 'wrong', waitsUntil: null } }),
  'pin-locked': () => ({ ...IDLE, room: null, phase: 'pin', pin: { state: 'locked', waitsUntil: Date.now() + 480_000 } }),
  'host-lobby': (pictures) => hosting(pictures),
  'host-locked': (pictures) => hosting(pictures, { locked: true, waiting: [] }),
  'call-asked': (pictures) => ({
    ...muted(inCall(2, pictures)),
    documents: { ownSources: { type: 'ownSources', mayUnmute: true, closed: [], asked: ['microphone', 'camera'] } },
  }),
  'call-ending': (pictures) => ({
    ...inCall(2, pictures),
    documents: { ending: { type: 'ending', cause: 'host', endsAt: Date.now() / 1000 + 8, warning: 0 } },
  }),
  'call-closing': (pictures) => ({
    ...hosting(pictures),
    documents: { ending: { type: 'ending', cause: 'closingTime', endsAt: Date.now() / 1000 + 590, warning: 600 } },
  }),
  'failed-link-missing': () => ({ ...failed('linkMissing', false), room: null }),
  'failed-link-expired': () => failed('linkExpired', false),
  'failed-token-invalid': () => failed('tokenInvalid', false),
  'failed-room-unknown': () => ({ ...failed('roomUnknown', false), room: null }),
  'failed-room-full': () => failed('roomFull', true, 30_000),
  'failed-not-open': () => failed('notOpenYet', true, 185_000),
  'failed-closed': () => failed('closed', false),
  'failed-not-permitted': () => failed('notPermitted', false),
  'failed-too-many': () => failed('tooManyRequests', true, 5000),
  'failed-busy': () => failed('serverBusy', true, 30_000),
  'failed-stopping': () => failed('serverStopping', true),
  'failed-protocol': () => failed('unsupportedProtocol', false),
  'failed-in-app': () => failed('inAppBrowser', false),
  'failed-browser': () => failed('unsupportedBrowser', false),
  'failed-insecure': () => failed('insecureContext', false),
  'failed-connection': () => failed('connectionFailed', true),
  'failed-media': () => failed('mediaFailed', true),
  'failed-internal': () => failed('internal', true),
};
