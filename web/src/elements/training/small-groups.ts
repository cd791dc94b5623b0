/** The small groups there are, as hosts are told; talks aside left out. */

import type { CallState } from '../../call-types.js';
import type { Group } from '../../protocol/messages.gen.js';

export function smallGroups(call: CallState): readonly Group[] {
  return (call.documents.groups?.groups ?? []).filter((group) => !group.aside);
}

/** The one somebody is in, or asked into. */
export function smallGroupOf(call: CallState, participantId: string): Group | undefined {
  return smallGroups(call).find((group) => group.people.some((one) => one.participantId === participantId));
}
