/** What decides who is large, read from the call; the same object while nothing of it changes. */

import type { CallState } from '../../call-types.js';
import type { Situation } from '../../conference/arrange.js';

export function situationOf(call: CallState, before: Situation): Situation {
  const told = call.documents.layoutChanged;
  const hosts = call.participants.filter((person) => person.role === 'host').map((person) => person.id);
  const situation: Situation = {
    layout: told?.layout ?? 'grid',
    pins: told?.pins ?? [],
    main: call.dominantSpeaker,
    hosts: new Set(hosts),
    isHost: call.self?.role === 'host',
  };
  return isSame(before, situation) ? before : situation;
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
