/** How we stand at the floors, read from the documents; and what the one button of the bar does then. */

import type { CallState } from '../../call-types.js';
import type { FloorPolicy, FloorState, OwnPlace, RequestFloor, ReleaseFloor } from '../../protocol/messages.gen.js';
import type { FloorWords } from '../../text/floor.js';

const SIGN_INTERPRETERS = ['tegnsprogstolk', 'sign language interpreter'];

export function speechOf(call: CallState): FloorState | null {
  return call.documents.floor?.speech ?? null;
}

export function ownSpeech(call: CallState): OwnPlace | null {
  return call.documents.ownFloor?.speech ?? null;
}

export function ownScreen(call: CallState): OwnPlace | null {
  return call.documents.ownFloor?.screen ?? null;
}

export function policyOf(call: CallState): FloorPolicy {
  return speechOf(call)?.policy ?? 'free';
}

export const isLive = (place: OwnPlace | null): boolean => place?.status === 'accepted' || place?.status === 'granted';

/** Something is led, or somebody holds or wants something. */
export function hasQueue(call: CallState): boolean {
  const { floor } = call.documents;
  return floor !== undefined && [floor.speech, floor.screen].some((one) => one.policy !== 'free' || one.holders.length > 0 || one.waiting > 0);
}

/** Who waits for a host to give the floor: under `queue` only guests who do not see the others. */
export function waitingForHosts(call: CallState): number {
  const speech = speechOf(call);
  if (speech?.policy !== 'queue') return speech?.waiting ?? 0;
  return speech.queue.filter((one) => isPrivate(call, one.participantId)).length;
}

function isPrivate(call: CallState, id: string): boolean {
  if (call.participants.find((person) => person.id === id)?.role !== 'guest') return false;
  if (call.documents.roomChanged?.room.guestVisibility !== 'all') return true;
  const open = call.documents.consentList?.people.find((person) => person.participantId === id);
  return open !== undefined && open.visibility !== 'agreed';
}

/** The microphone is on, and nobody hears it. */
export function isSilenced(call: CallState): boolean {
  return call.local.microphone.on && ownSpeech(call)?.maySend === false;
}

export interface FloorButton {
  readonly label: string;
  readonly rest: string;
  readonly isPressed: boolean;
  readonly command: RequestFloor | ReleaseFloor;
}

/** Null: nobody needs to ask here. */
export function floorButton(call: CallState, words: FloorWords): FloorButton | null {
  const policy = policyOf(call);
  const own = ownSpeech(call);
  if (policy === 'free' || own === null || call.local.microphone.error === 'permissionDenied') return null;
  if (!isLive(own)) {
    const signs = SIGN_INTERPRETERS.includes((call.self?.function ?? '').toLowerCase());
    const [label, rest] = signs ? words.speakInSigns : [policy === 'hands' ? words.raise : words.ask, ''];
    return { label, rest, isPressed: false, command: { type: 'requestFloor', signs, commandId: crypto.randomUUID() } };
  }
  const label = policy === 'hands' ? words.lower : own.status === 'granted' ? words.giveBack : words.takeBack;
  return { label, rest: '', isPressed: true, command: { type: 'releaseFloor', commandId: crypto.randomUUID() } };
}
