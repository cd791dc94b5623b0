/** The shape of the staff page's words; they stand in `staff.ts`. */

import type { MessageState } from '../protocol/room-messages.js';

/** What went wrong, as far as a person can do something about it; every other code is `other`. */
export type StaffProblem =
  | 'unreachable'
  | 'ended'
  | 'notYours'
  | 'unknown'
  | 'tooFast'
  | 'busy'
  | 'smsNumber'
  | 'smsQuota'
  | 'smsFull'
  | 'smsUnavailable'
  | 'over'
  | 'fixed'
  | 'changed'
  | 'signIn'
  | 'invitation'
  | 'passwordWrong'
  | 'passwordShort'
  | 'passwordGuessable'
  | 'passwordWait'
  | 'issuer'
  | 'other';

export interface StaffWords {
  readonly product: string;
  readonly help: { readonly accessibility: string; readonly privacy: string };
  readonly nav: {
    readonly label: string;
    readonly day: string;
    readonly book: string;
    readonly call: string;
    readonly templates: string;
    readonly look: string;
    readonly more: string;
    readonly signOut: string;
    readonly skip: string;
  };
  readonly problem: Readonly<Record<StaffProblem, string>>;
  readonly again: string;
  readonly signIn: {
    readonly title: string;
    readonly lead: string;
    readonly go: string;
    readonly development: string;
    readonly developmentLead: string;
    readonly invited: string;
    readonly invitedLead: string;
    readonly passwordLead: string;
    readonly email: string;
    readonly password: string;
    readonly noAccess: string;
    readonly chooseLead: string;
    readonly newPassword: string;
    readonly rule: string;
    readonly show: string;
    readonly choose: string;
    readonly working: string;
    readonly ended: string;
    readonly stillIn: string;
  };
  readonly day: {
    readonly today: string;
    readonly tomorrow: string;
    readonly yesterday: string;
    readonly before: string;
    readonly after: string;
    readonly toToday: string;
    readonly none: string;
    readonly noneOther: string;
    readonly book: string;
    readonly now: (clock: string) => string;
    readonly earlier: (count: number) => string;
    readonly hideEarlier: string;
    readonly list: string;
    readonly waiting: (count: number) => string;
    readonly justCame: (name: string) => string;
    readonly waitedBy: (name: string, minutes: number) => string;
    readonly arrived: (name: string, clock: string) => string;
    /** In a message of the browser. Names are left out: screens lie on tables. */
    readonly knocked: (count: number) => string;
    readonly someone: string;
    readonly longest: string;
    readonly toWaiting: string;
    readonly inside: (count: number) => string;
    readonly withoutHost: string;
    readonly opens: (clock: string) => string;
    readonly open: string;
    readonly over: string;
    readonly enter: string;
    readonly enterHint: string;
    readonly more: string;
    readonly moreOf: (subject: string) => string;
    readonly by: (email: string) => string;
    readonly stale: string;
    readonly cut: string;
    readonly times: (from: string, to: string) => string;
    readonly cancel: string;
    readonly end: string;
    readonly cancelled: (subject: string) => string;
    readonly undo: string;
    readonly untold: string;
    readonly link: string;
    readonly copy: string;
    readonly copied: string;
    readonly noSms: string;
    readonly sendAgain: string;
    readonly sendAgainTo: (digits: string) => string;
    readonly sms: string;
    readonly newNumber: string;
    readonly title: (waiting: number) => string;
  };
  readonly book: {
    readonly title: string;
    readonly subject: string;
    readonly subjectHint: string;
    readonly day: string;
    readonly clock: string;
    readonly length: string;
    /** In the order of `LENGTHS`. */
    readonly lengths: readonly string[];
    readonly who: string;
    readonly whoHint: string;
    readonly number: string;
    readonly numberHint: string;
    readonly email: string;
    readonly emailHint: string;
    readonly sendNow: string;
    readonly reminder: string;
    readonly reminders: Readonly<Record<'none' | 'hour' | 'day', string>>;
    readonly template: string;
    readonly ownTemplate: string;
    readonly go: string;
    readonly working: string;
    readonly problems: string;
    readonly problem: Readonly<Record<'subjectMissing' | 'dayMissing' | 'clockMissing' | 'past' | 'number' | 'email' | 'wrong', string>>;
  };
  readonly booked: {
    readonly title: string;
    readonly when: string;
    readonly smsOf: string;
    readonly smsWould: string;
    readonly smsFailed: string;
    readonly send: string;
    readonly sending: string;
    readonly link: string;
    readonly linkHint: string;
    readonly pin: (pin: string) => string;
    readonly letter: string;
    readonly letterHint: string;
    readonly mail: string;
    readonly mailSubject: string;
    readonly calendar: string;
    readonly another: string;
    readonly toDay: string;
  };
  readonly call: {
    readonly title: string;
    readonly lead: string;
    readonly number: string;
    readonly missing: string;
    readonly go: string;
    readonly working: string;
    readonly under: string;
    readonly sent: string;
    readonly waitsFor: string;
    readonly here: string;
    readonly hereHint: string;
    readonly inside: string;
    readonly stop: string;
    readonly stopped: string;
    readonly another: string;
    readonly steps: string;
    readonly step: Readonly<Record<'sms' | 'link' | 'room', string>>;
    readonly notYet: string;
    readonly slow: string;
  };
  readonly state: Readonly<Record<MessageState, string>>;
  readonly purpose: Readonly<Record<'invitation' | 'reminder' | 'call', string>>;
  readonly ending: (digits: string) => string;
}
