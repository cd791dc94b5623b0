/**
 * `@vdxmedia/client`: a call without any element. The same call, commands and events as in the page, for those who draw it
 * themselves: `getState().tiles` has the streams, `setTileSize` tells how large each is shown, which is what is sent then.
 *
 * Left out: REST of the page (films, SMS, looks), which asks the page's own origin; so what a person is told before joining is
 * the business of who makes the page, and he says here what he told (`WhatWasTold`).
 */

import { createCall } from '../call.js';
import type { Call, CallState } from '../call-types.js';
import { parametersOf, type Configuration } from '../configuration.js';
import { environmentFailure } from '../failures.js';
import { parseLink, type Link } from '../link.js';
import { browserPeerPlatform } from '../media/peer.js';
import type { Shelf } from '../memory.js';
import { listenToPage } from '../page-events.js';
import { decodeInvitation, type Asked } from '../protocol/invitation.js';
import type { GuestVisibility } from '../protocol/messages.gen.js';
import { SocketIoWire } from '../protocol/wire.js';
import { COMMAND_NAMES, runCommand, type CommandArguments, type CommandName, type CommandValues } from './commands.js';
import { CommandError } from './command-error.js';
import { eventsBetween, EVENT_NAMES, type CallEvent, type EventDetails, type EventName } from './events.js';
import { firstSight } from './first-sight.js';

export type { CallState, Tile, ParticipantState, LocalState, DevicesState } from '../call-types.js';
export type { Configuration } from '../configuration.js';
export type { Person, Snapshot } from './people.js';
export { COMMAND_NAMES, CommandError, EVENT_NAMES };
export type { CallEvent, CommandArguments, CommandName, CommandValues, EventDetails, EventName };

type Nothing = Readonly<Record<never, never>>;
type Given<N extends CommandName> = Nothing extends CommandArguments[N] ? [args?: CommandArguments[N]] : [args: CommandArguments[N]];
type ValueOf<N> = N extends keyof CommandValues ? CommandValues[N] : undefined;

/** What the page has told the person before he joins. */
export interface WhatWasTold {
  /** Who will see and hear him, as `GET /api/v1/invitation` says it. Not said in group training, only hosts see him at first. */
  readonly whoSees?: GuestVisibility;
  /** The version of the organisation's terms that he has accepted, as `GET /api/v1/branding/own` says it. */
  readonly acceptedTerms?: string;
}

/**
 * Opens the meeting that a link leads to, without joining it, unless `join` says so. The page's origin must be among those
 * that the server lets embed (docs/embedding.md). Raises: TypeError where the link is no address.
 */
export function openMeeting(link: string, configuration: Configuration = {}, told: WhatWasTold = {}): Meeting {
  return new Meeting(new URL(link, globalThis.location.href), configuration, told);
}

export class Meeting {
  #call!: Call;
  #told!: CallState;
  #stop: () => void = () => undefined;
  readonly #watchers = new Set<(state: CallState) => void>();
  readonly #listeners = new Map<EventName, Set<(detail: never) => void>>();

  constructor(
    private readonly address: URL,
    configuration: Configuration,
    private readonly told: WhatWasTold,
  ) {
    const said = new URLSearchParams(address.hash.slice(1));
    for (const [name, value] of parametersOf(configuration)) said.set(name, value);
    address.hash = said.toString();
    this.#open(parseLink(address.href));
  }

  /** Immutable; each change makes a new one, and unchanged parts keep their identity. */
  getState(): CallState {
    return this.#call.getState();
  }

  /** Called after each change, at most once per frame. Returns the undoing. */
  subscribe(watcher: (state: CallState) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Returns the undoing. */
  on<N extends EventName>(name: N, listener: (detail: EventDetails[N]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Rejects with `CommandError`, whose `code` is stable. */
  async command<N extends CommandName>(name: N, ...[args]: Given<N>): Promise<ValueOf<N>> {
    const outcome = await runCommand({ call: this.#call }, name, args);
    if (!outcome.ok) throw new CommandError(outcome.code, outcome.text);
    return outcome.value as ValueOf<N>;
  }

  /** Camera and microphone, for the person alone. From a click where possible. */
  preview(): Promise<void> {
    return this.#call.startPreview();
  }

  /** In the phase `pin`, where the link brings no token. */
  enterPin(pin: string): Promise<void> {
    return this.#call.enterPin(pin);
  }

  /** CSS pixels of the tile as shown; 0 × 0 when it is not on screen. Pictures come no larger than that. */
  setTileSize(tileId: string, width: number, height: number): void {
    this.#call.setTileSize(tileId, width, height);
  }

  /** Inside a click, when `getState().audioBlocked`. */
  resumeAudio(): Promise<void> {
    return this.#call.resumeAudio();
  }

  #open(link: Link): void {
    const { origin } = this.address;
    this.#stop();
    const call = createCall({
      link,
      sessionShelf: this.#shelf(link),
      localShelf: null,
      makeWire: (listener) => new SocketIoWire(listener, origin),
      peerPlatform: browserPeerPlatform,
      askInvitation: (roomId) => Promise.resolve(this.#invitation(roomId)),
      askLook: () => Promise.resolve(null),
      environmentFailure,
      openRoom: (roomId, token) => this.#move(roomId, token),
      listenToPage,
    });
    this.#call = call;
    this.#told = firstSight(call.getState());
    this.#stop = call.subscribe((state) => this.#tell(state));
  }

  /** Nothing is kept; what was accepted is found. */
  #shelf({ token, configuration }: Link): Shelf {
    const { microphone = true, camera = true } = configuration;
    const terms = this.told.acceptedTerms ?? '';
    const found = { token, linkToken: token, terms, microphoneOn: microphone, cameraOn: camera };
    return { getItem: () => JSON.stringify(found), setItem: () => undefined };
  }

  #invitation(roomId: string): Asked {
    const { whoSees } = this.told;
    return whoSees === undefined ? null : decodeInvitation(roomId, true, { roomId, guestVisibility: whoSees });
  }

  /** A host has sent this person to another room: the same meeting goes on there. */
  #move(roomId: string, token: string): void {
    const before = this.#call;
    const { name } = before.getState();
    this.#open({ ...parseLink(this.address.href), roomId, token, joinsAtOnce: true, ...(name === '' ? {} : { name }) });
    void before.leave();
    this.#tell(this.#call.getState());
  }

  #tell(state: CallState): void {
    const events = eventsBetween(this.#told, state);
    this.#told = state;
    for (const watcher of [...this.#watchers]) watcher(state);
    for (const { name, detail } of events) {
      for (const listener of [...(this.#listeners.get(name) ?? [])]) (listener as (detail: unknown) => void)(detail);
    }
  }
}
