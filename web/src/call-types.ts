/**
 * The one interface between a call and the elements that show it: `CallState` (immutable, rendered) and
 * `CallCommands` (sent). Nothing here is a text for people; every reason is a code that `text/` has words for.
 *
 * A state is never changed: each change makes a new object, and unchanged parts keep their identity, so that an
 * element may compare with `===`. Two kinds are live objects that are handed through: `MediaStream`, and `Voice`,
 * which is watched by itself because it moves all the time.
 */

import type { WrittenWords } from './conference/words.js';
import type { Shows } from './configuration.js';
import type { Documents } from './conference/documents.js';
import type { Look } from './look/look.js';
import type { HubRequests } from './protocol/hub-requests.js';
import type {
  Answer,
  ClientMessage,
  Connection,
  GuestVisibility,
  Join,
  Quality,
  Role,
  RoomMode,
  SourceKind,
  WaitReason,
} from './protocol/messages.gen.js';
import type { Language } from './text/languages.js';
import type { Voice } from './voices.js';

export type { Connection, Quality, Role, SourceKind };

// ── where we are ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `idle`        nothing has been asked of the browser yet;
 * `previewing`  own camera and microphone run (or were refused, see `local`), nobody else sees them;
 * `connecting`  the join button was pressed;
 * `pin`         the link has no token: the room's PIN is asked for, see `pin`;
 * `waiting`     in the lobby, see `waiting`;
 * `inCall`      seated; stays so while the connection is being repaired (see `link`);
 * `ended`       the call is over, see `ended`;
 * `failed`      we never got in, see `failure`.
 */
export type Phase = 'idle' | 'pin' | 'previewing' | 'connecting' | 'waiting' | 'inCall' | 'ended' | 'failed';

/**
 * Why a call could not begin or a device could not be had. `permissionDenied`: the person said no, now or earlier.
 * `blockedByFrame`: the page that shows us lacks `allow`; `blockedBySystem`: a switch of the device; `noCameraAccess`: the page
 * may not ask for another reason (a policy of the device's owner).
 */
export type FailureCode =
  | 'linkMissing'
  | 'linkExpired'
  | 'tokenInvalid'
  | 'roomUnknown'
  | 'roomFull'
  | 'notOpenYet'
  | 'barred'
  | 'closed'
  | 'notPermitted'
  | 'tooManyRequests'
  | 'serverBusy'
  | 'serverStopping'
  | 'unsupportedProtocol'
  | 'unsupportedBrowser'
  | 'inAppBrowser'
  | 'insecureContext'
  | 'connectionFailed'
  | 'mediaFailed'
  | 'internal';

export type DeviceErrorCode =
  | 'permissionDenied'
  | 'blockedByFrame'
  | 'blockedBySystem'
  | 'noCameraAccess'
  | 'noDevice'
  | 'deviceBusy'
  | 'interrupted'
  | 'unknown';

export interface Failure {
  readonly code: FailureCode;
  /** True: the same button may succeed later; false: a new link or another browser is needed. */
  readonly retryable: boolean;
  /** Milliseconds after which another try makes sense, as the server told; null when it said nothing. */
  readonly retryAfterMs: number | null;
}

/** Why the call is over; `left` is our own leaving. */
export type EndCode = 'left' | 'ended' | 'removed' | 'replaced' | 'tooSlow' | 'lost' | 'refused' | 'transferred';

export interface EndState {
  readonly code: EndCode;
  readonly canRejoin: boolean;
  /** A host's words, or absent. */
  readonly note?: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
  /** There was a seat: there is a call to be asked about. */
  readonly wasInCall?: boolean;
}

/** Where the typing of a PIN stands. */
export interface PinState {
  /** `checking`: the server is asked; `ask`: nothing was typed yet. */
  readonly state: 'checking' | 'ask' | 'wrong' | 'locked' | 'unreachable';
  /** Milliseconds since the epoch until which typing is useless; null: now. */
  readonly waitsUntil: number | null;
}

/** What somebody in the lobby is told. */
export interface WaitingState {
  readonly reason: WaitReason;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What a host says to those who wait, or ''. */
  readonly notice: string;
}

/** `reconnecting`: the way to the server is being repaired; `since` is `Date.now()` at its loss. Media may go on. */
export interface LinkState {
  readonly signalling: 'connected' | 'reconnecting';
  readonly media: 'none' | 'connecting' | 'connected' | 'reconnecting';
  /** Milliseconds since the epoch when either was lost; null when all is well. */
  readonly lostSince: number | null;
}

// ── who is there ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RoomState {
  readonly id: string;
  readonly subject: string;
  readonly organisation: string;
  /** A telephone number, or ''. */
  readonly helpLine: string;
  readonly mode: string;
  readonly floorPolicy: string;
  readonly maximum: number;
  /** Unix seconds; null: open end. */
  readonly closesAt: number | null;
}

/** What the link leads to, known before joining. */
export interface Invitation {
  readonly organisation: string;
  /** A telephone number, or ''. */
  readonly helpLine: string;
  /** Milliseconds since the epoch; null: no beginning. */
  readonly opensAt: number | null;
  readonly state: 'open' | 'notYet' | 'closed';
  /** Of the meeting, where it is booked: milliseconds since the epoch. The room may open earlier. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** Whom one is going to meet, and what he is; '' where no host was named. */
  readonly hostName: string;
  readonly hostFunction: string;
  /** Null unless the organisation lets it be shown before the call. */
  readonly subject: string | null;
  readonly role: 'host' | 'guest';
  readonly mode: RoomMode;
  /** Who will see and hear a guest; null: not said. */
  readonly guestVisibility: GuestVisibility | null;
  /** The name that the link fixes; null when the person chooses one. */
  readonly name: string | null;
}

/** Who invites, and whom to phone: on every screen, before, in and after the call. */
export type Inviter = Pick<RoomState, 'organisation' | 'helpLine'>;

export interface ParticipantState {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly organisation: string;
  readonly function: string;
  /** Not a person, but an exercise film: no tile but its picture, and not counted. */
  readonly isFilm: boolean;
  readonly isSelf: boolean;
  readonly reconnecting: boolean;
  /** `returning`: away for longer, but still expected. */
  readonly connection: Connection;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  readonly screenOn: boolean;
  readonly quality: Quality;
}

/**
 * One picture place. Every participant has a camera tile (also with the camera off: initials), and a screen tile while
 * he shares. `id` is stable (`participantId/camera`, `participantId/screen`): use it as the key.
 */
export interface Tile {
  readonly id: string;
  readonly participantId: string;
  readonly name: string;
  readonly kind: 'camera' | 'screen';
  /** What its owner is in this meeting, as the token or he himself says; '' or absent when nothing was said. */
  readonly function?: string;
  readonly organisation?: string;
  readonly isSelf: boolean;
  /** The video slot bound to it; null for the own tile and for those who have no slot now. */
  readonly slot: number | null;
  /** Hang this on the `<video>` (muted, playsinline, autoplay) even while `showing` is false: frames must flow. */
  readonly stream: MediaStream | null;
  /**
   * True when the frames in `stream` are proven to be this source's. While false the video MUST be covered or hidden
   * with `visibility`/opacity (not `display: none`), and the initials shown instead.
   */
  readonly showing: boolean;
  /** The source is said to be on (camera running, screen shared). */
  readonly sourceOn: boolean;
  readonly microphoneOn: boolean;
  /** How loud its owner is, live: watch it, no new tile comes when it changes. On screen tiles it means nothing. */
  readonly voice: Voice;
  readonly reconnecting: boolean;
  readonly quality: Quality;
  /** The picture rests, as our connection is too slow for it or the server is busy; it comes back by itself. */
  readonly paused: boolean;
  /** It rests because the server is busy: nothing is wrong with our connection. */
  readonly pausedByServer: boolean;
  /** It rests because our own device has too much to do. */
  readonly pausedByDevice: boolean;
  /** This client cannot decode the source's codec. */
  readonly cannotDecode: boolean;
}

// ── what is ours ────────────────────────────────────────────────────────────────────────────────────────────────────

export type DeviceKind = 'camera' | 'microphone' | 'speaker';

export interface Device {
  readonly id: string;
  /** '' until permission was given. */
  readonly label: string;
}

/** Of a phone's camera: towards the person, or away from him. */
export type Facing = 'user' | 'environment';

/**
 * How somebody is there, chosen before the call: `picture` with sound; `sound` alone; `listen`: neither camera nor
 * microphone is asked for, and he writes. Either may be turned on later.
 */
export type JoiningWay = 'picture' | 'sound' | 'listen';

/** What the browser itself does to sound and picture, where it can. */
export interface Processing {
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
  readonly backgroundBlur: boolean;
}

export interface DevicesState {
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
  readonly selected: Readonly<Record<DeviceKind, string | null>>;
  /** False where the browser chooses the output itself (Android, iOS): hide the choice. */
  readonly canChooseSpeaker: boolean;
  /** Which way the camera looks, on a phone that has one for either side; null elsewhere. */
  readonly facing: Facing | null;
  /** The own picture is of hands that speak: fluency comes before sharpness. */
  readonly usesSignLanguage: boolean;
  /** Music and counting go out as they are. For this call. */
  readonly isOriginalSound: boolean;
  readonly processing: Processing;
  /** This camera's background can be blurred by the browser. */
  readonly canBlur: boolean;
}

export interface LocalState {
  readonly way: JoiningWay;
  readonly camera: {
    /** What the person wants. */
    readonly on: boolean;
    /** A request is under way; keep the button but show it as busy. */
    readonly busy: boolean;
    readonly stream: MediaStream | null;
    readonly error: DeviceErrorCode | null;
  };
  readonly microphone: {
    readonly on: boolean;
    readonly busy: boolean;
    /** Live, also while muted (for "you are speaking but your microphone is off"); moves up to 10 times a second. */
    readonly voice: Voice;
    readonly speakingWhileMuted: boolean;
    readonly error: DeviceErrorCode | null;
  };
  readonly screen: {
    readonly on: boolean;
    readonly supported: boolean;
    readonly stream: MediaStream | null;
  };
}

// ── what is to be said ──────────────────────────────────────────────────────────────────────────────────────────────

/** A banner stays while its cause stays; at most one is shown, the first of `banners`. */
export type BannerCode =
  | 'reconnecting'
  | 'serverStopping'
  | 'audioBlocked'
  | 'microphoneInterrupted'
  | 'cameraInterrupted'
  | 'cameraAdvisedOff'
  | 'ownConnectionWeak'
  | 'speakingWhileMuted';

/** Something that passed: a toast, and a line for the screen reader. */
export type NoticeCode =
  | 'participantJoined'
  | 'participantLeft'
  | 'participantLost'
  | 'participantRemoved'
  | 'screenStarted'
  | 'screenStopped'
  | 'ownScreenStopped'
  | 'closedByHost'
  | 'mayNotUnmute'
  | 'microphoneOn'
  | 'microphoneOff'
  | 'cameraOn'
  | 'cameraOff'
  | 'cameraFailed'
  | 'microphoneFailed'
  | 'screenFailed'
  | 'connectionLost'
  | 'connectionBack';

export interface Notice {
  /** Counts up from 1; remember the last one said. */
  readonly id: number;
  readonly code: NoticeCode;
  readonly urgency: 'polite' | 'assertive';
  /** Whom it is about; '' when nobody else. */
  readonly name: string;
  readonly participantId: string | null;
}

// ── all of it ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface CallState {
  readonly phase: Phase;
  readonly failure: Failure | null;
  readonly ended: EndState | null;
  /** In the phase `pin`. */
  readonly pin: PinState | null;
  /** In the phase `waiting`. */
  readonly waiting: WaitingState | null;
  readonly link: LinkState;
  /** From the link's `lang`; null: the page decides. */
  readonly language: Language | null;
  /** What of the call's screen the link leaves out. */
  readonly shows: Shows;
  /** The name to join under: from the link or the last call, or as typed. The server may know better. */
  readonly name: string;
  /** What the person says he is in this meeting, as `tolk`; '' when he says nothing. The link may know better. */
  readonly personFunction: string;
  /** Null while nothing is known of the link; it is asked at the page's beginning. */
  readonly invitation: Invitation | null;
  /** How the organisation looks; null until it is known, and where it has no look of its own. */
  readonly look: Look | null;
  /** The version of the terms that the person has accepted (`look.terms`), or ''. */
  readonly acceptedTerms: string;
  /** From joining on, and after the end. */
  readonly room: RoomState | null;
  readonly self: ParticipantState | null;
  /** What the server has told whole: the room's agreement, the floor, what we are asked. Empty before joining. */
  readonly documents: Documents;
  /** What people wrote while we were there; gone with the page. */
  readonly words: WrittenWords;
  /** Self first, then in the order of joining. */
  readonly participants: readonly ParticipantState[];
  /** Own camera tile first, screens next, then cameras; stable order. */
  readonly tiles: readonly Tile[];
  /** The last one who spoke for a while, for the speaker layout; never self. */
  readonly dominantSpeaker: string | null;
  readonly devices: DevicesState;
  readonly local: LocalState;
  readonly ownQuality: Quality;
  /** What does not get through now is the device's doing, not the connection's. */
  readonly isDeviceBusy: boolean;
  /** The browser refused to play sound: show a button that calls `resumeAudio`. */
  readonly audioBlocked: boolean;
  readonly banners: readonly BannerCode[];
  /** The last 20. */
  readonly notices: readonly Notice[];
}

export interface CallCommands {
  /** What is asked over REST, beside the connection. */
  readonly hub: HubRequests;
  /** Ask for camera and microphone and show them to their owner. From a click where possible. Never rejects. */
  startPreview(): Promise<void>;
  chooseDevice(kind: DeviceKind, deviceId: string): Promise<void>;
  /** The phone's other camera, when `devices.facing` is known. */
  turnCamera(): Promise<void>;
  /** Before joining. What it does not need is given back. Never rejects. */
  setWay(way: JoiningWay): Promise<void>;
  setSignLanguage(isUsed: boolean): void;
  setOriginalSound(isUsed: boolean): Promise<void>;
  /** Of the browser's own; kept for the next call. Never rejects. */
  setProcessing(change: Partial<Processing>): Promise<void>;
  setName(name: string): void;
  setFunction(value: string): void;
  /** Those of `look.terms` now; remembered with the tab. */
  acceptTerms(): void;
  /** In the phase `pin`. Never rejects. */
  enterPin(pin: string): Promise<void>;
  /** Must be called inside the click that joins: sound is unlocked by it. */
  join(): Promise<void>;
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  /** Must be called inside a click. */
  startScreenShare(): Promise<void>;
  stopScreenShare(): Promise<void>;
  /** CSS pixels of the tile as shown; 0 × 0 when it is not on screen. Call as often as you like. */
  setTileSize(tileId: string, width: number, height: number): void;
  /** Anything else that the protocol has a command for; a refusal is an answer too. */
  ask(command: Exclude<ClientMessage, Join>): Promise<Answer>;
  leave(): Promise<void>;
  /** After `ended` or `failed`: the same link again. Inside a click. */
  joinAgain(): Promise<void>;
  /** Inside a click, when `audioBlocked`. */
  resumeAudio(): Promise<void>;
  /** Of the media connection, as the browser tells; null without one. Never rejects. */
  getStats(): Promise<RTCStatsReport | null>;
}

/** A tiny observable: `subscribe` calls back after each change (at most once per frame) and returns the undoing. */
export interface CallStore {
  getState(): CallState;
  subscribe(listener: (state: CallState) => void): () => void;
}

/** What `createCall()` of `call.ts` gives to the elements. */
export type Call = CallStore & CallCommands;
