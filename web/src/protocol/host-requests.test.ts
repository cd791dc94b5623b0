import { describe, expect, it, vi } from 'vitest';
import { decodeDetails, decodeDevices, decodeKept, decodeLinks, decodeMade, decodeStays, hostRequests } from './host-requests.js';

const answering = (status: number, body: unknown): void => {
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status }))));
};

describe('what a host asks', () => {
  it('believes nothing that has another form', () => {
    for (const decode of [decodeDetails, decodeDevices, decodeLinks, decodeMade, decodeStays, decodeKept]) {
      for (const body of [null, 1, 'x', [], {}, { expected: 1 }, { invitations: [] }, { stays: 'x' }]) expect(decode(body)).toBeNull();
    }
  });

  it('reads times, and keeps what is missing apart from zero', () => {
    const details = decodeDetails({ isBooked: true, subject: 'S', startsAt: '2026-11-23T09:00:00Z', endsAt: null, expected: [{ role: 'host', name: 'Bo' }, 1] });
    expect(details).toMatchObject({ startsAt: Date.UTC(2026, 10, 23, 9), endsAt: null, closesAt: null, helpLine: '' });
    expect(details?.expected).toEqual([{ role: 'host', name: 'Bo', function: '', organisation: '' }]);
  });

  it('passes over devices it has no word for', () => {
    const told = decodeDevices({ people: [{ participantId: 'a', kind: 'phone', browser: 'new' }, { participantId: 'b', kind: 'watch' }] });
    expect([...(told ?? [])]).toEqual([['a', { kind: 'phone', browser: 'other' }]]);
  });

  it('says why something was refused, and that no answer came', async () => {
    const hub = hostRequests(() => 'token');
    answering(404, { code: 'meeting_unknown' });
    expect(await hub.links()).toEqual({ code: 'meeting_unknown' });
    answering(204, null);
    expect(await hub.revokeLink('a/b')).toEqual({ told: null });
    expect(fetch).toHaveBeenLastCalledWith('/api/v1/room-invitations/a%2Fb', expect.objectContaining({ method: 'DELETE' }));
    answering(200, 'no object');
    expect(await hub.details()).toEqual({ code: 'unreachable' });
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('failed'))));
    expect(await hub.attendance()).toEqual({ code: 'unreachable' });
    expect(await hub.attendanceFile()).toEqual({ code: 'unreachable' });
    vi.unstubAllGlobals();
  });
});
