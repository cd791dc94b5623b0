/**
 * States that the server tells whole: what is agreed, who has the floor, what we are asked. The latest of each type
 * counts; one that never came is absent.
 */

import type { Document, ServerEvent } from '../protocol/messages.gen.js';

export type Documents = { readonly [T in Document['type']]?: Extract<Document, { readonly type: T }> };

const TYPES: Readonly<Record<Document['type'], true>> = {
  roomChanged: true,
  layoutChanged: true,
  openLines: true,
  captions: true,
  announcements: true,
  stage: true,
  consents: true,
  consentList: true,
  ownGroup: true,
  groups: true,
  awayHosts: true,
  ownHelp: true,
  helpCalls: true,
  peopleNotes: true,
  filmChanged: true,
  lobby: true,
  ownSources: true,
  asked: true,
  ending: true,
  floor: true,
  ownFloor: true,
};

export function isDocument(event: ServerEvent): event is Document {
  return Object.hasOwn(TYPES, event.type);
}

export function withDocuments(before: Documents, told: readonly Document[]): Documents {
  return told.reduce<Documents>((all, one) => ({ ...all, [one.type]: one }), before);
}

/** As if it had never come; a name that a newer server knows changes nothing. */
export function withoutDocument(before: Documents, type: string): Documents {
  return Object.fromEntries(Object.entries(before).filter(([one]) => one !== type));
}
