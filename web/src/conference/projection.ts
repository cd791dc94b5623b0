/**
 * From what is known (conference, proofs, streams, own devices) to what is shown. Pure. Objects whose content did not
 * change keep their identity, so that an element re-renders only what is new.
 */

import type { BannerCode, LinkState, LocalState, ParticipantState, RoomState, Tile } from '../call-types.js';
import type { Voice } from '../voices.js';
import type { Participant, Room } from '../protocol/messages.gen.js';
import { isSourceActive, slotOf, type ConferenceState } from './state.js';

export interface Own {
  readonly local: LocalState;
  /** From our own statistics. */
  readonly isWeak: boolean;
  readonly isDeviceBusy: boolean;
}

/** The same object for the same participant. */
export type VoiceOf = (participantId: string) => Voice;

export interface Pictures {
  isProven(slot: number): boolean;
  streamOf(slot: number): MediaStream | null;
}

export function projectRoom(room: Room, before: RoomState | null): RoomState {
  const { id, subject, organisation, helpLine, mode, floorPolicy, maximum, closesAt } = room;
  return kept(before, { id, subject, organisation, helpLine, mode, floorPolicy, maximum, closesAt });
}

/** Self first, then in the order of joining. What we know of ourselves beats what the server heard of it. */
export function projectParticipants(
  state: ConferenceState,
  own: Own,
  before: readonly ParticipantState[],
): readonly ParticipantState[] {
  const earlier = new Map(before.map((participant) => [participant.id, participant]));
  const sorted = [...state.participants].sort((a, b) => Number(b.id === state.selfId) - Number(a.id === state.selfId));
  const list = sorted.map((participant) =>
    kept(earlier.get(participant.id), projectParticipant(state, participant, own)),
  );
  return keptList(before, list);
}

function projectParticipant(state: ConferenceState, participant: Participant, own: Own): ParticipantState {
  const isSelf = participant.id === state.selfId;
  const { local } = own;
  const said = state.quality[participant.id] ?? 'good';
  return {
    id: participant.id,
    name: participant.name,
    role: participant.role,
    organisation: participant.organisation,
    function: participant.function,
    isFilm: participant.isFilm,
    isSelf,
    reconnecting: !isSelf && participant.connection !== 'connected',
    connection: isSelf ? 'connected' : participant.connection,
    microphoneOn: isSelf ? local.microphone.on : isSourceActive(participant, 'microphone'),
    cameraOn: isSelf ? local.camera.on : isSourceActive(participant, 'camera'),
    screenOn: isSelf ? local.screen.on : isSourceActive(participant, 'screen'),
    quality: isSelf && own.isWeak && said === 'good' ? 'weak' : said,
  };
}

/** Own camera first, then screens, then the others' cameras in the order of joining. */
export function projectTiles(
  state: ConferenceState,
  participants: readonly ParticipantState[],
  own: Own,
  pictures: Pictures,
  voiceOf: VoiceOf,
  before: readonly Tile[],
): readonly Tile[] {
  const earlier = new Map(before.map((tile) => [tile.id, tile]));
  const make = (participant: ParticipantState, kind: Tile['kind']): Tile => {
    const tile = projectTile(state, participant, kind, own, pictures, voiceOf);
    return kept(earlier.get(tile.id), tile);
  };
  const self = participants.filter((participant) => participant.isSelf);
  const others = participants.filter((participant) => !participant.isSelf && !participant.isFilm);
  const screens = participants.filter((participant) => participant.screenOn);
  const list = [
    ...self.map((participant) => make(participant, 'camera')),
    ...screens.map((participant) => make(participant, 'screen')),
    ...others.map((participant) => make(participant, 'camera')),
  ];
  return keptList(before, list);
}

function projectTile(
  state: ConferenceState,
  participant: ParticipantState,
  kind: Tile['kind'],
  own: Own,
  pictures: Pictures,
  voiceOf: VoiceOf,
): Tile {
  const { id, name, isSelf } = participant;
  const sourceOn = kind === 'camera' ? participant.cameraOn : participant.screenOn;
  const slot = isSelf ? null : slotOf(state, id, kind);
  const isProven = slot !== null && pictures.isProven(slot);
  const ownStream = kind === 'camera' ? own.local.camera.stream : own.local.screen.stream;
  const isPaused = slot !== null && state.paused.includes(slot);
  // A stream is handed out only when its frames are proven: then not even a frame that still waits to be presented
  // can be somebody else's.
  const stream = isSelf ? ownStream : isProven ? pictures.streamOf(slot) : null;
  return {
    id: `${id}/${kind}`,
    participantId: id,
    name,
    function: participant.function,
    organisation: participant.organisation,
    kind,
    isSelf,
    slot,
    stream,
    // What stands still because nothing comes is no picture of now.
    showing: sourceOn && stream !== null && !isPaused,
    sourceOn,
    microphoneOn: participant.microphoneOn,
    voice: isSelf ? own.local.microphone.voice : voiceOf(id),
    reconnecting: participant.reconnecting,
    quality: participant.quality,
    paused: sourceOn && isPaused,
    pausedByServer: sourceOn && slot !== null && state.pausedByServer.includes(slot),
    pausedByDevice: sourceOn && isPaused && own.isDeviceBusy,
    cannotDecode: kind === 'camera' && Object.values(state.cannotDecode).includes(id) && !isProven,
  };
}

export interface BannerCauses {
  readonly isReconnecting: boolean;
  readonly isServerStopping: boolean;
  readonly isAudioBlocked: boolean;
  readonly isWeak: boolean;
  readonly isCameraAdvisedOff: boolean;
  readonly local: LocalState;
}

/** Most urgent first. */
export function projectBanners(causes: BannerCauses, before: readonly BannerCode[]): readonly BannerCode[] {
  const { local } = causes;
  const all: readonly (readonly [BannerCode, boolean])[] = [
    ['reconnecting', causes.isReconnecting],
    ['serverStopping', causes.isServerStopping],
    ['audioBlocked', causes.isAudioBlocked],
    ['microphoneInterrupted', local.microphone.on && local.microphone.error === 'interrupted'],
    ['cameraInterrupted', local.camera.on && local.camera.error === 'interrupted'],
    ['cameraAdvisedOff', causes.isCameraAdvisedOff && local.camera.on && !causes.isReconnecting],
    ['ownConnectionWeak', causes.isWeak && !causes.isReconnecting],
    ['speakingWhileMuted', local.microphone.speakingWhileMuted],
  ];
  return keptList(before, all.filter(([, isSo]) => isSo).map(([code]) => code));
}

/** `lostSince` begins with the first of the two that is lost and ends when both are back. */
export function projectLink(
  signalling: LinkState['signalling'],
  media: LinkState['media'],
  before: LinkState,
  nowMs: number,
): LinkState {
  const isLost = signalling === 'reconnecting' || media === 'reconnecting';
  return kept(before, { signalling, media, lostSince: isLost ? (before.lostSince ?? nowMs) : null });
}

/** The earlier object when it says the same, field by field. */
export function kept<T extends object>(before: T | null | undefined, now: T): T {
  if (!before) return now;
  const keys = Object.keys(now) as (keyof T)[];
  return keys.every((key) => Object.is(before[key], now[key])) ? before : now;
}

export function keptList<T>(before: readonly T[], now: readonly T[]): readonly T[] {
  return before.length === now.length && now.every((item, index) => Object.is(item, before[index])) ? before : now;
}
