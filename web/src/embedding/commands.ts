/**
 * What an embedder may ask for: one table, for the frame, the component and `@vdxmedia/client`. Each command is what a person
 * at the page could press, with that person's rights: what he may not do, the server refuses, and its code is the answer.
 */

import type { Call, DeviceKind } from '../call-types.js';
import type { Addressee, ClientMessage, FloorKind, Join, Reaction, Role, SourceKind } from '../protocol/messages.gen.js';
import { DONE, refused, type Outcome } from './envelope.js';
import { peopleOf, personOf, snapshotOf, type Person, type Snapshot } from './people.js';
import { misfit, type Given, type Shape } from './shapes.js';

/** What commands work on. */
export interface Target {
  readonly call: Call;
  /** Of the page; absent where there is none. False: it does not speak it. */
  readonly setLanguage?: (language: string) => Promise<boolean>;
}

interface Command<S extends Shape> {
  readonly shape: S;
  readonly run: (target: Target, given: Given<S>) => Promise<Outcome> | Outcome;
}

function command<const S extends Shape>(shape: S, run: Command<S>['run']): Command<S> {
  return { shape, run };
}

type Message = Exclude<ClientMessage, Join>;

/** A command of the protocol under a name of ours. The server checks what a text may be, and who may send it. */
function asked<const S extends Shape>(shape: S, message: (given: Given<S>) => Message): Command<S> {
  return command(shape, async ({ call }, given) => {
    if (call.getState().phase !== 'inCall') return NOT_IN_CALL;
    const answer = await call.ask(message(given));
    return answer.type === 'error' ? refused(answer.code, answer.text) : DONE;
  });
}

const NOT_IN_CALL = refused('not_now', 'only while in the call');

/** What was done shows in the state a moment later. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

async function setDevice({ call }: Target, which: 'microphone' | 'camera', on: boolean): Promise<Outcome> {
  if (['ended', 'failed', 'pin'].includes(call.getState().phase)) return refused('not_now', 'not before or after a call');
  await (which === 'microphone' ? call.setMicrophone(on) : call.setCamera(on));
  await settled();
  const { on: isOn, error } = call.getState().local[which];
  if (isOn === on) return DONE;
  return error === null ? refused('muted_by_host', 'a host has closed it') : refused('device_failed', error);
}

async function shareScreen({ call }: Target, on: boolean): Promise<Outcome> {
  if (call.getState().phase !== 'inCall') return NOT_IN_CALL;
  if (!call.getState().local.screen.supported) return refused('not_supported', 'this browser shares no screen');
  await (on ? call.startScreenShare() : call.stopScreenShare());
  await settled();
  return call.getState().local.screen.on === on
    ? DONE
    : refused('needs_gesture', 'nothing was chosen, or the browser wants a click inside the frame first');
}

function setLayout({ call }: Target, layout: string | null): Promise<Outcome> | Outcome {
  return asked({}, () => ({ type: 'chooseLayout', layout })).run({ call }, {});
}

export const COMMANDS = {
  // The call's life.
  join: command({}, ({ call }) => {
    const { phase } = call.getState();
    if (phase === 'pin') return refused('not_now', 'the room asks for its PIN');
    void (phase === 'ended' || phase === 'failed' ? call.joinAgain() : call.join());
    return DONE;
  }),
  leave: command({}, ({ call }) => {
    if (!['inCall', 'connecting', 'waiting'].includes(call.getState().phase)) return NOT_IN_CALL;
    // Answered at once: who hears `readyToClose` may take the frame away, and the answer with it.
    void call.leave();
    return DONE;
  }),
  end: asked({}, () => ({ type: 'endForAll' })),
  keepOpen: asked({}, () => ({ type: 'keepOpen' })),

  // One's own sound and picture.
  setMicrophone: command({ on: 'boolean' }, (target, { on }) => setDevice(target, 'microphone', on)),
  setCamera: command({ on: 'boolean' }, (target, { on }) => setDevice(target, 'camera', on)),
  shareScreen: command({ on: 'boolean' }, (target, { on }) => shareScreen(target, on)),
  chooseDevice: command({ kind: 'string', deviceId: 'string' }, async ({ call }, { kind, deviceId }) => {
    if (!isDeviceKind(kind)) return refused('bad_arguments', '"kind" is camera, microphone or speaker');
    await call.chooseDevice(kind, deviceId);
    return DONE;
  }),
  setName: command({ name: 'string' }, ({ call }, { name }) => {
    if (!['idle', 'previewing'].includes(call.getState().phase)) return refused('not_now', 'only before joining');
    call.setName(name);
    return DONE;
  }),

  // The floor.
  raiseHand: asked({}, () => ({ type: 'requestFloor' })),
  lowerHand: asked({}, () => ({ type: 'releaseFloor' })),
  requestFloor: asked({ floor: 'string?', signs: 'boolean?' }, (given) => ({ type: 'requestFloor', ...withFloor(given) })),
  releaseFloor: asked({ floor: 'string?' }, (given) => ({ type: 'releaseFloor', ...withFloor(given) })),
  grantFloor: asked({ request: 'number', preempts: 'boolean?', floor: 'string?' }, (given) => ({ type: 'grantFloor', ...withFloor(given) })),
  denyFloor: asked({ request: 'number', floor: 'string?' }, (given) => ({ type: 'denyFloor', ...withFloor(given) })),
  revokeFloor: asked({ request: 'number', floor: 'string?' }, (given) => ({ type: 'revokeFloor', ...withFloor(given) })),
  extendTurn: asked({ request: 'number', seconds: 'number' }, (given) => ({ type: 'extendTurn', ...given })),
  clearFloor: asked({ floor: 'string?' }, (given) => ({ type: 'clearFloor', ...withFloor(given) })),
  askForHelp: asked({}, () => ({ type: 'askForHelp' })),
  withdrawHelp: asked({}, () => ({ type: 'withdrawHelp' })),
  answerHelp: asked({ participantId: 'string' }, (given) => ({ type: 'answerHelp', ...given })),

  // The lobby.
  admit: asked({ waitingId: 'string' }, (given) => ({ type: 'admit', ...given })),
  admitAll: asked({}, () => ({ type: 'admitAll' })),
  deny: asked({ waitingId: 'string', reason: 'string?', barred: 'boolean?' }, (given) => ({ type: 'refuseWaiting', ...given })),
  sayToWaiting: asked({ text: 'string' }, (given) => ({ type: 'sayToWaiting', ...given })),
  lockRoom: asked({ locked: 'boolean' }, (given) => ({ type: 'lockRoom', ...given })),

  // People. A microphone is never opened from outside: its owner is asked.
  muteParticipant: asked({ participantId: 'string' }, (given) => ({ type: 'closeSource', source: 'microphone', ...given })),
  muteEveryone: asked({}, () => ({ type: 'muteGuests' })),
  askToOpen: asked({ participantId: 'string', source: 'string' }, ({ participantId, source }) => ({ type: 'askToOpen', participantId, source: source as SourceKind })),
  removeParticipant: asked({ participantId: 'string', barred: 'boolean?' }, (given) => ({ type: 'removePerson', ...given })),
  setRole: asked({ participantId: 'string', role: 'string' }, ({ participantId, role }) => ({ type: 'setRole', participantId, role: role as Role })),
  spotlight: asked({ participantId: 'string|null' }, (given) => ({ type: 'spotlight', ...given })),
  pinParticipants: asked({ participants: 'strings' }, (given) => ({ type: 'pinPeople', ...given })),

  // What is written.
  sendChatMessage: asked({ text: 'string', to: 'string?', participantId: 'string?' }, ({ text, to = 'all', participantId = null }) => ({ type: 'writeChat', text, to: to as Addressee, participantId })),
  announce: asked({ text: 'string' }, (given) => ({ type: 'announce', ...given })),
  takeAnnouncementAway: asked({ number: 'number' }, (given) => ({ type: 'takeAnnouncementAway', ...given })),
  react: asked({ reaction: 'string' }, ({ reaction }) => ({ type: 'react', reaction: reaction as Reaction })),

  // The page.
  setLayout: command({ layout: 'string|null' }, (target, { layout }) => setLayout(target, layout)),
  setLanguage: command({ lang: 'string' }, async ({ setLanguage }, { lang }) => {
    if (setLanguage === undefined) return refused('not_supported', 'there is no page to speak');
    return (await setLanguage(lang)) ? DONE : refused('bad_arguments', 'the page does not speak it');
  }),

  // Looking.
  getState: command({}, ({ call }) => ({ ok: true, value: snapshotOf(call.getState()) })),
  getParticipants: command({}, ({ call }) => ({ ok: true, value: peopleOf(call.getState()).map(personOf) })),
  getDevices: command({}, ({ call }) => {
    const { cameras, microphones, speakers, selected } = call.getState().devices;
    return { ok: true, value: { cameras, microphones, speakers, selected } };
  }),
} as const;

export type CommandName = keyof typeof COMMANDS;
/** What each takes. */
export type CommandArguments = { readonly [N in CommandName]: Given<(typeof COMMANDS)[N]['shape']> };
/** What each that looks gives; the others give nothing. */
export interface CommandValues {
  readonly getState: Snapshot;
  readonly getParticipants: readonly Person[];
  readonly getDevices: Pick<ReturnType<Call['getState']>['devices'], 'cameras' | 'microphones' | 'speakers' | 'selected'>;
}

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** Checks and runs. Never rejects. */
export async function runCommand(target: Target, name: string, given: unknown): Promise<Outcome> {
  if (!Object.hasOwn(COMMANDS, name)) return refused('unknown_command', 'see getCapabilities');
  const { shape, run } = COMMANDS[name as CommandName] as unknown as Command<Shape>;
  const complaint = misfit(shape, given);
  if (complaint !== '') return refused('bad_arguments', complaint);
  try {
    return await run(target, (given ?? {}) as Given<Shape>);
  } catch (error) {
    return refused('internal', String(error));
  }
}

function isDeviceKind(kind: string): kind is DeviceKind {
  return kind === 'camera' || kind === 'microphone' || kind === 'speaker';
}

function withFloor<T extends { readonly floor?: string | undefined }>(given: T): Omit<T, 'floor'> & { readonly floor: FloorKind } {
  return { ...given, floor: given.floor === 'screen' ? 'screen' : 'speech' };
}
