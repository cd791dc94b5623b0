// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import type { CallEnvironment } from './call-environment.js';
import type { Link } from './link.js';
import { decodeLook, type Look } from './look/look.js';
import type { Asked } from './protocol/invitation.js';
import { joined } from './testing/builders.js';
import { FakeShelf, LINK, Page, played, settle } from './testing/call-page.js';

const stage = played();

describe('a link without a token', () => {
  const link: Link = { ...LINK, token: null };
  const asked = async (): Promise<Page> => {
    const page = new Page(stage.shelf, { link });
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
    const page = new Page(stage.shelf);
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
    expect(stage.devices.live).toEqual([]);
  });

  it('takes back one who was in, with his devices on and nothing of the others', async () => {
    const page = await new Page(stage.shelf).inCall();
    page.wire.events({ ...WAITING, reason: 'host' });
    await settle();
    expect(page.state).toMatchObject({ phase: 'waiting', waiting: { reason: 'host' }, tiles: [], participants: [] });
    expect(page.platform.newest.connectionState).toBe('closed');
    expect(stage.devices.live).not.toEqual([]);
  });

  it('can be left', async () => {
    const page = await inLobby();
    await page.call.leave();
    expect(page.sent('leave')).toHaveLength(1);
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
