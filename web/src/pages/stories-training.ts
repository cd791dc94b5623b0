/** Group training, as stories: what a citizen is told and asked, and what the instructor has before him. */

import type { CallState } from '../call-types.js';
import type { Documents } from '../conference/documents.js';
import type { OwnPlace } from '../protocol/messages.gen.js';
import { ROOM as TOLD_ROOM } from '../testing/builders.js';
import { inCall, type Pictures } from './fixtures.js';

const NOW = Date.now() / 1000;
const CALM: Documents = {
  consents: { type: 'consents', visibility: 'none', spotlight: 'none' },
  ownGroup: { type: 'ownGroup', place: 'room', consent: 'none', participantId: null, endsAt: null },
};

const NO_PLACE: OwnPlace = { maySend: true, status: null, reason: null, position: null, endsAt: null, isEnding: false, signs: false };

interface Told {
  readonly others: number;
  readonly isHost?: boolean;
  /** By the participants' ids, oneself first. */
  readonly documents: (ids: readonly string[]) => Documents;
}

function training(told: Told, pictures: Pictures): CallState {
  const call = inCall(told.others, pictures);
  const role = told.isHost === true ? 'guest' : 'host';
  const room = { ...TOLD_ROOM, mode: 'training', guestVisibility: 'spotlight', layoutChoice: 'each' } as const;
  const participants = call.participants.map((one) => ({ ...one, role: one.isSelf ? (told.isHost === true ? 'host' : 'guest') : role } as const));
  return {
    ...call,
    room: call.room && { ...call.room, mode: 'training' },
    self: participants[0] ?? null,
    participants,
    documents: { ...CALM, roomChanged: { type: 'roomChanged', room }, ...told.documents(participants.map((one) => one.id)) },
  };
}

const asked = (visibility: 'asked' | 'agreed' | 'none', spotlight: 'asked' | 'agreed' | 'none'): Documents => ({
  consents: { type: 'consents', visibility, spotlight },
});

/** Two recognised, one of them with a note for emergencies; one has not answered. */
const hosting = (ids: readonly string[]): Documents => ({
  peopleNotes: {
    type: 'peopleNotes',
    people: [
      { participantId: ids[1] ?? '', phone: '12 34 56 78', address: 'Skovvejen 12, 2. th., 8000 Aarhus C', relative: 'Datter: Bente, 87 65 43 21', recognised: true },
      { participantId: ids[2] ?? '', phone: '', address: '', relative: '', recognised: true },
    ],
  },
  consentList: {
    type: 'consentList',
    people: [{ participantId: ids[3] ?? '', visibility: 'asked', spotlight: 'none' }, { participantId: ids[4] ?? '', visibility: 'declined', spotlight: 'none' }],
  },
  stage: { type: 'stage', participantId: ids[5] ?? null },
});

const STATES: Readonly<Record<string, Told>> = {
  'training-asked': { others: 1, documents: () => asked('asked', 'none') },
  // Hand and help are behind one button then.
  'training-hand': {
    others: 3,
    documents: () => ({
      ...asked('none', 'none'),
      floor: { type: 'floor', speech: { policy: 'hands', holders: [], queue: [], waiting: 0 }, screen: { policy: 'free', holders: [], queue: [], waiting: 0 } },
      ownFloor: { type: 'ownFloor', speech: NO_PLACE, screen: NO_PLACE, closedMicrophone: 0 },
      ownHelp: { type: 'ownHelp', asked: true, answeredBy: null },
    }),
  },
  'training-spotlight-asked': { others: 1, documents: () => asked('none', 'asked') },
  'training-in-spotlight': { others: 1, documents: () => asked('agreed', 'agreed') },
  'training-aside': {
    others: 1,
    documents: (ids) => ({ ownGroup: { type: 'ownGroup', place: 'aside', consent: 'none', participantId: ids[1] ?? '', endsAt: null } }),
  },
  'training-group': {
    others: 3,
    documents: () => ({ ownGroup: { type: 'ownGroup', place: 'group', consent: 'agreed', participantId: null, endsAt: NOW + 260 } }),
  },
  'training-away-and-help': {
    others: 1,
    documents: (ids) => ({
      awayHosts: { type: 'awayHosts', hosts: [ids[1] ?? ''] },
      ownHelp: { type: 'ownHelp', asked: true, answeredBy: null },
    }),
  },
  'host-training': { others: 9, isHost: true, documents: hosting },
  'host-training-help': {
    others: 9,
    isHost: true,
    documents: (ids) => ({ ...hosting(ids), helpCalls: { type: 'helpCalls', calls: [{ participantId: ids[1] ?? '', since: NOW - 20 }] } }),
  },
  'host-training-groups': {
    others: 6,
    isHost: true,
    documents: (ids) => ({
      ...hosting(ids),
      groups: {
        type: 'groups',
        endsAt: NOW + 170,
        groups: [
          { group: 0, aside: false, people: [{ participantId: ids[1] ?? '', consent: 'agreed' }, { participantId: ids[2] ?? '', consent: 'agreed' }] },
          { group: 1, aside: false, people: [{ participantId: ids[3] ?? '', consent: 'asked' }, { participantId: ids[4] ?? '', consent: 'agreed' }] },
        ],
      },
    }),
  },
};

export const TRAINING_STORIES: Readonly<Record<string, (pictures: Pictures) => CallState>> = {
  ...Object.fromEntries(Object.entries(STATES).map(([name, told]) => [name, (pictures: Pictures) => training(told, pictures)])),
};
