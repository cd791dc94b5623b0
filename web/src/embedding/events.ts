/**
 * What an embedder is told: the difference between two states of a call, as the person in the frame sees them. Pure: who
 * comes late gets what is, as the difference from the very first state.
 */

import type { CallState, EndCode, FailureCode, Phase, Quality } from '../call-types.js';
import type { Ending, FloorState, HelpCall, LayoutChanged, OwnPlace, Reaction, WaitingPerson } from '../protocol/messages.gen.js';
import { peopleOf, personOf, type Person } from './people.js';

/** A line of the chat, one's own too. */
export interface WrittenMessage {
  readonly participantId: string;
  readonly name: string;
  readonly to: 'all' | 'hosts' | 'one';
  readonly text: string;
}

/** What each event brings. */
export interface EventDetails {
  readonly phaseChanged: { readonly phase: Phase };
  readonly joined: { readonly participantId: string; readonly roomId: string; readonly role: 'host' | 'guest' };
  readonly waiting: { readonly reason: string; readonly since: number; readonly notice: string };
  readonly left: { readonly reason: EndCode; readonly canRejoin: boolean };
  /** After `left`: the frame may go. */
  readonly readyToClose: { readonly reason: EndCode };
  readonly error: { readonly code: FailureCode; readonly retryable: boolean };
  /** Something that the frame's `allow` lacks. */
  readonly allowMissing: { readonly features: readonly string[]; readonly allow: string };
  readonly connectionState: { readonly signalling: string; readonly media: string };
  readonly qualityChanged: { readonly quality: Quality };
  readonly microphoneChanged: { readonly on: boolean };
  readonly cameraChanged: { readonly on: boolean };
  readonly screenShareChanged: { readonly on: boolean };
  readonly deviceError: { readonly kind: 'microphone' | 'camera'; readonly code: string };
  readonly deviceListChanged: { readonly cameras: number; readonly microphones: number; readonly speakers: number };
  readonly participantJoined: { readonly participant: Person };
  readonly participantLeft: { readonly participantId: string };
  readonly participantChanged: { readonly participant: Person };
  readonly dominantSpeakerChanged: { readonly participantId: string | null };
  readonly floorChanged: { readonly speech: FloorState; readonly screen: FloorState };
  readonly ownFloorChanged: { readonly speech: OwnPlace; readonly screen: OwnPlace };
  readonly helpChanged: { readonly calls: readonly HelpCall[] };
  /** To hosts: who waits, first come first. */
  readonly knocking: { readonly waiting: readonly WaitingPerson[]; readonly locked: boolean; readonly mayAdmit: boolean };
  readonly incomingMessage: WrittenMessage;
  readonly outgoingMessage: WrittenMessage;
  readonly caption: { readonly participantId: string; readonly text: string };
  readonly reaction: { readonly participantId: string; readonly reaction: Reaction };
  readonly announcementsChanged: { readonly announcements: readonly { readonly number: number; readonly text: string }[] };
  readonly layoutChanged: Omit<LayoutChanged, 'type'>;
  readonly spotlightChanged: { readonly participantId: string | null };
  readonly ending: Omit<Ending, 'type'>;
}

export type EventName = keyof EventDetails;
export type CallEvent = { readonly [N in EventName]: { readonly name: N; readonly detail: EventDetails[N] } }[EventName];

/** The same names at run time. */
const NAMES: Readonly<Record<EventName, true>> = {
  phaseChanged: true, joined: true, waiting: true, left: true, readyToClose: true, error: true, allowMissing: true,
  connectionState: true, qualityChanged: true, microphoneChanged: true, cameraChanged: true, screenShareChanged: true,
  deviceError: true, deviceListChanged: true, participantJoined: true, participantLeft: true, participantChanged: true,
  dominantSpeakerChanged: true, floorChanged: true, ownFloorChanged: true, helpChanged: true, knocking: true,
  incomingMessage: true, outgoingMessage: true, caption: true, reaction: true, announcementsChanged: true,
  layoutChanged: true, spotlightChanged: true, ending: true,
};
export const EVENT_NAMES = Object.keys(NAMES) as EventName[];

/** In the order in which an embedder makes sense of them: what begins, who is there, what they do, what ends. */
export function eventsBetween(before: CallState, after: CallState): readonly CallEvent[] {
  return [...lifeBegins(before, after), ...ownDevices(before, after), ...people(before, after), ...documents(before, after),
    ...written(before, after), ...lifeEnds(before, after)];
}

function* lifeBegins(before: CallState, after: CallState): Generator<CallEvent> {
  const { phase, self, room, waiting } = after;
  if (phase !== before.phase) yield { name: 'phaseChanged', detail: { phase } };
  const isSeated = phase === 'inCall' && self !== null;
  const wasSeated = before.phase === 'inCall' && before.self !== null;
  if (isSeated && !wasSeated) yield { name: 'joined', detail: { participantId: self.id, roomId: room?.id ?? '', role: self.role } };
  if (waiting !== null && waiting !== before.waiting) yield { name: 'waiting', detail: { ...waiting } };
  const { signalling, media } = after.link;
  if (signalling !== before.link.signalling || media !== before.link.media) {
    yield { name: 'connectionState', detail: { signalling, media } };
  }
  if (after.ownQuality !== before.ownQuality) yield { name: 'qualityChanged', detail: { quality: after.ownQuality } };
}

function* ownDevices(before: CallState, after: CallState): Generator<CallEvent> {
  const [was, is] = [before.local, after.local];
  if (is.microphone.on !== was.microphone.on) yield { name: 'microphoneChanged', detail: { on: is.microphone.on } };
  if (is.camera.on !== was.camera.on) yield { name: 'cameraChanged', detail: { on: is.camera.on } };
  if (is.screen.on !== was.screen.on) yield { name: 'screenShareChanged', detail: { on: is.screen.on } };
  for (const kind of ['microphone', 'camera'] as const) {
    const code = is[kind].error;
    if (code !== null && code !== was[kind].error) yield { name: 'deviceError', detail: { kind, code } };
  }
  const { cameras, microphones, speakers } = after.devices;
  if (cameras !== before.devices.cameras || microphones !== before.devices.microphones || speakers !== before.devices.speakers) {
    yield { name: 'deviceListChanged', detail: { cameras: cameras.length, microphones: microphones.length, speakers: speakers.length } };
  }
}

/** The own seat is told by `joined` and `left`. */
function* people(before: CallState, after: CallState): Generator<CallEvent> {
  if (before.participants !== after.participants) {
    const earlier = new Map(peopleOf(before).map((person) => [person.id, person]));
    for (const person of peopleOf(after)) {
      const known = earlier.get(person.id);
      earlier.delete(person.id);
      if (known === person) continue;
      if (known !== undefined) yield { name: 'participantChanged', detail: { participant: personOf(person) } };
      else if (!person.isSelf) yield { name: 'participantJoined', detail: { participant: personOf(person) } };
    }
    for (const gone of earlier.values()) {
      if (!gone.isSelf) yield { name: 'participantLeft', detail: { participantId: gone.id } };
    }
  }
  if (after.dominantSpeaker !== before.dominantSpeaker) {
    yield { name: 'dominantSpeakerChanged', detail: { participantId: after.dominantSpeaker } };
  }
}

function* documents({ documents: was }: CallState, { documents: is }: CallState): Generator<CallEvent> {
  if (was === is) return;
  if (is.floor && is.floor !== was.floor) yield { name: 'floorChanged', detail: { speech: is.floor.speech, screen: is.floor.screen } };
  if (is.ownFloor && is.ownFloor !== was.ownFloor) {
    yield { name: 'ownFloorChanged', detail: { speech: is.ownFloor.speech, screen: is.ownFloor.screen } };
  }
  if (is.helpCalls && is.helpCalls !== was.helpCalls) yield { name: 'helpChanged', detail: { calls: is.helpCalls.calls } };
  if (is.lobby && is.lobby !== was.lobby) {
    const { waiting, locked, mayAdmit } = is.lobby;
    yield { name: 'knocking', detail: { waiting, locked, mayAdmit } };
  }
  if (is.announcements && is.announcements !== was.announcements) {
    yield { name: 'announcementsChanged', detail: { announcements: is.announcements.announcements } };
  }
  if (is.layoutChanged && is.layoutChanged !== was.layoutChanged) {
    const { layout, mayChoose, pins } = is.layoutChanged;
    yield { name: 'layoutChanged', detail: { layout, mayChoose, pins } };
  }
  if (is.stage && is.stage !== was.stage) yield { name: 'spotlightChanged', detail: { participantId: is.stage.participantId } };
  if (is.ending && is.ending !== was.ending) {
    const { cause, endsAt, warning } = is.ending;
    yield { name: 'ending', detail: { cause, endsAt, warning } };
  }
}

function* written({ words: was }: CallState, { words: is }: CallState): Generator<CallEvent> {
  if (was === is || is.count < was.count) return;
  for (const { number, participantId, name, isOwn, to, text } of is.messages) {
    if (number > was.count) yield { name: isOwn ? 'outgoingMessage' : 'incomingMessage', detail: { participantId, name, to, text } };
  }
  for (const { number, participantId, text } of is.captions) {
    if (number > was.count) yield { name: 'caption', detail: { participantId, text } };
  }
  for (const { number, participantId, reaction } of is.reactions) {
    if (number > was.count) yield { name: 'reaction', detail: { participantId, reaction } };
  }
}

function* lifeEnds(before: CallState, after: CallState): Generator<CallEvent> {
  const { failure, ended } = after;
  if (failure !== null && failure !== before.failure) {
    yield { name: 'error', detail: { code: failure.code, retryable: failure.retryable } };
  }
  if (ended === null || ended === before.ended || after.phase !== 'ended') return;
  yield { name: 'left', detail: { reason: ended.code, canRejoin: ended.canRejoin } };
  yield { name: 'readyToClose', detail: { reason: ended.code } };
}
