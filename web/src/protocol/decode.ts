/**
 * From what came over the wire to typed values. Nothing from the network throws: an event that is unknown or malformed
 * is dropped and counted, an answer that is becomes a `Failure` with code `internal`.
 *
 * The server is newer or older than this page now and then, so only what is read is checked; further fields pass.
 */

import { isDocument } from '../conference/documents.js';
import type { Answer, Document, Failure, SequencedEvent, ServerEvent } from './messages.gen.js';

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const truth: Check = (value) => typeof value === 'boolean';
const orNull = (check: Check): Check => (value) => value === null || value === undefined || check(value);
const oneOf = (...values: readonly string[]): Check => (value) => typeof value === 'string' && values.includes(value);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const shape =
  (fields: Shape): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

const sourceKind = oneOf('microphone', 'camera', 'screen', 'screenAudio');
const participant = shape({
  id: text,
  name: text,
  role: oneOf('host', 'guest'),
  organisation: text,
  function: text,
  connection: oneOf('connected', 'reconnecting', 'returning'),
  sources: listOf(shape({ kind: sourceKind, id: number, active: truth })),
});
const room = shape({
  id: text,
  subject: text,
  organisation: text,
  helpLine: text,
  mode: text,
  floorPolicy: text,
  chat: text,
  privateChat: truth,
  showsNames: orNull(truth),
  presenterIsMain: orNull(truth),
  maximum: number,
  closesAt: orNull(number),
});
const binding = shape({
  kind: oneOf('speaker', 'programme', 'video'),
  index: number,
  participantId: orNull(text),
  source: number,
  sourceKind: orNull(sourceKind),
});
const addressee = oneOf('all', 'hosts', 'one');
const typedLines = listOf(shape({ participantId: text, to: addressee, text }));
const token: Shape = { token: text, tokenExpiresAt: number };
const encoding = shape({
  rid: text,
  scaleResolutionDownBy: number,
  maxBitrate: number,
  maxFramerate: number,
  scalabilityMode: orNull(text),
});
const iceServers = listOf(shape({ urls: listOf(text), username: orNull(text), credential: orNull(text) }));
const mediaSetup = shape({
  iceServers,
  codec: text,
  camera: listOf(encoding),
  cameraLines: number,
  screen: listOf(encoding),
  slots: shape({ speaker: number, programme: number, video: number }),
});

const consent = oneOf('none', 'asked', 'agreed', 'declined');
const waiting: Shape = {
  participantId: text,
  session: text,
  reason: oneOf('host', 'admission'),
  since: number,
  notice: text,
  ...token,
};

const policy = oneOf('free', 'hands', 'queue', 'moderated');
const floorPlaces = listOf(
  shape({ participantId: text, signs: truth, since: number, endsAt: orNull(number), request: orNull(number) }),
);
const floorState = shape({ policy, holders: floorPlaces, queue: floorPlaces, waiting: number });
const ownPlace = shape({
  maySend: truth,
  status: orNull(oneOf('pending', 'accepted', 'granted', 'denied', 'cancelled', 'released', 'revoked')),
  reason: orNull(text),
  position: orNull(number),
  endsAt: orNull(number),
  isEnding: truth,
  signs: truth,
});
const EVENTS: Readonly<Record<ServerEvent['type'], Shape>> = {
  participantJoined: { sequence: number, participant },
  participantChanged: { sequence: number, participant },
  participantLeft: { sequence: number, participantId: text, reason: text },
  roomChanged: { room },
  lobby: {
    locked: truth,
    mayAdmit: truth,
    notice: text,
    waiting: listOf(shape({ id: text, name: text, organisation: text, function: text, since: number, away: truth })),
  },
  ownSources: {
    mayUnmute: truth,
    closed: listOf(shape({ source: sourceKind, count: number })),
    asked: listOf(sourceKind),
  },
  asked: { asked: listOf(shape({ participantId: text, source: sourceKind })) },
  ending: { cause: orNull(oneOf('host', 'lastHost', 'closingTime')), endsAt: orNull(number), warning: number },
  waiting,
  admitted: {},
  refused: { reason: text },
  transferred: { room: text, token: text },
  layoutChanged: { layout: text, mayChoose: truth, pins: listOf(text) },
  stage: { participantId: orNull(text) },
  floor: { speech: floorState, screen: floorState },
  ownFloor: { speech: ownPlace, screen: ownPlace, closedMicrophone: number },
  consents: { visibility: consent, spotlight: consent },
  ownGroup: { place: oneOf('room', 'aside', 'group'), consent, participantId: orNull(text), endsAt: orNull(number) },
  groups: {
    groups: listOf(shape({ group: number, aside: truth, people: listOf(shape({ participantId: text, consent })) })),
    endsAt: orNull(number),
  },
  awayHosts: { hosts: listOf(text) },
  ownHelp: { asked: truth, answeredBy: orNull(text) },
  helpCalls: { calls: listOf(shape({ participantId: text, since: number })) },
  peopleNotes: {
    people: listOf(shape({ participantId: text, phone: text, address: text, relative: text, recognised: truth })),
  },
  consentList: { people: listOf(shape({ participantId: text, visibility: consent, spotlight: consent })) },
  openLines: { lines: typedLines },
  captions: { writers: listOf(text), lines: typedLines },
  announcements: { announcements: listOf(shape({ number, text })) },
  filmChanged: {
    status: oneOf('loading', 'playing', 'paused', 'ended', 'failed', 'stopped'),
    clip: text,
    positionS: number,
    at: number,
    durationS: number,
    isLooping: truth,
    code: orNull(text),
    text: orNull(text),
  },
  chat: { participantId: text, name: text, to: addressee, otherId: orNull(text), text },
  caption: { participantId: text, text },
  reactions: { reactions: listOf(shape({ participantId: text, reaction: text })) },
  documentWithdrawn: { document: text },
  bindings: { bindings: listOf(binding) },
  speakers: { speakers: listOf(shape({ participantId: text, level: number })) },
  connectionQuality: {
    participants: listOf(shape({ participantId: text, quality: oneOf('good', 'weak', 'lost') })),
  },
  bandwidth: {
    paused: listOf(number),
    pausedByServer: orNull(listOf(number)),
    sendLayers: listOf(shape({ source: sourceKind, layers: listOf(number) })),
    cameraOff: truth,
  },
  cannotDecode: { index: number, participantId: text },
  mediaLost: { reason: text },
  tokenRenewed: token,
  ended: { reason: text, canRejoin: truth },
  stopping: { reconnectAfter: number },
};

const ANSWERS: Readonly<Record<Answer['type'], Shape>> = {
  joined: {
    participantId: text,
    session: text,
    sequence: number,
    room,
    participants: listOf(participant),
    documents: listOf(isRecord),
    bindings: listOf(binding),
    media: mediaSetup,
    mediaAlive: truth,
    ...token,
  },
  resumed: {
    participantId: text,
    sequence: number,
    missed: listOf(isRecord),
    documents: listOf(isRecord),
    bindings: listOf(binding),
    mediaAlive: truth,
    iceServers,
    ...token,
  },
  waiting,
  answer: { sdp: text, slots: listOf(shape({ mid: text, kind: text, index: number })) },
  done: {},
  renewed: token,
  error: { code: text },
};

function fits<T extends { readonly type: string }>(table: Readonly<Record<T['type'], Shape>>, value: unknown): value is T {
  if (!isRecord(value) || typeof value['type'] !== 'string' || !Object.hasOwn(table, value['type'])) return false;
  const fields: Shape = table[value['type'] as T['type']];
  return shape(fields)(value);
}

export interface Decoded {
  readonly events: readonly ServerEvent[];
  /** How many entries were unknown or malformed. */
  readonly dropped: number;
}

/** The payload of the socket.io event `events`. */
export function decodeEvents(payload: unknown): Decoded {
  if (!Array.isArray(payload)) return { events: [], dropped: 1 };
  const events = payload.filter((entry): entry is ServerEvent => fits<ServerEvent>(EVENTS, entry));
  return { events, dropped: payload.length - events.length };
}

/** The acknowledgement of a command. */
export function decodeAnswer(payload: unknown): Answer {
  if (!fits<Answer>(ANSWERS, payload)) return failure('internal', 'the answer could not be read');
  if (payload.type === 'error') return withDefaults(payload);
  if (payload.type === 'resumed') return { ...payload, missed: payload.missed.filter(isSequenced), documents: known(payload.documents) };
  if (payload.type === 'joined') return { ...payload, documents: known(payload.documents) };
  return payload;
}

/**
 * What a refused connect says, wherever the server's library put it (`data`, or the message as JSON). Null when it is
 * not one of ours: then the refusal came from something between us and the server.
 */
export function decodeRefusal(payload: unknown): Failure | null {
  const candidates = Array.isArray(payload) ? payload : [payload];
  for (const candidate of candidates) {
    if (isRecord(candidate) && typeof candidate['code'] === 'string') {
      return withDefaults(candidate as Partial<Failure> & { code: string });
    }
  }
  return null;
}

function isSequenced(entry: unknown): entry is SequencedEvent {
  return fits<ServerEvent>(EVENTS, entry) && 'sequence' in entry;
}

/** Of a newer server there may be others. */
function known(documents: readonly unknown[]): readonly Document[] {
  return documents.filter((entry): entry is Document => fits<ServerEvent>(EVENTS, entry) && isDocument(entry));
}

export function failure(code: string, text: string, retryAfter: number | null = null): Failure {
  return { type: 'error', code, text, retryAfter };
}

function withDefaults(given: { readonly code: string; readonly text?: unknown; readonly retryAfter?: unknown }): Failure {
  return failure(
    given.code,
    typeof given.text === 'string' ? given.text : '',
    typeof given.retryAfter === 'number' ? given.retryAfter : null,
  );
}
