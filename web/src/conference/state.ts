/**
 * What is known of the conference, as a pure fold over what the server says: snapshot, then events in sequence.
 *
 * Events up to the snapshot's sequence number may come again after a resume; they are passed over. Gaps are no loss
 * (the server coalesces), the number only says how far we are.
 */

import type {
  Binding,
  Joined,
  Participant,
  Quality,
  Resumed,
  Room,
  SequencedEvent,
  ServerEvent,
  SourceKind,
  Speaker,
} from '../protocol/messages.gen.js';
import type { NoticeCode } from '../call-types.js';
import { NO_WORDS, withWords, type WrittenWords } from './words.js';
import { isDocument, withDocuments, withoutDocument, type Documents } from './documents.js';

export interface ConferenceState {
  readonly selfId: string;
  readonly sequence: number;
  readonly room: Room;
  /** In the order of joining. */
  readonly participants: readonly Participant[];
  readonly documents: Documents;
  /** Written while we were there; a snapshot does not have it. */
  readonly words: WrittenWords;
  readonly bindings: readonly Binding[];
  /** Loudest first. */
  readonly speakers: readonly Speaker[];
  /** By participant; absent means good. */
  readonly quality: Readonly<Record<string, Quality>>;
  /** Video slots that stay empty, and whose source they can't show. */
  readonly cannotDecode: Readonly<Record<number, string>>;
  /** Video slots whose picture rests: it does not fit on the way to us, or the server is busy. */
  readonly paused: readonly number[];
  /** Those of them that rest because the server is busy. */
  readonly pausedByServer: readonly number[];
  /** Sound would get through better without our camera. */
  readonly isCameraAdvisedOff: boolean;
}

/** The snapshot replaces everything but what passes quickly: who speaks, and how the connections are. */
export function fromJoined(joined: Joined, before: ConferenceState | null = null): ConferenceState {
  return {
    selfId: joined.participantId,
    sequence: joined.sequence,
    room: joined.room,
    participants: joined.participants,
    documents: withDocuments({}, joined.documents),
    words: before?.selfId === joined.participantId ? before.words : NO_WORDS,
    bindings: joined.bindings,
    speakers: [],
    quality: before?.selfId === joined.participantId ? before.quality : {},
    cannotDecode: {},
    paused: [],
    pausedByServer: [],
    isCameraAdvisedOff: false,
  };
}

/** Missed events first, then documents and bindings as they are now: what is not among them there is no more. */
export function fromResumed(state: ConferenceState, resumed: Resumed): ConferenceState {
  const bare = { ...state, documents: {} };
  const caughtUp = [...resumed.missed, ...resumed.documents].reduce<ConferenceState>(reduce, bare);
  return { ...caughtUp, sequence: Math.max(caughtUp.sequence, resumed.sequence), bindings: resumed.bindings, speakers: [] };
}

/** Events that say nothing about the conference (tokens, media, the end) leave it as it is: the same object. */
export function reduce(state: ConferenceState, event: ServerEvent): ConferenceState {
  if ('sequence' in event) {
    return event.sequence <= state.sequence ? state : { ...reduceSequenced(state, event), sequence: event.sequence };
  }
  if (isDocument(event)) {
    const documents = withDocuments(state.documents, [event]);
    return event.type === 'roomChanged' ? { ...state, documents, room: event.room } : { ...state, documents };
  }
  switch (event.type) {
    case 'chat':
    case 'caption':
    case 'reactions':
      return { ...state, words: withWords(state.words, event, state.selfId) };
    case 'documentWithdrawn':
      return { ...state, documents: withoutDocument(state.documents, event.document) };
    case 'bindings':
      return { ...state, bindings: event.bindings, cannotDecode: stillUndecodable(state.cannotDecode, event.bindings) };
    case 'speakers':
      return event.speakers.length === 0 && state.speakers.length === 0 ? state : { ...state, speakers: event.speakers };
    case 'connectionQuality': {
      const changed = Object.fromEntries(event.participants.map((entry) => [entry.participantId, entry.quality]));
      return { ...state, quality: { ...state.quality, ...changed } };
    }
    case 'cannotDecode':
      return { ...state, cannotDecode: { ...state.cannotDecode, [event.index]: event.participantId } };
    case 'bandwidth':
      return { ...state, paused: event.paused, pausedByServer: event.pausedByServer ?? [], isCameraAdvisedOff: event.cameraOff };
    case 'waiting':
    case 'admitted':
    case 'refused':
    case 'transferred':
    case 'mediaLost':
    case 'tokenRenewed':
    case 'ended':
    case 'stopping':
      return state;
  }
}

function reduceSequenced(state: ConferenceState, event: SequencedEvent): ConferenceState {
  switch (event.type) {
    case 'participantJoined':
    case 'participantChanged':
      return { ...state, participants: withParticipant(state.participants, event.participant) };
    case 'participantLeft': {
      const gone = event.participantId;
      const { [gone]: _quality, ...quality } = state.quality;
      return {
        ...state,
        participants: state.participants.filter((participant) => participant.id !== gone),
        // Until the new bindings come: nobody's picture may stand under the name of one who has left.
        bindings: state.bindings.map((binding) => (binding.participantId === gone ? unbound(binding) : binding)),
        speakers: state.speakers.filter((speaker) => speaker.participantId !== gone),
        quality,
      };
    }
  }
}

function withParticipant(participants: readonly Participant[], changed: Participant): readonly Participant[] {
  return participants.some((participant) => participant.id === changed.id)
    ? participants.map((participant) => (participant.id === changed.id ? changed : participant))
    : [...participants, changed];
}

function unbound(binding: Binding): Binding {
  return { ...binding, participantId: null, source: 0, sourceKind: null };
}

/** Until the slot is given to somebody else. */
function stillUndecodable(
  before: Readonly<Record<number, string>>,
  bindings: readonly Binding[],
): Readonly<Record<number, string>> {
  const ownerOf = new Map(bindings.filter((one) => one.kind === 'video').map((one) => [one.index, one.participantId]));
  return Object.fromEntries(
    Object.entries(before).filter(([index, participantId]) => {
      const owner = ownerOf.get(Number(index)) ?? null;
      return owner === null || owner === participantId;
    }),
  );
}

// ── questions ───────────────────────────────────────────────────────────────────────────────────────────────────────

export function participantOf(state: ConferenceState, id: string): Participant | undefined {
  return state.participants.find((participant) => participant.id === id);
}

export function isSourceActive(participant: Participant, kind: SourceKind): boolean {
  return participant.sources.some((source) => source.kind === kind && source.active);
}

/** The source that each video slot should show: index to 32-bit id; unbound slots are absent. */
export function boundVideoSources(state: ConferenceState): ReadonlyMap<number, number> {
  return new Map(
    state.bindings
      .filter((binding) => binding.kind === 'video' && binding.source !== 0)
      .map((binding) => [binding.index, binding.source]),
  );
}

/** The video slot bound to this participant's source, or null. */
export function slotOf(state: ConferenceState, participantId: string, kind: SourceKind): number | null {
  const found = state.bindings.find(
    (binding) =>
      binding.kind === 'video' &&
      binding.source !== 0 &&
      binding.participantId === participantId &&
      binding.sourceKind === kind,
  );
  return found ? found.index : null;
}

// ── what is worth saying ────────────────────────────────────────────────────────────────────────────────────────────

export interface Happening {
  readonly code: NoticeCode;
  readonly participantId: string;
  readonly name: string;
}

/**
 * What an event means to the person: looked at against the state before it. Nothing about oneself; a film is no person
 * that comes or goes, its picture is what is told.
 */
export function happeningsOf(before: ConferenceState, event: ServerEvent): readonly Happening[] {
  if (!('sequence' in event) || event.sequence <= before.sequence) return [];
  if (event.type === 'participantLeft') {
    const gone = participantOf(before, event.participantId);
    if (!gone || gone.id === before.selfId || gone.isFilm || event.reason === 'hidden') return [];
    const code = { left: 'participantLeft', lost: 'participantLost', removed: 'participantRemoved', waiting: 'participantLeft' } as const;
    return [{ code: code[event.reason], participantId: gone.id, name: gone.name }];
  }
  if (event.type !== 'participantJoined' && event.type !== 'participantChanged') return [];
  const { participant } = event;
  if (participant.id === before.selfId) return [];
  const about = { participantId: participant.id, name: participant.name };
  const earlier = participantOf(before, participant.id);
  if (!earlier) return participant.isFilm ? [] : [{ code: 'participantJoined', ...about }];
  const shared = isSourceActive(earlier, 'screen');
  const shares = isSourceActive(participant, 'screen');
  return shared === shares ? [] : [{ code: shares ? 'screenStarted' : 'screenStopped', ...about }];
}
