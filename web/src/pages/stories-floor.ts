/** Floor control, as stories: each state as a guest and, where they have more to see, as a host. */

import type { CallState } from '../call-types.js';
import type { Floor, FloorPlace, FloorPolicy, OwnFloor, OwnPlace } from '../protocol/messages.gen.js';
import { ROOM as TOLD_ROOM } from '../testing/builders.js';
import { inCall, type Pictures } from './fixtures.js';

const NOW = Date.now() / 1000;
const FREE = { policy: 'free', holders: [], queue: [], waiting: 0 } as const;
const IDLE: OwnPlace = { maySend: true, status: null, reason: null, position: null, endsAt: null, isEnding: false, signs: false };

interface Told {
  readonly policy: FloorPolicy;
  readonly own?: Partial<OwnPlace>;
  readonly holders?: readonly number[];
  readonly queue?: readonly number[];
  readonly turnS?: number;
  readonly screen?: Partial<OwnPlace>;
  readonly isHost?: boolean;
  readonly microphoneOn?: boolean;
  readonly function?: string;
}

function controlled(told: Told, pictures: Pictures): CallState {
  const call = inCall(5, pictures);
  const isEnforced = told.policy === 'queue' || told.policy === 'moderated';
  const isHost = told.isHost ?? false;
  const place = (index: number, endsAt: number | null): FloorPlace => ({
    participantId: call.participants[index]?.id ?? '',
    signs: index === 4,
    since: NOW - 40,
    endsAt,
    request: isHost ? index + 1 : null,
  });
  const queue = (told.queue ?? []).map((index) => place(index, null));
  const holders = (told.holders ?? []).map((index) => place(index, told.turnS === undefined ? null : NOW + 95));
  const floor: Floor = { type: 'floor', speech: { policy: told.policy, holders, queue, waiting: queue.length }, screen: FREE };
  const ownFloor: OwnFloor = {
    type: 'ownFloor',
    speech: { ...IDLE, maySend: !isEnforced || isHost, ...told.own },
    screen: { ...IDLE, ...told.screen },
    closedMicrophone: 0,
  };
  const room = { ...TOLD_ROOM, floorPolicy: told.policy, turnS: told.turnS ?? 0 };
  return {
    ...call,
    self: call.self && { ...call.self, role: isHost ? 'host' : 'guest', function: told.function ?? '' },
    local: { ...call.local, microphone: { ...call.local.microphone, on: told.microphoneOn ?? true } },
    documents: { floor, ownFloor, roomChanged: { type: 'roomChanged', room } },
  };
}

const WAITING = { status: 'accepted', position: 2 } as const;
const HOLDING = { status: 'granted', maySend: true } as const;
const STATES: Readonly<Record<string, Told>> = {
  'floor-hands': { policy: 'hands', queue: [2, 4] },
  'floor-hand-up': { policy: 'hands', own: WAITING, queue: [2, 0] },
  'floor-silenced': { policy: 'moderated', holders: [3] },
  'floor-waiting': { policy: 'moderated', own: WAITING, holders: [3], queue: [2, 0] },
  'floor-waiting-private': { policy: 'queue', own: { status: 'accepted' } },
  'floor-held': { policy: 'queue', own: HOLDING, holders: [0] },
  'floor-held-closed': { policy: 'moderated', own: HOLDING, holders: [0], microphoneOn: false },
  'floor-turn': { policy: 'queue', own: { ...HOLDING, endsAt: NOW + 95 }, holders: [0], turnS: 120 },
  'floor-turn-ending': { policy: 'queue', own: { ...HOLDING, endsAt: NOW + 18, isEnding: true }, holders: [0], turnS: 120 },
  'floor-interpreter': { policy: 'moderated', holders: [3], function: 'tegnsprogstolk' },
  'floor-screen-granted': { policy: 'free', screen: HOLDING },
  'host-floor-free': { policy: 'free', isHost: true },
  'host-floor-hands': { policy: 'hands', isHost: true, queue: [2, 4] },
  'host-floor-moderated': { policy: 'moderated', isHost: true, holders: [3], queue: [2, 4, 5], turnS: 120 },
  'host-floor-queue': { policy: 'queue', isHost: true, holders: [1], queue: [2], turnS: 60 },
};

export const FLOOR_STORIES: Readonly<Record<string, (pictures: Pictures) => CallState>> = Object.fromEntries(
  Object.entries(STATES).map(([name, told]) => [name, (pictures: Pictures) => controlled(told, pictures)]),
);
