import { afterEach, describe, expect, it, vi } from 'vitest';
import { askInvitation, decodeInvitation } from './invitation.js';

const SAID = {
  roomId: 'room1',
  organisation: 'Aarhus',
  helpLine: '87 65 43 21',
  opensAt: '2026-11-24T09:30:00Z',
  closesAt: null,
  state: 'notYet',
  role: 'guest',
  mode: 'training',
  guestVisibility: 'spotlight',
  name: null,
  startsAt: '2026-11-24T09:45:00Z',
  endsAt: null,
  hostName: 'Bo Ås',
  hostFunction: 'læge',
  subject: null,
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('decodeInvitation', () => {
  it('reads what was said', () => {
    expect(decodeInvitation('room1', true, SAID)).toEqual({
      invitation: {
        organisation: 'Aarhus',
        helpLine: '87 65 43 21',
        opensAt: Date.UTC(2026, 10, 24, 9, 30),
        state: 'notYet',
        role: 'guest',
        mode: 'training',
        guestVisibility: 'spotlight',
        name: null,
        startsAt: Date.UTC(2026, 10, 24, 9, 45),
        endsAt: null,
        hostName: 'Bo Ås',
        hostFunction: 'læge',
        subject: null,
      },
    });
  });

  it('does without what an older server does not tell', () => {
    const { startsAt: _starts, hostName: _name, hostFunction: _function, subject: _subject, ...older } = SAID;
    const told = decodeInvitation('room1', true, older);
    expect(told).toMatchObject({ invitation: { startsAt: null, hostName: '', hostFunction: '', subject: null } });
  });

  it('believes nothing of another room, and nothing that is no object', () => {
    expect(decodeInvitation('room2', true, SAID)).toBeNull();
    expect(decodeInvitation('room1', true, 'hello')).toBeNull();
    expect(decodeInvitation('room1', true, null)).toBeNull();
  });

  it('takes what is missing or strange for nothing', () => {
    expect(decodeInvitation('room1', true, { roomId: 'room1', organisation: 7, opensAt: 'soon', state: 'later' })).toEqual({
      invitation: {
        organisation: '',
        helpLine: '',
        opensAt: null,
        state: 'open',
        role: 'guest',
        mode: 'meeting',
        guestVisibility: null,
        name: null,
        startsAt: null,
        endsAt: null,
        hostName: '',
        hostFunction: '',
        subject: null,
      },
    });
  });

  it.each([
    ['token_expired', 'linkExpired'],
    ['token_invalid', 'tokenInvalid'],
    ['room_unknown', 'roomUnknown'],
    ['room_closed', 'closed'],
  ])('tells %s as %s', (code, expected) => {
    expect(decodeInvitation('room1', false, { code })).toMatchObject({ refusal: { code: expected, retryable: false } });
  });

  it('is silent about refusals that pass', () => {
    expect(decodeInvitation('room1', false, { code: 'rate_limited' })).toBeNull();
    expect(decodeInvitation('room1', false, {})).toBeNull();
  });
});

describe('askInvitation', () => {
  it('shows the token to nobody but the server, and never rejects', async () => {
    const fetched = vi.fn((_address: string, _init: RequestInit) => Promise.resolve(Response.json(SAID)));
    vi.stubGlobal('fetch', fetched);
    expect(await askInvitation('room1', 'secret')).toMatchObject({ invitation: { organisation: 'Aarhus' } });
    const [address, init] = fetched.mock.calls[0] ?? [];
    expect(address).toBe('/api/v1/invitation');
    expect(init?.headers).toEqual({ Authorization: 'Bearer secret' });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
    expect(await askInvitation('room1', 'secret')).toBeNull();
  });
});
