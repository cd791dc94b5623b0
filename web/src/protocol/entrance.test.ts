import { describe, expect, it } from 'vitest';
import { bodyOf, decodeEntrance } from './entrance.js';

const said = { organisation: 'A', helpLine: '1' };

describe('what the server says of an entrance', () => {
  it.each([
    [200, { state: 'open', token: 't', invitation: { roomId: 'r', name: 'Bo' }, returnUrl: 'https://p.example/' }, { state: 'open', roomId: 'r', token: 't', name: 'Bo', returnUrl: 'https://p.example/' }],
    [200, { state: 'open', token: 't', invitation: { roomId: 'r', name: null }, returnUrl: null }, { state: 'open', roomId: 'r', token: 't', name: null, returnUrl: '' }],
    [200, { state: 'open', token: null }, { state: 'unreachable' }],
    [200, { state: 'notYet', opensAt: '1970-01-01T00:00:01Z', startsAt: '1970-01-01T00:00:02Z' }, { state: 'notYet', opensAt: 1000, startsAt: 2000 }],
    [200, { state: 'notYet', opensAt: '1970-01-01T00:00:01Z', hostName: 'Bo', hostFunction: 'læge' }, { state: 'notYet', opensAt: 1000, startsAt: 1000, host: { name: 'Bo', function: 'læge' } }],
    [200, { state: 'notYet', opensAt: null }, { state: 'unreachable' }],
    [200, { state: 'closed' }, { state: 'closed' }],
    [200, { state: 'unknown' }, { state: 'unknown' }],
    [200, { state: 'pinRequired' }, { state: 'pinRequired' }],
    [200, { state: 'wrongPin', triesLeft: 2 }, { state: 'wrongPin', triesLeft: 2 }],
    [200, { state: 'wrongPin' }, { state: 'wrongPin', triesLeft: null }],
    [200, { state: 'new' }, { state: 'unreachable' }],
    [200, null, { state: 'unreachable' }],
    [422, {}, { state: 'unknown' }],
    [429, { retryAfter: 30 }, { state: 'wait', forMs: 30_000 }],
    [429, {}, { state: 'wait', forMs: 60_000 }],
    [503, {}, { state: 'unreachable' }],
  ])('%s %j', (status, body, answer) => {
    expect(decodeEntrance(status, body)[0]).toEqual(answer);
  });

  it('says whose meeting it is', () => {
    expect(decodeEntrance(200, { state: 'closed', ...said })[1]).toEqual(said);
  });

  it('asks by one way only', () => {
    expect(bodyOf({ way: { kind: 'shortId', shortId: 'a' }, pin: '', returnUrl: '' })).toEqual({ shortId: 'a' });
    expect(bodyOf({ way: { kind: 'url', url: 'u' }, pin: '1', returnUrl: 'r' })).toEqual({ url: 'u', pin: '1', returnUrl: 'r' });
    expect(bodyOf({ way: { kind: 'invitation', token: 't' }, pin: '', returnUrl: '' })).toEqual({ invitation: 't' });
  });
});
