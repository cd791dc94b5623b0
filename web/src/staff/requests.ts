/**
 * What the staff page asks over REST with its cookie. None of it ever rejects: what goes wrong is an answer with the
 * server's code, and `unreachable` where none came. The header is what other sites' pages cannot send.
 */

import type {
  Booked, BookingRequest, Called, Day, LookFields, Sms, SmsRequest, StaffState, StoredLook, Template, TemplateFields,
} from './resources.js';

const TIMEOUT_MS = 15000;
const HEADERS = { 'X-Vdx-Staff': '1' } as const;

export interface Problem {
  readonly code: string;
  /** Which field is wrong, as `subject`; '' for none. */
  readonly field: string;
}

export type Answer<T> = { readonly value: T } | { readonly problem: Problem };

export interface DayAnswer {
  /** Null: as before. */
  readonly day: Day | null;
  /** To ask with the next time. */
  readonly tag: string;
  /** The server's clock; what people wait is counted by it. */
  readonly nowMs: number;
}

/** By what one signs in: an invitation, with the password that is chosen where there is no other login; or an e-mail and its password. */
export type Shown =
  | { readonly invitation: string; readonly password?: string }
  | { readonly email: string; readonly password: string };

export interface StaffRequests {
  session(): Promise<Answer<StaffState>>;
  /** In development without anything. */
  signIn(shown?: Shown): Promise<Answer<StaffState>>;
  /** Where the login is told too; '' for nowhere. */
  signOut(): Promise<Answer<{ readonly continueAt: string }>>;
  day(day: string, tag: string): Promise<Answer<DayAnswer>>;
  book(asked: BookingRequest, key: string): Promise<Answer<Booked>>;
  meeting(uuid: string): Promise<Answer<Booked>>;
  cancel(uuid: string): Promise<Answer<null>>;
  /** The meeting is over from now on. */
  end(uuid: string): Promise<Answer<Booked>>;
  messages(uuid: string): Promise<Answer<{ readonly messages: readonly Sms[] }>>;
  sendSms(uuid: string, asked: SmsRequest): Promise<Answer<{ readonly messages: readonly Sms[] }>>;
  sendAgain(uuid: string, reference: string): Promise<Answer<{ readonly messages: readonly Sms[] }>>;
  callNow(to: string): Promise<Answer<Called>>;
  templates(): Promise<Answer<{ readonly templates: readonly Template[] }>>;
  addTemplate(fields: TemplateFields): Promise<Answer<Template>>;
  changeTemplate(id: number, fields: TemplateFields): Promise<Answer<Template>>;
  deleteTemplate(id: number): Promise<Answer<null>>;
  look(organisation: string): Promise<Answer<StoredLook>>;
  saveLook(organisation: string, look: LookFields, version: number): Promise<Answer<StoredLook>>;
  calendar(uuid: string): Promise<Answer<Blob>>;
}

const UNREACHABLE: { readonly problem: Problem } = { problem: { code: 'unreachable', field: '' } };
const MEETINGS = '/api/v1/meetings';
const SESSION = '/api/v1/staff/session';
const at = (uuid: string): string => `${MEETINGS}/${encodeURIComponent(uuid)}`;
const look = (organisation: string): string => `/api/v1/organisations/${encodeURIComponent(organisation)}/branding`;

async function ask(method: string, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<Response | null> {
  try {
    return await fetch(path, {
      method,
      headers: { ...HEADERS, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...more },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'same-origin',
      // A cancellation leaves also when the page does.
      keepalive: method === 'DELETE' || method === 'PATCH',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return null;
  }
}

export async function problemOf(answer: Response): Promise<{ readonly problem: Problem }> {
  try {
    const { code, field } = (await answer.json()) as Readonly<Record<string, unknown>>;
    const name = typeof field === 'string' ? field.replace(/^[$?]\.?/, '') : '';
    return { problem: { code: typeof code === 'string' ? code : 'other', field: name } };
  } catch {
    return { problem: { code: 'other', field: '' } };
  }
}

async function asked<T>(method: string, path: string, body?: unknown, more?: Readonly<Record<string, string>>): Promise<Answer<T>> {
  const answer = await ask(method, path, body, more);
  if (answer === null) return UNREACHABLE;
  if (!answer.ok) return problemOf(answer);
  if (answer.status === 204) return { value: null as T };
  try {
    return { value: (await answer.json()) as T };
  } catch {
    return UNREACHABLE;
  }
}

async function askDay(day: string, tag: string): Promise<Answer<DayAnswer>> {
  const answer = await ask('GET', `/api/v1/days/${day}`, undefined, tag === '' ? {} : { 'If-None-Match': tag });
  if (answer === null) return UNREACHABLE;
  const nowMs = Date.parse(answer.headers.get('Date') ?? '') || Date.now();
  if (answer.status === 304) return { value: { day: null, tag, nowMs } };
  if (!answer.ok) return problemOf(answer);
  try {
    return { value: { day: (await answer.json()) as Day, tag: answer.headers.get('ETag') ?? '', nowMs } };
  } catch {
    return UNREACHABLE;
  }
}

export const staffRequests: StaffRequests = {
  session: () => asked('GET', SESSION),
  signIn: (shown) => asked('POST', SESSION, shown),
  signOut: () => asked('DELETE', SESSION),
  day: askDay,
  book: (request, key) => asked('POST', MEETINGS, request, { 'Idempotency-Key': key }),
  meeting: (uuid) => asked('GET', at(uuid)),
  cancel: (uuid) => asked('DELETE', at(uuid)),
  end: (uuid) => asked('PATCH', at(uuid), { endTime: new Date().toISOString() }),
  messages: (uuid) => asked('GET', `${at(uuid)}/messages`),
  sendSms: (uuid, request) => asked('POST', `${at(uuid)}/messages`, request),
  sendAgain: (uuid, reference) => asked('POST', `${at(uuid)}/messages/${encodeURIComponent(reference)}/again`),
  callNow: (to) => asked('POST', '/api/v1/calls', { to }),
  templates: () => asked('GET', '/api/v1/templates'),
  addTemplate: (fields) => asked('POST', '/api/v1/templates', fields),
  changeTemplate: (id, fields) => asked('PUT', `/api/v1/templates/${String(id)}`, fields),
  deleteTemplate: (id) => asked('DELETE', `/api/v1/templates/${String(id)}`),
  look: (organisation) => asked('GET', `/api/v1/branding?organisation=${encodeURIComponent(organisation)}`),
  saveLook: (organisation, fields, version) => asked('PUT', look(organisation), fields, { 'If-Match': `"-${String(version)}"` }),
  calendar: async (uuid) => {
    const answer = await ask('GET', `${at(uuid)}/invitation.ics`);
    if (answer === null) return UNREACHABLE;
    return answer.ok ? { value: await answer.blob() } : problemOf(answer);
  },
};
