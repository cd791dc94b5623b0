/** Puts a `CallState` together from what the parts of a call know. Pure; what says the same keeps its identity. */

import { NO_WORDS } from './conference/words.js';
import type { Documents } from './conference/documents.js';
import type {
  CallState,
  DevicesState,
  EndState,
  Failure,
  Invitation,
  LinkState,
  LocalState,
  Notice,
  Phase,
  PinState,
  WaitingState,
} from './call-types.js';
import {
  kept,
  projectBanners,
  projectLink,
  projectParticipants,
  projectRoom,
  projectTiles,
  type Pictures,
  type VoiceOf,
} from './conference/projection.js';
import type { ConferenceState } from './conference/state.js';
import type { Look } from './look/look.js';

/** Where a call stands, beside what its parts know. */
export interface Standing {
  readonly phase: Phase;
  readonly failure: Failure | null;
  readonly ended: EndState | null;
  /** A host's words for one whom he does not let in; '' at first. */
  readonly note: string;
  readonly pin: PinState | null;
  readonly waiting: WaitingState | null;
  readonly personFunction: string;
  /** As typed, or from the link. */
  readonly name: string;
  readonly invitation: Invitation | null;
  readonly look: Look | null;
  /** A version of the terms, or ''. */
  readonly acceptedTerms: string;
  readonly isSignallingLost: boolean;
  readonly isServerStopping: boolean;
  readonly isAudioBlocked: boolean;
  /** By our own statistics. */
  readonly isWeak: boolean;
  /** By our own statistics, too: what does not get through is the device's doing. */
  readonly isDeviceBusy: boolean;
}

/** Nothing is wrong, as before and after a call. */
export const NO_TROUBLE = { isSignallingLost: false, isServerStopping: false, isAudioBlocked: false, isWeak: false, isDeviceBusy: false };

const NO_DOCUMENTS: Documents = {};

/** All that a state depends on. */
export interface Facts extends Standing {
  readonly language: CallState['language'];
  readonly conference: ConferenceState | null;
  readonly dominantSpeaker: string | null;
  readonly media: LinkState['media'];
  /** The loss has lasted long enough to be told. */
  readonly isLossShown: boolean;
  readonly local: LocalState;
  readonly devices: DevicesState;
  readonly pictures: Pictures;
  readonly voiceOf: VoiceOf;
  readonly notices: readonly Notice[];
  readonly nowMs: number;
}

export function assembleState(facts: Facts, before: CallState): CallState {
  const { conference } = facts;
  const local = kept(before.local, {
    way: facts.local.way,
    camera: kept(before.local.camera, facts.local.camera),
    microphone: kept(before.local.microphone, facts.local.microphone),
    screen: kept(before.local.screen, facts.local.screen),
  });
  const own = { local, isWeak: facts.isWeak, isDeviceBusy: facts.isDeviceBusy };
  const participants = conference ? projectParticipants(conference, own, before.participants) : [];
  const self = participants.find((participant) => participant.isSelf) ?? null;
  const isWeak = self !== null && self.quality !== 'good';
  const causes = { ...facts, isReconnecting: facts.isLossShown, isWeak, isCameraAdvisedOff: conference?.isCameraAdvisedOff ?? false, local };
  return kept(before, {
    phase: facts.phase,
    failure: facts.failure,
    ended: facts.ended,
    pin: facts.pin,
    waiting: facts.waiting,
    personFunction: facts.personFunction,
    link: projectLink(facts.isSignallingLost ? 'reconnecting' : 'connected', facts.media, before.link, facts.nowMs),
    language: facts.language,
    shows: before.shows,
    name: self?.name ?? facts.name,
    invitation: facts.invitation,
    look: facts.look,
    acceptedTerms: facts.acceptedTerms,
    // Stays after the end: the last page still says whose room it was, and whom to phone.
    room: conference ? projectRoom(conference.room, before.room) : before.room,
    documents: conference ? conference.documents : NO_DOCUMENTS,
    words: conference ? conference.words : NO_WORDS,
    self,
    participants,
    tiles: conference ? projectTiles(conference, participants, own, facts.pictures, facts.voiceOf, before.tiles) : [],
    dominantSpeaker: facts.dominantSpeaker,
    devices: kept(before.devices, { ...facts.devices, selected: kept(before.devices.selected, facts.devices.selected) }),
    local,
    ownQuality: self?.quality ?? 'good',
    isDeviceBusy: facts.isDeviceBusy,
    audioBlocked: facts.isAudioBlocked,
    banners: projectBanners(causes, before.banners),
    notices: facts.notices,
  });
}

/** Before anything has happened. */
export function firstState(
  given: Pick<CallState, 'language' | 'shows' | 'name' | 'devices' | 'local'>,
): CallState {
  return {
    ...given,
    phase: 'idle',
    failure: null,
    ended: null,
    pin: null,
    waiting: null,
    personFunction: '',
    link: { signalling: 'connected', media: 'none', lostSince: null },
    invitation: null,
    look: null,
    acceptedTerms: '',
    room: null,
    documents: NO_DOCUMENTS,
    words: NO_WORDS,
    self: null,
    participants: [],
    tiles: [],
    dominantSpeaker: null,
    ownQuality: 'good',
    isDeviceBusy: false,
    audioBlocked: false,
    banners: [],
    notices: [],
  };
}
