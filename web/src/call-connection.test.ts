// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest';
import type { Answer, Resumed } from './protocol/messages.gen.js';
import { SETUP, joined } from './testing/builders.js';
import { LINK, Page, played, settle } from './testing/call-page.js';

const stage = played();

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
    const page = await new Page(stage.shelf).inCall();
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
    const page = await new Page(stage.shelf).inCall();
    await vi.advanceTimersByTimeAsync(4000);
    page.platform.newest.isSilent = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(page.platform.newest.offers).toHaveLength(1);
    expect(page.state).toMatchObject({ phase: 'inCall', link: { signalling: 'connected', media: 'connected' } });
  });
});

describe('a cut of the signalling', () => {
  it('leaves the call and its media as they are, and catches up', async () => {
    const page = await new Page(stage.shelf).inCall();
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
    const page = await new Page(stage.shelf).inCall();
    page.wire.respond = () => null;
    page.platform.newest.become('disconnected');
    page.wire.answer('setTiles', null);
    await vi.advanceTimersByTimeAsync(100);
    expect(page.wire.hellos).toHaveLength(2);
    expect(page.state).toMatchObject({ phase: 'inCall', link: { signalling: 'reconnecting', media: 'reconnecting' } });
  });

  it('makes media anew when the server has lost it', async () => {
    const page = await new Page(stage.shelf).inCall();
    page.wire.cut();
    await vi.advanceTimersByTimeAsync(300);
    page.wire.seat(joined({ sequence: 50, mediaAlive: false }));
    await settle();
    expect(page.platform.connections.map((pc) => pc.connectionState)).toEqual(['closed', 'new']);
    expect(page.platform.newest.transceivers[1]?.sentTrack).toBe(stage.devices.newest('video'));
  });
});

describe('a reload', () => {
  it('comes back to the same seat without a question, muted as before', async () => {
    const page = await new Page(stage.shelf).inCall();
    await page.call.setMicrophone(false);
    const after = new Page(stage.shelf, { link: { ...LINK, token: null, name: null } });
    expect(after.wire.hellos).toEqual([{ protocol: 1, token: 'token-2', room: 'room1' }]);
    after.wire.accept();
    expect(after.wire.last('join')).toMatchObject({ name: 'Anna', resume: { session: 'secret', sequence: 0 } });
    after.wire.answer('join', joined({ mediaAlive: true }));
    await settle();
    expect(after.sent('offer')).toHaveLength(1);
    expect(after.state.local.microphone.on).toBe(false);
  });

  it('after leaving asks first', async () => {
    const page = await new Page(stage.shelf).inCall();
    await page.call.leave();
    const after = new Page(stage.shelf, { link: { ...LINK, token: null } });
    expect(after.state.phase).toBe('idle');
  });
});

describe('the end', () => {
  it('by leaving gives all back, and joins again on demand', async () => {
    const page = await new Page(stage.shelf).inCall();
    await page.call.leave();
    await settle();
    expect(page.sent('leave')).toHaveLength(1);
    expect(page.state).toMatchObject({ phase: 'ended', ended: { code: 'left', canRejoin: true }, tiles: [] });
    expect(page.state.room?.helpLine).toBe('12345678');
    expect(stage.devices.live).toEqual([]);
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
    const page = await new Page(stage.shelf).inCall();
    page.wire.events({ type: 'ended', reason: 'removed', canRejoin: false });
    await settle();
    expect(page.state).toMatchObject({ phase: 'ended', ended: { code: 'removed', canRejoin: false } });
    expect(stage.devices.live).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.wire.hellos).toHaveLength(1);
  });

  it('leaves no timer behind', async () => {
    const page = await new Page(stage.shelf).inCall();
    await page.call.leave();
    await vi.advanceTimersByTimeAsync(5000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
