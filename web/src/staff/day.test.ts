import { describe, expect, it } from 'vitest';
import { arrivals, dayAfter, minutesSince, planOf, standingOf, waitingCount } from './day.js';
import type { DayMeeting } from './resources.js';
import { fragmentOf, problemIn, routeOf } from './route.js';

const NOW = Date.parse('2026-11-23T13:07:00Z');
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

function meeting(uuid: string, begins: number, changes: Partial<DayMeeting> = {}): DayMeeting {
  return {
    uuid, subject: 'Samtale', startTime: at(begins), endTime: at(begins + 30), opensAt: at(begins - 15), organizedByEmail: '',
    status: 'PROVISIONED_OK', shortUrl: '', revision: 1, hosts: 0, guests: 0, waiting: [], ...changes,
  };
}

const waiting = (name: string, minutes: number) => ({ name, since: at(-minutes) });

describe('a meeting of the day', () => {
  it.each([
    [meeting('a', 60), 'later'],
    [meeting('a', 10), 'open'],
    [meeting('a', -10), 'open'],
    [meeting('a', -40), 'over'],
    [meeting('a', -10, { status: 'DEPROVISION_OK' }), 'over'],
    [meeting('a', -40, { guests: 1 }), 'live'],
    [meeting('a', -10, { hosts: 1, guests: 2, waiting: [waiting('Inger', 2)] }), 'waiting'],
    [meeting('a', 60, { waiting: [waiting('Inger', 2)] }), 'waiting'],
  ] as const)('stands as it should', (one, standing) => {
    expect(standingOf(one, NOW)).toBe(standing);
  });

  it('is put aside when it is over, and stands before the line of now when it has begun or somebody is there', () => {
    const day = [meeting('over', -60), meeting('long', -59, { endTime: at(10) }), meeting('now', -5), meeting('early', 8, { waiting: [waiting('Inger', 1)] }), meeting('soon', 10), meeting('later', 90)];
    const plan = planOf(day, NOW);
    expect(Object.fromEntries(Object.entries(plan).map(([name, some]) => [name, (some as DayMeeting[]).map(({ uuid }) => uuid)]))).toEqual({
      earlier: ['over'], now: ['long', 'now', 'early'], coming: ['soon', 'later'],
    });
  });
});

describe('who waits', () => {
  it('is counted, with whole minutes and never fewer than none', () => {
    expect(waitingCount([meeting('a', 0, { waiting: [waiting('A', 1), waiting('B', 2)] }), meeting('b', 0), meeting('c', 0, { waiting: [waiting('', 1)] })])).toBe(3);
    expect(minutesSince(at(-4.9), NOW)).toBe(4);
    expect(minutesSince(at(1), NOW)).toBe(0);
  });

  it('is told when somebody has come, not at the first look and not again', () => {
    const [a, b] = [waiting('Inger', 3), waiting('Bent', 1)];
    const before = [meeting('m', 0, { waiting: [a] })];
    const now = [meeting('m', 0, { waiting: [a, b] }), meeting('n', 5, { waiting: [a] })];
    expect(arrivals(null, now)).toEqual([]);
    expect(arrivals(before, now).map(({ meeting: one, waiting: who }) => [one.uuid, who.name])).toEqual([['m', 'Bent'], ['n', 'Inger']]);
    expect(arrivals(now, now)).toEqual([]);
  });
});

describe('the address', () => {
  it.each([
    [{ at: 'day', day: '' }, '#/'],
    [{ at: 'day', day: '2026-11-24' }, '#/day/2026-11-24'],
    [{ at: 'book', day: '' }, '#/book'],
    [{ at: 'book', day: '2026-11-24' }, '#/book/2026-11-24'],
    [{ at: 'booked', uuid: '0b7c8c6e-6a43-4d54-8a77-9e5d0e2a7b11' }, '#/booked/0b7c8c6e-6a43-4d54-8a77-9e5d0e2a7b11'],
    [{ at: 'calling', uuid: '0b7c8c6e-6a43-4d54-8a77-9e5d0e2a7b11' }, '#/calling/0b7c8c6e-6a43-4d54-8a77-9e5d0e2a7b11'],
    [{ at: 'call' }, '#/call'],
    [{ at: 'templates' }, '#/templates'],
    [{ at: 'template', id: null }, '#/templates/new'],
    [{ at: 'template', id: 12 }, '#/templates/12'],
    [{ at: 'look' }, '#/look'],
    [{ at: 'more' }, '#/more'],
  ] as const)('of %j is %s and back', (route, fragment) => {
    expect(fragmentOf(route)).toBe(fragment);
    expect(routeOf(fragment)).toEqual(route);
  });

  it.each(['', '#', '#/nothing', '#/day/tomorrow', '#/booked/1', '#/calling/../x'])('%j that names nothing is today', (fragment) => {
    expect(routeOf(fragment)).toEqual({ at: 'day', day: '' });
  });

  it('says why the server sent one here', () => {
    expect(problemIn('#/?problem=meeting_unknown')).toBe('meeting_unknown');
    expect(routeOf('#/?problem=meeting_unknown')).toEqual({ at: 'day', day: '' });
    expect(['#/', '#/?problem=', '#/?problem=<b>', '#/book'].map(problemIn)).toEqual(['', '', '', '']);
  });

  it('counts days across months', () => {
    expect([dayAfter('2026-11-30', 1), dayAfter('2026-03-01', -1), dayAfter('2027-01-01', -1)]).toEqual(['2026-12-01', '2026-02-28', '2026-12-31']);
  });
});
