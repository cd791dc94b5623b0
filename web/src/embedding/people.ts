/** What an embedder is told of people and places: what the person in the frame sees, without streams and voices. */

import type { CallState, ParticipantState } from '../call-types.js';

export interface Person {
  readonly participantId: string;
  readonly name: string;
  readonly role: 'host' | 'guest';
  readonly organisation: string;
  readonly function: string;
  readonly isSelf: boolean;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
  readonly connection: 'connected' | 'reconnecting' | 'returning';
  readonly quality: 'good' | 'weak' | 'lost';
}

export function personOf(participant: ParticipantState): Person {
  const { id, name, role, organisation, isSelf, connection, quality } = participant;
  return {
    participantId: id,
    name,
    role,
    organisation,
    function: participant.function,
    isSelf,
    microphone: participant.microphoneOn,
    camera: participant.cameraOn,
    screen: participant.screenOn,
    connection,
    quality,
  };
}

/** Without the exercise film, which is nobody. */
export function peopleOf(call: Pick<CallState, 'participants'>): readonly ParticipantState[] {
  return call.participants.filter((participant) => !participant.isFilm);
}

/** All of a call at once, for who comes late. */
export interface Snapshot {
  readonly phase: CallState['phase'];
  readonly roomId: string;
  readonly subject: string;
  readonly organisation: string;
  readonly self: Person | null;
  readonly participants: readonly Person[];
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
  readonly layout: string;
  readonly dominantSpeaker: string | null;
}

export function snapshotOf(call: CallState): Snapshot {
  return {
    phase: call.phase,
    roomId: call.room?.id ?? '',
    subject: call.room?.subject ?? '',
    organisation: (call.room ?? call.invitation)?.organisation ?? '',
    self: call.self === null ? null : personOf(call.self),
    participants: peopleOf(call).map(personOf),
    microphone: call.local.microphone.on,
    camera: call.local.camera.on,
    screen: call.local.screen.on,
    layout: call.documents.layoutChanged?.layout ?? '',
    dominantSpeaker: call.dominantSpeaker,
  };
}
