/** What is typed into the booking form, its defaults, and what is wrong with it. */

import type { BookingRequest } from './resources.js';
import { danish, momentOf } from './times.js';

export interface BookingForm {
  readonly subject: string;
  /** `2026-11-24` */
  readonly day: string;
  /** `10:30` */
  readonly clock: string;
  readonly minutes: number;
  readonly number: string;
  readonly email: string;
  readonly sendNow: boolean;
  /** Minutes before; 0 for none. */
  readonly reminder: number;
  /** 0: the organisation's own choice. */
  readonly template: number;
}

export const LENGTHS = [15, 30, 45, 60, 90, 120] as const;
export const REMINDERS = [0, 60, 24 * 60] as const;
const QUARTER_MS = 15 * 60_000;
/** As the server takes it. */
export const MAX_SUBJECT = 100;

export type BookingField = 'subject' | 'day' | 'clock' | 'number' | 'email';
export type BookingProblems = Partial<Readonly<Record<BookingField, 'missing' | 'past' | 'number' | 'email' | 'wrong'>>>;

/** Half an hour at the next quarter of an hour; on another day in the morning. */
export function defaultsOf(nowMs: number, day: string): BookingForm {
  const next = danish(Math.ceil((nowMs + 60_000) / QUARTER_MS) * QUARTER_MS);
  const isToday = day === '' || day === danish(nowMs).day;
  return {
    subject: '',
    day: isToday ? next.day : day,
    clock: isToday ? next.clock : '09:00',
    minutes: 30,
    number: '',
    email: '',
    sendNow: true,
    reminder: 0,
    template: 0,
  };
}

/** Milliseconds; NaN when it is no time. */
export function startOf(form: BookingForm): number {
  return momentOf(form.day, form.clock);
}

export function problemsOf(form: BookingForm, nowMs: number): BookingProblems {
  const problems: Record<string, string> = {};
  if (form.subject.trim() === '') problems['subject'] = 'missing';
  if (form.day === '') problems['day'] = 'missing';
  if (form.clock === '') problems['clock'] = 'missing';
  const start = startOf(form);
  if (form.day !== '' && form.clock !== '') {
    if (Number.isNaN(start)) problems['clock'] = 'wrong';
    else if (start + form.minutes * 60_000 <= nowMs) problems['clock'] = 'past';
  }
  const digits = form.number.replace(/\D/g, '').length;
  if (form.number.trim() !== '' && (digits < 8 || /[^\d\s+()./-]/.test(form.number))) problems['number'] = 'number';
  if (form.email.trim() !== '' && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(form.email.trim())) problems['email'] = 'email';
  return problems as BookingProblems;
}

export function requestOf(form: BookingForm): BookingRequest {
  const start = startOf(form);
  return {
    subject: form.subject.trim(),
    startTime: new Date(start).toISOString(),
    endTime: new Date(start + form.minutes * 60_000).toISOString(),
    ...(form.template === 0 ? {} : { template: form.template }),
  };
}

/** A reminder is of use while it is still ahead. */
export function remindersOf(form: BookingForm, nowMs: number): readonly number[] {
  return form.reminder > 0 && startOf(form) - form.reminder * 60_000 > nowMs ? [form.reminder] : [];
}

/** The server's field, as the form has it; null: it is none of the form's. */
export function fieldOf(field: string): BookingField | null {
  const fields: Readonly<Record<string, BookingField>> = { subject: 'subject', startTime: 'clock', endTime: 'clock', to: 'number' };
  return fields[field] ?? null;
}
