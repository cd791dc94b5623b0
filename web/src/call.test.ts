// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallEnvironment } from './call-environment.js';
import type { Call } from './call-types.js';
import { createCall } from './call.js';
import type { Link } from './link.js';
import { decodeLook, type Look } from './look/look.js';
import type { Asked } from './protocol/invitation.js';
import { writeSignLanguage, type Shelf } from './memory.js';
import type { PageListener } from './page-events.js';
import type { Answer, ClientMessage, Joined, Resumed, ServerEvent } from './protocol/messages.gen.js';
import { SETUP, binding, joined, participant, present } from './testing/builders.js';
import { stubDevices, type FakeDevices } from './testing/fake-devices.js';
import { FakePlatform } from './testing/fake-peer.js';
import { FakeWire } from './testing/fake-wire.js';

const LINK: Link = { roomId: 'room1', joinsAtOnce: false, name: 'Anna', language: 'da', isRelayOnly: false, token: 'token-1', configuration: {} };

class Page {
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

class FakeShelf implements Shelf {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

let devices: FakeDevices;
let shelf: FakeShelf;

beforeEach(() => {
  vi.useFakeTimers();
  // The document's own class takes no fake streams.
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', { value: null, writable: true, configurable: true });
  devices = stubDevices();
  shelf = new FakeShelf();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('before the call', () => {
  it('waits for the person', () => {
    const page = new Page(shelf);
    expect(page.state).toMatchObject({ phase: 'idle', name: 'Anna', language: 'da', tiles: [] });
    expect(page.wire.hellos).toEqual([]);
  });

  it('shows camera and microphone to their owner only', async () => {
    const page = new Page(shelf);
    await page.call.startPreview();
    await settle();
    expect(page.state).toMatchObject({ phase: 'previewing', local: { camera: { on: true }, microphone: { on: true } } });
    expect(page.wire.hellos).toEqual([]);
  });

  it('joins by itself when the link says so', async () => {
    const page = new Page(shelf, { link: { ...LINK, joinsAtOnce: true } });
    await settle();
    expect(page.wire.hellos).toEqual([{ protocol: 1, token: 'token-1', room: 'room1' }]);
  });

  it.each([
    [{ link: { ...LINK, roomId: '' } }, 'roomUnknown'],
    [
      { environmentFailure: () => ({ code: 'insecureContext', retryable: false, retryAfterMs: null }) as const },
      'insecureContext',
    ],
  ] as const)('fails at once without what it needs: %#', async (change, code) => {
    const page = new Page(shelf, change);
    await settle();
    expect(page.state).toMatchObject({ phase: 'failed', failure: { code, retryable: false } });
  });
});

describe('a link without a token', () => {
  const link: Link = { ...LINK, token: null };
  const asked = async (): Promise<Page> => {
    const page = new Page(shelf, { link });
    await settle();
    expect(page.wire.hellos).toEqual([{ protocol: 1, token: '', room: 'room1', pin: '' }]);
    return page;
  };

  it('asks for the PIN where the room has one, and goes on as by a link', async () => {
    const page = await asked();
    page.wire.refuse('pin_required');
    await settle();
    expect(page.state).toMatchObject({ phase: 'pin', pin: { state: 'ask' } });
    void page.call.enterPin('1234');
    page.respond = (message) => (message.type === 'renewToken' ? { type: 'renewed', token: 'by-pin', tokenExpiresAt: 0 } : null);
    page.wire.accept();
    await settle();
    expect(page.state).toMatchObject({ phase: 'previewing', pin: null });
    void page.call.join();
    await settle();
    expect(page.hello).toEqual({ protocol: 1, token: 'by-pin', room: 'room1' });
  });

  it('says that the PIN is wrong, and how long to wait after too many', async () => {
    const page = await asked();
    page.wire.refuse('pin_required');
    await settle();
    void page.call.enterPin('1234');
    page.wire.refuse('pin_wrong');
    await settle();
    expect(page.state.pin).toEqual({ state: 'wrong', waitsUntil: null });
    void page.call.enterPin('1235');
    page.wire.refuse('pin_locked', 600);
    await settle();
    expect(page.state.pin).toEqual({ state: 'locked', waitsUntil: Date.now() + 600_000 });
  });

  it('fails where the room has none', async () => {
    const page = await asked();
    page.wire.refuse('token_missing');
    await settle();
    expect(page.state).toMatchObject({ phase: 'failed', failure: { code: 'linkMissing', retryable: false } });
  });
});

describe('the lobby', () => {
  const WAITING = { type: 'waiting', participantId: 'p1', session: 'waits', reason: 'admission', since: 10, notice: '', token: 't2', tokenExpiresAt: 0 } as const;

  async function inLobby(): Promise<Page> {
    const page = new Page(shelf);
    void page.call.join();
    await settle();
    page.wire.accept();
    page.wire.answer('join', WAITING);
    await settle();
    expect(page.state).toMatchObject({ phase: 'waiting', waiting: { reason: 'admission', since: 10_000, notice: '' } });
    return page;
  }

  it('is told why, and joins by itself when let in', async () => {
    const page = await inLobby();
    page.wire.events({ ...WAITING, session: '', token: '', notice: 'Fem minutter' });
    await settle();
    expect(page.state.waiting?.notice).toBe('Fem minutter');
    page.wire.events({ type: 'admitted' });
    expect(page.wire.last('join')?.resume).toEqual({ session: 'waits', sequence: 0 });
    page.wire.answer('join', joined());
    await settle();
    expect(page.state).toMatchObject({ phase: 'inCall', waiting: null });
  });

  it('shows a host\'s words to one who is refused, and asks no more', async () => {
    const page = await inLobby();
    page.wire.events({ type: 'refused', reason: 'Det er i morgen' }, { type: 'ended', reason: 'refused', canRejoin: false });
    await settle();
    expect(page.state).toMatchObject({ phase: 'ended', ended: { code: 'refused', note: 'Det er i morgen' } });
    expect(devices.live).toEqual([]);
  });

  it('takes back one who was in, with his devices on and nothing of the others', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.events({ ...WAITING, reason: 'host' });
    await settle();
    expect(page.state).toMatchObject({ phase: 'waiting', waiting: { reason: 'host' }, tiles: [], participants: [] });
    expect(page.platform.newest.connectionState).toBe('closed');
    expect(devices.live).not.toEqual([]);
  });

  it('can be left', async () => {
    const page = await inLobby();
    await page.call.leave();
    expect(page.sent('leave')).toHaveLength(1);
  });
});

describe('a host', () => {
  const own = (count: number, mayUnmute = true): ServerEvent => ({
    type: 'ownSources', mayUnmute, closed: count === 0 ? [] : [{ source: 'microphone', count }], asked: [],
  });

  it('who closes our microphone closes it here too, and we may open it again', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.events(own(1));
    await settle();
    expect(page.state.local.microphone.on).toBe(false);
    await page.call.setMicrophone(true);
    await settle();
    expect(page.state.local.microphone.on).toBe(true);
    page.wire.events(own(1));
    await settle();
    expect(page.state.local.microphone.on).toBe(true);
  });

  it('who lets nobody unmute is obeyed', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.events(own(1, false));
    await settle();
    await page.call.setMicrophone(true);
    await settle();
    expect(page.state.local.microphone.on).toBe(false);
    expect(page.state.notices.at(-1)?.code).toBe('mayNotUnmute');
  });

  it('who sends us to another room opens it', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.events({ type: 'transferred', room: 'room2', token: 'there' }, { type: 'ended', reason: 'removed', canRejoin: false });
    await settle();
    expect(page.opened).toEqual(['room2 there']);
  });
});

describe('a link that wants the relay', () => {
  const link: Link = { ...LINK, isRelayOnly: true };
  const seated = (urls: readonly string[]): Joined => {
    const iceServers = [{ urls, username: 'u', credential: 'c' }];
    return joined({ media: { ...SETUP, iceServers } });
  };

  it('gives the connection no other way, also when it is made anew', async () => {
    const page = new Page(shelf, { link });
    void page.call.join();
    page.wire.seat(seated(['stun:a', 'turns:b']));
    await settle();
    expect(page.platform.newest.configuration).toMatchObject({ iceTransportPolicy: 'relay', bundlePolicy: 'max-bundle' });
    page.platform.newest.become('connected');
    page.wire.events({ type: 'mediaLost', reason: 'consent' });
    await settle();
    expect(page.platform.connections).toHaveLength(2);
    expect(page.platform.newest.configuration).toMatchObject({ iceTransportPolicy: 'relay' });
  });

  it.each([[[]], [['stun:a']]])('fails at once where the server has none: %j', async (urls) => {
    const page = new Page(shelf, { link });
    void page.call.join();
    page.wire.seat(seated(urls));
    await settle();
    expect(page.state).toMatchObject({ phase: 'failed', failure: { code: 'mediaFailed', retryable: false } });
    expect(page.platform.connections).toHaveLength(0);
  });
});

describe('joining', () => {
  it('takes the seat, offers, and tells which sources are on', async () => {
    const page = await new Page(shelf).inCall();
    expect(page.state).toMatchObject({ phase: 'inCall', room: { subject: 'Samtale' }, link: { media: 'connected' } });
    expect(page.state.participants.map((one) => one.id)).toEqual(['p1', 'p2']);
    expect(page.state.tiles.map((tile) => tile.id)).toEqual(['p1/camera', 'p2/camera']);
    expect(page.sent('offer')).toHaveLength(1);
    expect(page.sent('setSource')).toEqual([
      { type: 'setSource', source: 'microphone', active: true },
      { type: 'setSource', source: 'camera', active: true },
    ]);
    expect(page.platform.newest.transceivers[1]?.sentTrack).toBe(devices.newest('video'));
  });

  it('goes on without a camera that was refused', async () => {
    devices.refusal = 'NotAllowedError';
    const page = await new Page(shelf).inCall();
    expect(page.state).toMatchObject({ phase: 'inCall', local: { camera: { on: false, error: 'permissionDenied' } } });
    expect(page.sent('setSource')).toEqual([]);
  });

  it('does not wait long for a person who thinks about the question', async () => {
    devices.gate = new Promise(() => undefined);
    const page = new Page(shelf);
    void page.call.join();
    page.wire.seat(joined());
    await vi.advanceTimersByTimeAsync(1400);
    expect(page.state).toMatchObject({ phase: 'inCall', link: { media: 'connecting' } });
    expect(page.sent('offer')).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(page.sent('offer')).toHaveLength(1);
  });

  it('says that the room is full, and can try again', async () => {
    const page = new Page(shelf);
    void page.call.join();
    page.wire.accept();
    page.wire.answer('join', { type: 'error', code: 'room_full', text: '', retryAfter: 20 });
    await settle();
    expect(page.state).toMatchObject({ phase: 'failed', failure: { code: 'roomFull', retryable: true, retryAfterMs: 20_000 } });
    expect(devices.live).toEqual([]);
    await page.call.joinAgain();
    page.wire.seat(joined());
    await settle();
    expect(page.state).toMatchObject({ phase: 'inCall', failure: null });
  });
});

describe('in the call', () => {
  it('shows a picture once its frames are proven', async () => {
    const page = await new Page(shelf).inCall();
    const camera = (): unknown => page.state.tiles.find((tile) => tile.id === 'p2/camera');
    page.wire.events({ type: 'bindings', bindings: [binding(0, 2)] });
    await vi.advanceTimersByTimeAsync(200);
    expect(camera()).toMatchObject({ slot: 0, showing: false, stream: null });
    present(page.platform.newest.transceivers[8]).contributing = [{ source: 22, timestamp: 1 }];
    await vi.advanceTimersByTimeAsync(50);
    expect(camera()).toMatchObject({ showing: true });
    page.wire.events({ type: 'bindings', bindings: [binding(0, null)] });
    await settle();
    expect(camera()).toMatchObject({ slot: null, showing: false, stream: null });
  });

  it('tells tile sizes together, once they stand', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.events({ type: 'bindings', bindings: [binding(0, 2)] });
    for (const width of [300, 310, 320]) page.call.setTileSize('p2/camera', width, 180);
    await vi.advanceTimersByTimeAsync(250);
    expect(page.sent('setTiles')).toEqual([{ type: 'setTiles', tiles: [{ slot: 0, width: 320, height: 180 }] }]);
  });

  it('mutes with a word to the server and keeps the microphone', async () => {
    const page = await new Page(shelf).inCall();
    await page.call.setMicrophone(false);
    await settle();
    expect(page.sent('setSource').at(-1)).toEqual({ type: 'setSource', source: 'microphone', active: false });
    expect(page.state).toMatchObject({ self: { microphoneOn: false }, local: { microphone: { on: false } } });
    expect(page.state.notices.at(-1)?.code).toBe('microphoneOff');
    expect(page.sent('offer')).toHaveLength(1);
  });

  it('tells the server of hands that speak, remembers it, and takes it back', async () => {
    const page = await new Page(shelf, { localShelf: shelf }).inCall();
    page.call.setSignLanguage(true);
    await settle();
    expect(page.sent('setSource').slice(2)).toEqual([
      { type: 'setSource', source: 'camera', active: true, contentHint: 'motion' },
    ]);
    expect(page.state.devices.usesSignLanguage).toBe(true);
    expect(new Page(shelf, { localShelf: shelf }).state.devices.usesSignLanguage).toBe(true);
    await page.call.setCamera(false);
    page.call.setSignLanguage(false);
    await settle();
    expect(page.sent('setSource').slice(3)).toEqual([
      { type: 'setSource', source: 'camera', active: false, contentHint: 'motion' },
      { type: 'setSource', source: 'camera', active: false, contentHint: 'detail' },
    ]);
    expect(page.sent('offer')).toHaveLength(1);
  });

  it('tells of hands that speak with the camera when it was chosen before', async () => {
    writeSignLanguage(shelf, true);
    const page = await new Page(shelf, { localShelf: shelf }).inCall();
    const told = page.sent('setSource').filter((message) => message.type === 'setSource' && message.source === 'camera');
    expect(told.at(-1)).toEqual({ type: 'setSource', source: 'camera', active: true, contentHint: 'motion' });
    expect(page.platform.newest.transceivers[1]?.encodings.map(({ maxFramerate }) => maxFramerate)).toEqual([30, 30, 30]);
  });

  it('shares the screen without another offer', async () => {
    const page = await new Page(shelf).inCall();
    await page.call.startScreenShare();
    await settle();
    expect(page.state.tiles.map((tile) => tile.id)).toContain('p1/screen');
    expect(page.platform.newest.transceivers[2]?.sentTrack).not.toBeNull();
    await page.call.stopScreenShare();
    await settle();
    expect(page.sent('setSource').slice(-4)).toEqual([
      { type: 'setSource', source: 'screen', active: true },
      { type: 'setSource', source: 'screenAudio', active: true },
      { type: 'setSource', source: 'screen', active: false },
      { type: 'setSource', source: 'screenAudio', active: false },
    ]);
    expect(page.sent('offer')).toHaveLength(1);
  });

  it('says who came', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.events({ type: 'participantJoined', sequence: 6, participant: participant(3) });
    await settle();
    expect(page.state.notices.at(-1)).toMatchObject({ code: 'participantJoined', name: 'Person 3', participantId: 'p3' });
  });

  it('says nothing of sources that the server does not grant', async () => {
    const page = new Page(shelf);
    void page.call.join();
    page.wire.seat(joined({ participants: [participant(1, [], { sources: [] })] }));
    await settle();
    expect(page.sent('setSource')).toEqual([]);
  });
});

describe('a network that is gone without a word', () => {
  const resumed: Resumed = {
    type: 'resumed',
    participantId: 'p1',
    sequence: 5,
    missed: [],
    documents: [], bindings: [],
    mediaAlive: true,
    iceServers: [],
    token: 'token-3',
    tokenExpiresAt: 0,
  };

  it('is noticed by the silence: signalling is asked, and ICE restarts when that was dead too', async () => {
    const page = await new Page(shelf).inCall();
    page.respond = (message): Answer | null => (message.type === 'offer' ? page.platform.newest.answer(SETUP.slots) : null);
    await vi.advanceTimersByTimeAsync(4000);
    const asked = page.sent('setTiles').length;
    page.platform.newest.isSilent = true;
    await vi.advanceTimersByTimeAsync(2000);
    expect(page.sent('setTiles')).toHaveLength(asked + 1);
    page.wire.answer('setTiles', null);
    await vi.advanceTimersByTimeAsync(0);
    page.wire.accept();
    page.wire.answer('join', resumed);
    await settle();
    expect(page.platform.newest.offers).toEqual([{ iceRestart: false }, { iceRestart: true }]);
    expect(page.platform.connections).toHaveLength(1);
  });

  it('is none when the signalling answers', async () => {
    const page = await new Page(shelf).inCall();
    await vi.advanceTimersByTimeAsync(4000);
    page.platform.newest.isSilent = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(page.platform.newest.offers).toHaveLength(1);
    expect(page.state).toMatchObject({ phase: 'inCall', link: { signalling: 'connected', media: 'connected' } });
  });
});

describe('a cut of the signalling', () => {
  it('leaves the call and its media as they are, and catches up', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.cut();
    await vi.advanceTimersByTimeAsync(100);
    expect(page.state).toMatchObject({ phase: 'inCall', link: { signalling: 'reconnecting' }, banners: [] });
    await page.call.setCamera(false);
    await vi.advanceTimersByTimeAsync(1500);
    expect(page.state.banners).toEqual(['reconnecting']);
    page.wire.accept();
    expect(page.wire.last('join')?.resume).toEqual({ session: 'secret', sequence: 5 });
    page.wire.answer('join', {
      type: 'resumed',
      participantId: 'p1',
      sequence: 7,
      missed: [{ type: 'participantLeft', sequence: 6, participantId: 'p2', reason: 'left' }],
      documents: [], bindings: [],
      mediaAlive: true,
      iceServers: [{ urls: ['turn:a'], username: 'later', credential: 'fresh' }],
      token: 'token-3',
      tokenExpiresAt: 0,
    });
    await settle();
    expect(page.state).toMatchObject({ phase: 'inCall', link: { signalling: 'connected', lostSince: null }, banners: [] });
    expect(page.state.participants.map((one) => one.id)).toEqual(['p1']);
    expect(page.platform.connections).toHaveLength(1);
    expect(page.platform.connections[0]?.configuration).toEqual({
      bundlePolicy: 'max-bundle',
      iceServers: [{ urls: ['turn:a'], username: 'later', credential: 'fresh' }],
    });
    expect(page.sent('offer')).toHaveLength(1);
    expect(page.sent('setSource').slice(-4)).toContainEqual({ type: 'setSource', source: 'camera', active: false });
    expect(page.state.notices.map((notice) => notice.code)).toEqual([
      'cameraOff',
      'connectionLost',
      'participantLeft',
      'connectionBack',
    ]);
  });

  it('is looked for when media is cut, since a change of network cuts both', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.respond = () => null;
    page.platform.newest.become('disconnected');
    page.wire.answer('setTiles', null);
    await vi.advanceTimersByTimeAsync(100);
    expect(page.wire.hellos).toHaveLength(2);
    expect(page.state).toMatchObject({ phase: 'inCall', link: { signalling: 'reconnecting', media: 'reconnecting' } });
  });

  it('makes media anew when the server has lost it', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.cut();
    await vi.advanceTimersByTimeAsync(300);
    page.wire.seat(joined({ sequence: 50, mediaAlive: false }));
    await settle();
    expect(page.platform.connections.map((pc) => pc.connectionState)).toEqual(['closed', 'new']);
    expect(page.platform.newest.transceivers[1]?.sentTrack).toBe(devices.newest('video'));
  });
});

describe('a reload', () => {
  it('comes back to the same seat without a question, muted as before', async () => {
    const page = await new Page(shelf).inCall();
    await page.call.setMicrophone(false);
    const after = new Page(shelf, { link: { ...LINK, token: null, name: null } });
    expect(after.wire.hellos).toEqual([{ protocol: 1, token: 'token-2', room: 'room1' }]);
    after.wire.accept();
    expect(after.wire.last('join')).toMatchObject({ name: 'Anna', resume: { session: 'secret', sequence: 0 } });
    after.wire.answer('join', joined({ mediaAlive: true }));
    await settle();
    expect(after.sent('offer')).toHaveLength(1);
    expect(after.state.local.microphone.on).toBe(false);
  });

  it('after leaving asks first', async () => {
    const page = await new Page(shelf).inCall();
    await page.call.leave();
    const after = new Page(shelf, { link: { ...LINK, token: null } });
    expect(after.state.phase).toBe('idle');
  });
});

describe('the end', () => {
  it('by leaving gives all back, and joins again on demand', async () => {
    const page = await new Page(shelf).inCall();
    await page.call.leave();
    await settle();
    expect(page.sent('leave')).toHaveLength(1);
    expect(page.state).toMatchObject({ phase: 'ended', ended: { code: 'left', canRejoin: true }, tiles: [] });
    expect(page.state.room?.helpLine).toBe('12345678');
    expect(devices.live).toEqual([]);
    expect(page.platform.newest.connectionState).toBe('closed');
    void page.call.joinAgain();
    page.wire.accept();
    // No seat to come back to, but the device that had one need not knock.
    expect(page.wire.last('join')?.resume).toEqual({ session: 'secret', sequence: 0 });
    page.wire.answer('join', joined());
    await settle();
    expect(page.state).toMatchObject({ phase: 'inCall', ended: null });
  });

  it('by the server is told with its reason', async () => {
    const page = await new Page(shelf).inCall();
    page.wire.events({ type: 'ended', reason: 'removed', canRejoin: false });
    await settle();
    expect(page.state).toMatchObject({ phase: 'ended', ended: { code: 'removed', canRejoin: false } });
    expect(devices.live).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.wire.hellos).toHaveLength(1);
  });

  it('leaves no timer behind', async () => {
    const page = await new Page(shelf).inCall();
    await page.call.leave();
    await vi.advanceTimersByTimeAsync(5000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the invitation', () => {
  const INVITATION = {
    organisation: 'Aarhus',
    helpLine: '87654321',
    opensAt: null,
    state: 'open',
    role: 'guest',
    mode: 'meeting',
    guestVisibility: 'all',
    name: null,
    startsAt: null,
    endsAt: null,
    hostName: 'Bo Ås',
    hostFunction: 'læge',
    subject: null,
  } as const;
  const opened = async (asked: Asked, change: Partial<CallEnvironment> = {}): Promise<Page> => {
    const page = new Page(new FakeShelf(), { askInvitation: () => Promise.resolve(asked), ...change });
    await settle();
    return page;
  };

  it('is known before anybody joins, with the name that it fixes', async () => {
    const { state } = await opened({ invitation: { ...INVITATION, name: 'Overlæge Ås' } });
    expect(state).toMatchObject({ phase: 'idle', name: 'Overlæge Ås', invitation: { helpLine: '87654321' } });
  });

  it('stops whom the link leads nowhere, but nobody who is on his way in', async () => {
    const refusal = { code: 'linkExpired', retryable: false, retryAfterMs: null } as const;
    expect((await opened({ refusal })).state).toMatchObject({ phase: 'failed', failure: refusal });
    expect((await opened({ refusal }, { link: { ...LINK, joinsAtOnce: true } })).state.phase).toBe('connecting');
    expect((await opened({ invitation: { ...INVITATION, state: 'closed' } })).state.failure?.code).toBe('closed');
  });

  it('brings the organisation\'s look when it comes, and waits for it nowhere', async () => {
    const look = decodeLook({ version: 1, organisation: 'aarhus', termsVersion: 'v1', termsText: 'Vilkår' });
    let come: (look: Look | null) => void = () => undefined;
    const page = await opened({ invitation: INVITATION }, { askLook: () => new Promise((resolve) => { come = resolve; }) });
    expect(page.state).toMatchObject({ invitation: INVITATION, look: null, acceptedTerms: '' });
    come(look);
    await settle();
    expect(page.state.look).toBe(look);
    page.call.acceptTerms();
    await settle();
    expect(page.state.acceptedTerms).toBe('v1');
  });

  it('begins again where the server demands other terms than were accepted', async () => {
    const looks = ['v1', 'v2'].map((termsVersion) => decodeLook({ version: 1, termsVersion, termsText: 'Vilkår' }));
    const page = await opened({ invitation: INVITATION }, { askLook: () => Promise.resolve(looks.shift() ?? null) });
    page.call.acceptTerms();
    void page.call.join();
    await settle();
    page.wire.accept();
    await settle();
    expect(page.wire.sent[0]).toMatchObject({ type: 'join', acceptsTerms: 'v1' });
    page.wire.answer('join', { type: 'error', code: 'terms_not_accepted', text: '', retryAfter: null });
    await settle();
    expect(page.state).toMatchObject({ phase: 'idle', failure: null, acceptedTerms: '', look: { terms: { version: 'v2' } } });
  });

  it('tells whom to phone also where the browser is of no use', async () => {
    const cause = { code: 'unsupportedBrowser', retryable: false, retryAfterMs: null } as const;
    const { state } = await opened({ invitation: INVITATION }, { environmentFailure: () => cause });
    expect(state).toMatchObject({ phase: 'failed', failure: cause, invitation: INVITATION });
  });
});
