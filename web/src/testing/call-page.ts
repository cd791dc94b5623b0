/** For the tests of a call: a page of one person, whose connection, server and devices are played. */

import { afterEach, beforeEach, vi } from 'vitest';
import type { CallEnvironment } from '../call-environment.js';
import type { Call } from '../call-types.js';
import { createCall } from '../call.js';
import type { Link } from '../link.js';
import { type Shelf } from '../memory.js';
import type { PageListener } from '../page-events.js';
import type { Answer, ClientMessage } from '../protocol/messages.gen.js';
import { SETUP, joined } from './builders.js';
import { stubDevices, type FakeDevices } from './fake-devices.js';
import { FakePlatform } from './fake-peer.js';
import { FakeWire } from './fake-wire.js';

export const LINK: Link = { roomId: 'room1', joinsAtOnce: false, name: 'Anna', language: 'da', isRelayOnly: false, token: 'token-1', configuration: {} };

/** A page in a room, with its network, server and devices played. */
export class Page {
  readonly platform = new FakePlatform();
  readonly call: Call;
  wire: FakeWire = null as unknown as FakeWire;
  listener: PageListener | null = null;
  readonly opened: string[] = [];
  readonly wires: FakeWire[] = [];

  /** Of the connection that joins, which is made first; each try of a PIN has another. */
  get hello(): unknown {
    return this.wires[0]?.hellos.at(-1);
  }

  constructor(
    readonly shelf: Shelf,
    change: Partial<CallEnvironment> = {},
  ) {
    this.call = createCall({
      link: LINK,
      sessionShelf: shelf,
      localShelf: null,
      makeWire: (listener) => {
        this.wire = new FakeWire(listener);
        this.wires.push(this.wire);
        this.wire.respond = (message) => this.respond(message);
        return this.wire;
      },
      peerPlatform: this.platform,
      askInvitation: () => Promise.resolve(null),
      askLook: () => Promise.resolve(null),
      environmentFailure: () => null,
      listenToPage: (listener) => (this.listener = listener),
      openRoom: (roomId, token) => this.opened.push(`${roomId} ${token}`),
      ...change,
    });
  }

  respond(message: ClientMessage): Answer | null {
    if (message.type === 'join') return null;
    return message.type === 'offer' ? this.platform.newest.answer(SETUP.slots) : { type: 'done' };
  }

  async inCall(): Promise<this> {
    void this.call.join();
    await settle();
    this.wire.seat(joined());
    await settle();
    this.platform.newest.become('connected');
    await settle();
    return this;
  }

  get state(): ReturnType<Call['getState']> {
    return this.call.getState();
  }

  sent(type: ClientMessage['type']): ClientMessage[] {
    return this.wire.sent.filter((message) => message.type === type);
  }
}

export class FakeShelf implements Shelf {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

export const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

/** What each test of a call begins with: a clock that is moved by hand, devices and a shelf of its own. */
export interface Played {
  devices: FakeDevices;
  shelf: FakeShelf;
}

/** Of the test that runs; made anew before each. */
export function played(): Played {
  const stage = {} as Played;
  beforeEach(() => {
    vi.useFakeTimers();
    // The document's own class takes no fake streams.
    Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', { value: null, writable: true, configurable: true });
    stage.devices = stubDevices();
    stage.shelf = new FakeShelf();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  return stage;
}
