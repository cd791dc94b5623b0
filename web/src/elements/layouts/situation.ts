/** What decides who is large, read from the call; the same object while nothing of it changes. */

import type { CallState } from '../../call-types.js';
import type { Situation } from '../../conference/arrange.js';

export function situationOf(call: CallState, before: Situation): Situation {
  const told = call.documents.layoutChanged;
  const hosts = call.participants.filter((person) => person.role === 'host').map((person) => person.id);
  const situation: Situation = {
    layout: told?.layout ?? 'grid',
    pins: told?.pins ?? [],
    main: mainOf(call),
    hosts: new Set(hosts),
    isHost: call.self?.role === 'host',
  };
  return isSame(before, situation) ? before : situation;
}

/** Who is in the spotlight, else who shares a screen where the room says so, else who speaks; never oneself. */
function mainOf(call: CallState): string | null {
  const stage = call.documents.stage?.participantId ?? null;
  if (stage !== null && stage !== call.self?.id) return stage;
  const presents = call.documents.roomChanged?.room.presenterIsMain === true;
  const screen = presents ? call.tiles.find((tile) => tile.kind === 'screen' && tile.participantId !== call.self?.id) : undefined;
  return screen?.participantId ?? call.dominantSpeaker;
}

function isSame(a: Situation, b: Situation): boolean {
  return (
    a.layout === b.layout &&
    a.main === b.main &&
    a.isHost === b.isHost &&
    a.pins.join() === b.pins.join() &&
    [...a.hosts].join() === [...b.hosts].join()
  );
}
