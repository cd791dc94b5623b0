/** What the staff page asks of the server and what it is answered, as the REST reference has it. Times are RFC 3339. */

import type { MessageState } from '../protocol/room-messages.js';

export interface StaffPerson {
  /** '' when the login does not tell. */
  readonly name: string;
  readonly email: string;
  readonly organisation: string;
  readonly organisationName: string;
  readonly roles: readonly string[];
  readonly endsAt: string;
}

export interface StaffState {
  /** How one signs in: by the organisation's login, by one click in development, or not at all. */
  readonly way: 'openId' | 'development' | 'password';
  readonly person: StaffPerson | null;
}

export interface Waiting {
  readonly since: string;
  /** '' when it is not for this person. */
  readonly name: string;
}

export interface DayMeeting {
  readonly uuid: string;
  readonly subject: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly opensAt: string;
  readonly organizedByEmail: string;
  readonly status: string;
  readonly shortUrl: string;
  readonly revision: number;
  readonly hosts: number;
  readonly guests: number;
  readonly waiting: readonly Waiting[];
}

export interface Day {
  /** `2026-11-24` */
  readonly day: string;
  readonly meetings: readonly DayMeeting[];
  readonly isWhole: boolean;
}

export interface Booked {
  readonly uuid: string;
  readonly subject: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly opensAt: string;
  readonly shortUrl: string;
  readonly guestPin: string;
  readonly smsText: { readonly da: string; readonly en: string };
  readonly letterText: { readonly da: string; readonly en: string };
  readonly revision: number;
}

export interface BookingRequest {
  readonly subject: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly template?: number;
}

export interface Sms {
  readonly reference: string;
  /** Country and last two digits. */
  readonly to: string;
  readonly purpose: 'invitation' | 'reminder' | 'call';
  readonly state: MessageState;
  readonly dueAt: string | null;
}

export interface SmsRequest {
  readonly to: string;
  readonly sendNow: boolean;
  readonly reminders: readonly number[];
}

export interface Called {
  readonly uuid: string;
  readonly shortUrl: string;
  readonly message: Sms;
}

export type Lobby = 'untilHost' | 'knock';
export type Mode = 'meeting' | 'training';

export interface TemplateFields {
  readonly name: string;
  readonly isDefault: boolean;
  readonly lobby: Lobby;
  readonly mode: Mode;
  readonly guestPinRequired: boolean;
  readonly guestsMuted: boolean;
  readonly guestsMayShare: boolean;
  readonly opensBeforeMinutes: number;
  /** 0: as many as the server takes. */
  readonly maxParticipants: number;
  readonly endsOnTime: boolean;
}

export interface Template extends TemplateFields {
  readonly id: number;
}

export interface LookLink {
  readonly label: string;
  readonly url: string;
}

/** The texts, colours and addresses of a look; '' is this server's own. */
export const LOOK_TEXTS = [
  'logo', 'logoText', 'background', 'text', 'accent', 'accentText', 'welcome', 'waiting', 'ended', 'helpUrl', 'termsTitle',
  'termsText', 'termsButton', 'accessibilityUrl', 'accessibilityText', 'privacyUrl', 'privacyText', 'contact',
] as const;
export type LookText = (typeof LOOK_TEXTS)[number];

/** The whole look, as it is set. */
export type LookFields = Readonly<Record<LookText, string>> & {
  readonly links: readonly LookLink[];
  readonly termsDemanded: boolean;
};

export type StoredLook = LookFields & {
  /** Whose it is: the own organisation's, or one's above it; '' for nobody's. */
  readonly organisation: string;
  readonly version: number;
  readonly name: string;
  readonly helpLine: string;
  /** What is not as it was given, as `$.text: #777777 became #6f6f6f`. */
  readonly corrections: readonly string[];
};

/** May make templates and set the look. */
export function isAdmin(person: StaffPerson): boolean {
  return person.roles.includes('meeting-admin');
}
