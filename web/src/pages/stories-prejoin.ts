/** The way in, as stories: each screen of a guest, the host's one, and the waiting room. */

import type { CallState, DeviceErrorCode, Invitation, JoiningWay, WaitingState } from '../call-types.js';
import { decodeLook } from '../look/look.js';
import type { NetworkCheck, NetworkVerdict } from '../network/check.js';
import { stateOf, type Place } from '../prejoin/place.js';
import type { Step } from '../prejoin/steps.js';
import { Voice } from '../voices.js';
import { IDLE, NAMES, previewing, type Pictures } from './fixtures.js';
import { INVITATION } from './story-invitation.js';

interface Story {
  /** Null: at the beginning. */
  readonly step: Step | null;
  readonly place?: Partial<Place>;
  readonly state: (pictures: Pictures) => CallState;
}

function today(hours: number, minutes: number): number {
  return new Date().setHours(hours, minutes, 0, 0);
}

const BOOKED: Invitation = {
  ...INVITATION,
  name: 'Inger Marie Holm',
  startsAt: today(10, 30),
  endsAt: today(11, 0),
  hostName: 'Bo Østergaard Ås',
  hostFunction: 'læge',
};
const HOST: Invitation = { ...BOOKED, role: 'host', name: null };
const LOOK = decodeLook({
  version: 1,
  organisation: 'aarhus',
  name: 'Aarhus Kommune',
  welcome: 'Vi glæder os til at tale med dig.\nHav gerne din medicinliste klar.',
  waiting: 'Hent et glas vand, mens du venter. Vi er der om lidt.',
  termsVersion: 'v1',
  termsTitle: 'Det skal du vide',
  termsText: 'Samtalen bliver ikke optaget.\n\nVi skriver i din journal, hvad I aftaler.\n\nDu kan altid sige nej til at svare.',
  termsButton: 'Det er i orden',
});

const invited = (change: Partial<Invitation> = {}, state: Partial<CallState> = {}): CallState => ({
  ...IDLE,
  room: null,
  invitation: { ...BOOKED, ...change },
  ...state,
});

/** Camera and microphone run. */
function running(pictures: Pictures, change: Partial<CallState> = {}): CallState {
  return previewing(pictures, { room: null, invitation: BOOKED, ...change });
}

export function refused(camera: DeviceErrorCode | null, microphone: DeviceErrorCode | null, pictures: Pictures): CallState {
  const state = running(pictures);
  const { local } = state;
  return {
    ...state,
    local: {
      ...local,
      camera: camera === null ? local.camera : { on: false, busy: false, stream: null, error: camera },
      microphone: microphone === null ? local.microphone : { ...local.microphone, on: false, voice: new Voice(), error: microphone },
    },
  };
}

function silent(state: CallState): CallState {
  return { ...state, local: { ...state.local, microphone: { ...state.local.microphone, voice: new Voice() } } };
}

function withoutCamera(state: CallState, way: JoiningWay = 'sound'): CallState {
  return { ...state, local: { ...state.local, way, camera: { ...state.local.camera, on: false, stream: null } } };
}

function muted(state: CallState): CallState {
  return { ...state, local: { ...state.local, microphone: { ...state.local.microphone, on: false, voice: new Voice() } } };
}

function waits(waiting: WaitingState, pictures: Pictures, change: Partial<Invitation> = {}): CallState {
  return running(pictures, { phase: 'waiting', waiting, invitation: { ...BOOKED, ...change } });
}

const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;

const ALL: Readonly<Record<string, Story>> = {
  'prejoin-plain': { step: null, state: () => ({ ...IDLE, room: null }) },
  'prejoin-welcome': { step: null, state: () => invited() },
  'prejoin-welcome-subject': { step: null, state: () => invited({ subject: 'Hjemmebesøg med sygeplejersken', hostFunction: 'sygeplejerske', startsAt: today(10, 30) + 86_400_000 }, { look: LOOK }) },
  'prejoin-welcome-long': { step: null, state: () => invited({ hostName: NAMES[1], organisation: 'Center for Voksensocialområdet og Borgerstyret Personlig Assistance', startsAt: today(8, 5) + 6 * 86_400_000 }) },
  'prejoin-welcome-short': { step: null, state: () => invited({ hostName: NAMES[2], hostFunction: '', organisation: 'Fanø' }) },
  'prejoin-early': { step: null, state: () => invited({ state: 'notYet', opensAt: Date.now() + 40 * 60_000, startsAt: Date.now() + 55 * 60_000 }) },
  'prejoin-terms': { step: 'terms', state: () => invited({}, { look: LOOK }) },
  'prejoin-terms-declined': { step: 'terms', place: { helps: true }, state: () => invited({}, { look: LOOK }) },
  'prejoin-idle': { step: 'camera', state: () => invited() },
  'prejoin-asking': { step: 'camera', state: () => invited({}, { phase: 'previewing', local: { ...IDLE.local, camera: { ...IDLE.local.camera, busy: true } } }) },
  'prejoin-camera': { step: 'camera', state: running },
  'prejoin-camera-phone': { step: 'camera', state: (pictures) => running(pictures, { devices: { ...IDLE.devices, facing: 'user' } }) },
  'prejoin-camera-help': { step: 'camera', place: { helps: true }, state: running },
  'prejoin-camera-off': { step: 'camera', state: (pictures) => withoutCamera(running(pictures)) },
  'prejoin-denied': { step: 'camera', state: (pictures) => refused('permissionDenied', 'permissionDenied', pictures) },
  'prejoin-blocked': { step: 'camera', state: (pictures) => refused('noCameraAccess', 'noCameraAccess', pictures) },
  'prejoin-busy': { step: 'camera', state: (pictures) => refused('deviceBusy', null, pictures) },
  'prejoin-no-camera': { step: 'camera', state: (pictures) => refused('noDevice', null, pictures) },
  'prejoin-no-device': { step: 'camera', state: (pictures) => refused('noDevice', 'noDevice', pictures) },
  'prejoin-microphone': { step: 'microphone', state: (pictures) => silent(running(pictures)) },
  'prejoin-microphone-heard': { step: 'microphone', state: running },
  'prejoin-microphone-help': {
    step: 'microphone',
    place: { helps: true },
    state: (pictures) => silent(running(pictures, { devices: { ...IDLE.devices, microphones: [...IDLE.devices.microphones, { id: 'm2', label: 'Jabra Evolve2 65' }] } })),
  },
  'prejoin-no-microphone': { step: 'microphone', state: (pictures) => refused(null, 'noDevice', pictures) },
  'prejoin-speaker': { step: 'speaker', state: running },
  'prejoin-speaker-help': {
    step: 'speaker',
    place: { helps: true },
    state: (pictures) => running(pictures, { devices: { ...IDLE.devices, speakers: [...IDLE.devices.speakers, { id: 's2', label: 'Jabra Evolve2 65' }] } }),
  },
  'prejoin-ready': { step: 'ready', state: running },
  'prejoin-ready-name': { step: 'ready', state: (pictures) => running(pictures, { name: '', invitation: { ...BOOKED, name: null } }) },
  'prejoin-ready-sound': { step: 'ready', state: (pictures) => withoutCamera(running(pictures)) },
  'prejoin-ready-listen': { step: 'ready', state: (pictures) => muted(withoutCamera(running(pictures), 'listen')) },
  'prejoin-ready-weak': { step: 'ready', state: running },
  'prejoin-ready-none': { step: 'ready', state: running },
  'prejoin-ready-muted': { step: 'ready', state: (pictures) => muted(running(pictures)) },
  'prejoin-training': { step: 'ready', state: (pictures) => running(pictures, { invitation: { ...BOOKED, mode: 'training', guestVisibility: 'hosts' } }) },
  'prejoin-skipped': { step: 'ready', place: { skipsCheck: true }, state: () => invited({ name: null }) },
  'prejoin-host': { step: 'host', state: (pictures) => running(pictures, { invitation: HOST }) },
  'prejoin-host-idle': { step: 'host', state: () => invited({ role: 'host', name: null }) },
  'prejoin-host-silent': { step: 'host', state: (pictures) => silent(running(pictures, { invitation: HOST })) },
  'prejoin-host-off': { step: 'host', state: (pictures) => muted(withoutCamera(running(pictures, { invitation: HOST }))) },
  'prejoin-host-denied': { step: 'host', state: (pictures) => ({ ...refused('permissionDenied', 'permissionDenied', pictures), invitation: HOST }) },
  'waiting-host': { step: null, state: (pictures) => waits({ reason: 'host', since: minutesAgo(0.2), notice: '' }, pictures, { startsAt: Date.now() + 12 * 60_000 }) },
  'waiting-knock': {
    step: null,
    state: (pictures) => waits({ reason: 'admission', since: minutesAgo(4), notice: 'Vi er lidt forsinkede og lukker dig ind om fem minutter.' }, pictures, { startsAt: minutesAgo(2) }),
  },
  'waiting-look': { step: null, state: (pictures) => ({ ...withoutCamera(waits({ reason: 'admission', since: minutesAgo(1.5), notice: '' }, pictures)), look: LOOK }) },
};

/** Of the stories that have one: told as soon as it is begun. */
const NETWORKS: Readonly<Record<string, NetworkVerdict>> = {
  'prejoin-ready': 'good',
  'prejoin-ready-name': 'good',
  'prejoin-ready-weak': 'weak',
  'prejoin-ready-sound': 'soundOnly',
  'prejoin-ready-none': 'none',
};
let verdict: NetworkVerdict | null = null;
const listeners = new Set<() => void>();

export const storyNetwork: NetworkCheck = {
  get value() {
    return verdict === null ? null : { verdict, ways: { udp: true, tcp: true, tls: null }, roundTripMs: 20, lossRatio: 0 };
  },
  subscribe: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  start: () => { listeners.forEach((listener) => { listener(); }); },
  stop: () => { listeners.clear(); },
};

export const PREJOIN_STORIES: Readonly<Record<string, (pictures: Pictures) => CallState>> = Object.fromEntries(
  Object.entries(ALL).map(([name, { state }]) => [name, state]),
);

/** The page reads there where it stands: before it is made. `otherwise`: for a story that is not of these. */
export function takePlace(name: string, otherwise: Step | null = null): void {
  const { step = otherwise, place = {} } = ALL[name] ?? {};
  verdict = NETWORKS[name] ?? null;
  history.replaceState(stateOf({ step, ...place }), '');
}
