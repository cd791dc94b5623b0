// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest';
import type { Link } from './link.js';
import { writeSignLanguage } from './memory.js';
import type { Joined, ServerEvent } from './protocol/messages.gen.js';
import { SETUP, binding, joined, participant, present } from './testing/builders.js';
import { LINK, Page, played, settle } from './testing/call-page.js';

const stage = played();

describe('before the call', () => {
  it('waits for the person', () => {
    const page = new Page(stage.shelf);
    expect(page.state).toMatchObject({ phase: 'idle', name: 'Anna', language: 'da', tiles: [] });
    expect(page.wire.hellos).toEqual([]);
  });

  it('shows camera and microphone to their owner only', async () => {
    const page = new Page(stage.shelf);
    await page.call.startPreview();
    await settle();
    expect(page.state).toMatchObject({ phase: 'previewing', local: { camera: { on: true }, microphone: { on: true } } });
    expect(page.wire.hellos).toEqual([]);
  });

  it('joins by itself when the link says so', async () => {
    const page = new Page(stage.shelf, { link: { ...LINK, joinsAtOnce: true } });
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
    const page = new Page(stage.shelf, change);
    await settle();
    expect(page.state).toMatchObject({ phase: 'failed', failure: { code, retryable: false } });
  });
});

describe('a host', () => {
  const own = (count: number, mayUnmute = true): ServerEvent => ({
    type: 'ownSources', mayUnmute, closed: count === 0 ? [] : [{ source: 'microphone', count }], asked: [],
  });

  it('who closes our microphone closes it here too, and we may open it again', async () => {
    const page = await new Page(stage.shelf).inCall();
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
    const page = await new Page(stage.shelf).inCall();
    page.wire.events(own(1, false));
    await settle();
    await page.call.setMicrophone(true);
    await settle();
    expect(page.state.local.microphone.on).toBe(false);
    expect(page.state.notices.at(-1)?.code).toBe('mayNotUnmute');
  });

  it('who sends us to another room opens it', async () => {
    const page = await new Page(stage.shelf).inCall();
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
    const page = new Page(stage.shelf, { link });
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
    const page = new Page(stage.shelf, { link });
    void page.call.join();
    page.wire.seat(seated(urls));
    await settle();
    expect(page.state).toMatchObject({ phase: 'failed', failure: { code: 'mediaFailed', retryable: false } });
    expect(page.platform.connections).toHaveLength(0);
  });
});

describe('joining', () => {
  it('takes the seat, offers, and tells which sources are on', async () => {
    const page = await new Page(stage.shelf).inCall();
    expect(page.state).toMatchObject({ phase: 'inCall', room: { subject: 'Samtale' }, link: { media: 'connected' } });
    expect(page.state.participants.map((one) => one.id)).toEqual(['p1', 'p2']);
    expect(page.state.tiles.map((tile) => tile.id)).toEqual(['p1/camera', 'p2/camera']);
    expect(page.sent('offer')).toHaveLength(1);
    expect(page.sent('setSource')).toEqual([
      { type: 'setSource', source: 'microphone', active: true },
      { type: 'setSource', source: 'camera', active: true },
    ]);
    expect(page.platform.newest.transceivers[1]?.sentTrack).toBe(stage.devices.newest('video'));
  });

  it('goes on without a camera that was refused', async () => {
    stage.devices.refusal = 'NotAllowedError';
    const page = await new Page(stage.shelf).inCall();
    expect(page.state).toMatchObject({ phase: 'inCall', local: { camera: { on: false, error: 'permissionDenied' } } });
    expect(page.sent('setSource')).toEqual([]);
  });

  it('does not wait long for a person who thinks about the question', async () => {
    stage.devices.gate = new Promise(() => undefined);
    const page = new Page(stage.shelf);
    void page.call.join();
    page.wire.seat(joined());
    await vi.advanceTimersByTimeAsync(1400);
    expect(page.state).toMatchObject({ phase: 'inCall', link: { media: 'connecting' } });
    expect(page.sent('offer')).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(page.sent('offer')).toHaveLength(1);
  });

  it('says that the room is full, and can try again', async () => {
    const page = new Page(stage.shelf);
    void page.call.join();
    page.wire.accept();
    page.wire.answer('join', { type: 'error', code: 'room_full', text: '', retryAfter: 20 });
    await settle();
    expect(page.state).toMatchObject({ phase: 'failed', failure: { code: 'roomFull', retryable: true, retryAfterMs: 20_000 } });
    expect(stage.devices.live).toEqual([]);
    await page.call.joinAgain();
    page.wire.seat(joined());
    await settle();
    expect(page.state).toMatchObject({ phase: 'inCall', failure: null });
  });
});

describe('in the call', () => {
  it('shows a picture once its frames are proven', async () => {
    const page = await new Page(stage.shelf).inCall();
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
    const page = await new Page(stage.shelf).inCall();
    page.wire.events({ type: 'bindings', bindings: [binding(0, 2)] });
    for (const width of [300, 310, 320]) page.call.setTileSize('p2/camera', width, 180);
    await vi.advanceTimersByTimeAsync(250);
    expect(page.sent('setTiles')).toEqual([{ type: 'setTiles', tiles: [{ slot: 0, width: 320, height: 180 }] }]);
  });

  it('mutes with a word to the server and keeps the microphone', async () => {
    const page = await new Page(stage.shelf).inCall();
    await page.call.setMicrophone(false);
    await settle();
    expect(page.sent('setSource').at(-1)).toEqual({ type: 'setSource', source: 'microphone', active: false });
    expect(page.state).toMatchObject({ self: { microphoneOn: false }, local: { microphone: { on: false } } });
    expect(page.state.notices.at(-1)?.code).toBe('microphoneOff');
    expect(page.sent('offer')).toHaveLength(1);
  });

  it('tells the server of hands that speak, remembers it, and takes it back', async () => {
    const page = await new Page(stage.shelf, { localShelf: stage.shelf }).inCall();
    page.call.setSignLanguage(true);
    await settle();
    expect(page.sent('setSource').slice(2)).toEqual([
      { type: 'setSource', source: 'camera', active: true, contentHint: 'motion' },
    ]);
    expect(page.state.devices.usesSignLanguage).toBe(true);
    expect(new Page(stage.shelf, { localShelf: stage.shelf }).state.devices.usesSignLanguage).toBe(true);
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
    writeSignLanguage(stage.shelf, true);
    const page = await new Page(stage.shelf, { localShelf: stage.shelf }).inCall();
    const told = page.sent('setSource').filter((message) => message.type === 'setSource' && message.source === 'camera');
    expect(told.at(-1)).toEqual({ type: 'setSource', source: 'camera', active: true, contentHint: 'motion' });
    expect(page.platform.newest.transceivers[1]?.encodings.map(({ maxFramerate }) => maxFramerate)).toEqual([30, 30, 30]);
  });

  it('shares the screen without another offer', async () => {
    const page = await new Page(stage.shelf).inCall();
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
    const page = await new Page(stage.shelf).inCall();
    page.wire.events({ type: 'participantJoined', sequence: 6, participant: participant(3) });
    await settle();
    expect(page.state.notices.at(-1)).toMatchObject({ code: 'participantJoined', name: 'Person 3', participantId: 'p3' });
  });

  it('says nothing of sources that the server does not grant', async () => {
    const page = new Page(stage.shelf);
    void page.call.join();
    page.wire.seat(joined({ participants: [participant(1, [], { sources: [] })] }));
    await settle();
    expect(page.sent('setSource')).toEqual([]);
  });
});
