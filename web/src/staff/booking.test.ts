import { describe, expect, it } from 'vitest';
import { defaultsOf, fieldOf, problemsOf, remindersOf, requestOf, type BookingForm } from './booking.js';
import { clockText, danish, dateText, dayWord, momentOf } from './times.js';
import { staffWords } from '../text/staff.js';

const NOW = Date.parse('2026-11-23T13:07:00Z');
const form = (changes: Partial<BookingForm> = {}): BookingForm => ({ ...defaultsOf(NOW, ''), subject: 'Samtale', ...changes });

describe('the booking form', () => {
  it('begins with half an hour at the next quarter, on the Danish clock', () => {
    expect(form()).toMatchObject({ day: '2026-11-23', clock: '14:15', minutes: 30, sendNow: true, reminder: 0, template: 0 });
    expect(defaultsOf(NOW, '2026-12-01')).toMatchObject({ day: '2026-12-01', clock: '09:00' });
    // The last quarter before midnight is followed by the next day.
    expect(defaultsOf(Date.parse('2026-11-23T22:50:00Z'), '')).toMatchObject({ day: '2026-11-24', clock: '00:00' });
  });

  it('asks for what the server takes', () => {
    expect(requestOf(form({ subject: ' Samtale ', clock: '14:30', minutes: 45 }))).toEqual({
      subject: 'Samtale', startTime: '2026-11-23T13:30:00.000Z', endTime: '2026-11-23T14:15:00.000Z',
    });
    expect(requestOf(form({ template: 7 })).template).toBe(7);
  });

  it.each([
    [{}, {}],
    [{ subject: '  ' }, { subject: 'missing' }],
    [{ day: '', clock: '' }, { day: 'missing', clock: 'missing' }],
    [{ clock: '12:00' }, { clock: 'past' }],
    // It goes on still.
    [{ clock: '14:00' }, {}],
    [{ number: '2012345' }, { number: 'number' }],
    [{ number: '20 12 34 56' }, {}],
    [{ number: '+46 70 123 45 67' }, {}],
    [{ number: 'ring 20123456' }, { number: 'number' }],
    [{ email: 'anna@example' }, { email: 'email' }],
    [{ email: ' anna@example.dk ' }, {}],
  ] as const)('finds in %j the problems %j', (changes, problems) => {
    expect(problemsOf(form(changes), NOW)).toEqual(problems);
  });

  it('reminds only while the reminder is ahead', () => {
    expect(remindersOf(form({ reminder: 60 }), NOW)).toEqual([]);
    expect(remindersOf(form({ reminder: 60 }), Date.parse('2026-11-23T12:00:00Z'))).toEqual([60]);
    expect(remindersOf(form({ reminder: 24 * 60 }), NOW)).toEqual([]);
    expect(remindersOf(form({ reminder: 0, day: '2026-12-01' }), NOW)).toEqual([]);
  });

  it('knows the fields that the server names', () => {
    expect(['subject', 'startTime', 'endTime', 'to', 'labels'].map(fieldOf)).toEqual(['subject', 'clock', 'clock', 'number', null]);
  });
});

describe('the Danish clock', () => {
  it.each([
    ['2026-11-23', '14:15', '2026-11-23T13:15:00.000Z'],
    ['2026-07-01', '09:00', '2026-07-01T07:00:00.000Z'],
    ['2026-01-01', '00:00', '2025-12-31T23:00:00.000Z'],
    // Spring: 02:30 is not there; autumn: it is there twice.
    ['2026-03-29', '02:30', '2026-03-29T00:30:00.000Z'],
    ['2026-10-25', '02:30', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25', '03:30', '2026-10-25T02:30:00.000Z'],
  ])('reads %s %s as %s', (day, clock, moment) => {
    expect(new Date(momentOf(day, clock)).toISOString()).toBe(moment);
  });

  it('tells day and clock of a moment, and refuses what is none', () => {
    expect(danish(Date.parse('2026-11-23T23:30:00Z'))).toEqual({ day: '2026-11-24', clock: '00:30', second: '00' });
    expect(momentOf('2026-13-01', '09:00')).toBeNaN();
    expect(momentOf('', '')).toBeNaN();
  });

  it('says them as people do', () => {
    expect(clockText('2026-11-23T13:15:00Z', 'da')).toBe('14.15');
    expect(dateText('2026-11-23', 'da')).toBe('mandag den 23. november');
    expect(dateText('2026-11-23', 'en')).toBe('Monday 23 November');
    const words = staffWords('da').day;
    expect(['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25'].map((day) => dayWord(day, NOW, words))).toEqual(['I går', 'I dag', 'I morgen', '']);
  });
});
