/** To whom one may write here, as the room is agreed; the server decides it again. */

import type { CallState } from '../../call-types.js';
import type { WrittenText } from '../../text/written.js';
import type { Target } from './draft.js';

export interface Choice {
  readonly target: Target;
  readonly label: string;
}

export function keyOf(target: Target): string {
  return typeof target === 'object' ? `one:${target.id}` : target;
}

export function isCaptionWriter(call: CallState): boolean {
  return call.self !== null && (call.documents.captions?.writers ?? []).includes(call.self.id);
}

/** The usual one first. A guest whom other guests may not know writes to hosts, whatever he chooses; so it says so. */
export function targetsOf(call: CallState, words: WrittenText): readonly Choice[] {
  const room = call.documents.roomChanged?.room;
  const isHost = call.self?.role === 'host';
  const stay: Choice[] = isHost ? [{ target: 'stay', label: words.announcement }] : [];
  if (room === undefined || room.chat === 'off') return stay;
  const reachesAll = isHost || (room.chat === 'all' && room.guestVisibility === 'all');
  const people = call.participants.filter(
    (person) => !person.isSelf && (isHost || (room.privateChat && (room.chat === 'all' || person.role === 'host'))),
  );
  return [
    ...(reachesAll ? [{ target: 'all' as const, label: words.toAll }] : []),
    { target: 'hosts' as const, label: words.toHosts },
    ...people.map((person) => ({ target: { id: person.id }, label: words.toOne(person.name) })),
    ...stay,
  ];
}
