/**
 * What a host asks over REST with the token of the call: what is booked, who was there, links for others; and what any
 * page sends for the help desk. Loaded when it is first asked for. None ever rejects.
 */

const TIMEOUT_MS = 15_000;

/** `code`: of the problem; `unreachable` when no answer came, or none that can be used. */
export interface Problem {
  readonly code: string;
}

export type Told<T> = { readonly told: T } | Problem;

export interface ExpectedPerson {
  readonly role: 'host' | 'guest';
  readonly name: string;
  readonly function: string;
  readonly organisation: string;
}

/** Times are milliseconds since the epoch; null: none was said. */
export interface MeetingDetails {
  readonly isBooked: boolean;
  readonly subject: string;
  readonly organisation: string;
  readonly helpLine: string;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly closesAt: number | null;
  readonly organisedBy: string;
  readonly expected: readonly ExpectedPerson[];
}

export interface PersonalLink {
  readonly id: string;
  readonly name: string;
}

/** Told once, to who made it. */
export interface MadeLink extends PersonalLink {
  readonly url: string;
  /** SVG. */
  readonly qr: string;
}

export interface MeetingLinks {
  readonly shortUrl: string;
  /** SVG. */
  readonly qr: string;
  readonly links: readonly PersonalLink[];
}

/** Somebody's stay in the room. Times in milliseconds since the epoch. */
export interface Stay {
  readonly name: string;
  readonly role: 'host' | 'guest';
  readonly organisation: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

const DEVICE_KINDS = ['phone', 'tablet', 'computer'] as const;
const BROWSERS = ['chrome', 'edge', 'firefox', 'safari', 'samsung', 'other'] as const;

/** What somebody is in the call with, coarsely. */
export interface PersonDevice {
  readonly kind: (typeof DEVICE_KINDS)[number];
  readonly browser: (typeof BROWSERS)[number];
}

export interface KeptDiagnosis {
  readonly code: string;
}

export interface HostRequests {
  details(): Promise<Told<MeetingDetails>>;
  links(): Promise<Told<MeetingLinks>>;
  /** By participant's id; those whose browsers do not say are left out. */
  devices(): Promise<Told<ReadonlyMap<string, PersonDevice>>>;
  makeLink(name: string): Promise<Told<MadeLink>>;
  revokeLink(id: string): Promise<Told<null>>;
  attendance(): Promise<Told<readonly Stay[]>>;
  /** As a file for a spreadsheet. */
  attendanceFile(): Promise<Told<Blob>>;
  /** `diagnosis`: as the server's `Diagnosis`. */
  sendDiagnosis(diagnosis: object): Promise<Told<KeptDiagnosis>>;
}

type Row = Readonly<Record<string, unknown>>;

const UNREACHABLE: Problem = { code: 'unreachable' };

export function hostRequests(token: () => string): HostRequests {
  const ask = <T>(method: string, path: string, decode: (body: unknown) => T | null, body?: object): Promise<Told<T>> =>
    request(token(), method, path, decode, body);
  return {
    details: () => ask('GET', 'room-details', decodeDetails),
    devices: () => ask('GET', 'room-devices', decodeDevices),
    links: () => ask('GET', 'room-invitations', decodeLinks),
    makeLink: (name) => ask('POST', 'room-invitations', decodeMade, { name }),
    revokeLink: async (id) => {
      const answer = await fetched(token(), 'DELETE', `room-invitations/${encodeURIComponent(id)}`);
      if (answer === null) return UNREACHABLE;
      return answer.ok ? { told: null } : problemIn(await jsonOf(answer));
    },
    attendance: () => ask('GET', 'attendance', decodeStays),
    attendanceFile: async () => {
      const answer = await fetched(token(), 'GET', 'attendance?format=csv');
      if (answer === null) return UNREACHABLE;
      return answer.ok ? { told: await answer.blob() } : problemIn(await jsonOf(answer));
    },
    sendDiagnosis: (diagnosis) => ask('POST', 'diagnoses', decodeKept, diagnosis),
  };
}

async function request<T>(
  token: string,
  method: string,
  path: string,
  decode: (body: unknown) => T | null,
  body?: object,
): Promise<Told<T>> {
  const answer = await fetched(token, method, path, body);
  if (answer === null) return UNREACHABLE;
  const said = await jsonOf(answer);
  if (!answer.ok) return problemIn(said);
  const told = decode(said);
  return told === null ? UNREACHABLE : { told };
}

async function fetched(token: string, method: string, path: string, body?: object): Promise<Response | null> {
  const headers = { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
  try {
    return await fetch(`/api/v1/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return null;
  }
}

async function jsonOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

function problemIn(body: unknown): Problem {
  const code = isRow(body) ? body['code'] : undefined;
  return typeof code === 'string' ? { code } : UNREACHABLE;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

function text(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}

function moment(row: Row, name: string): number | null {
  const ms = Date.parse(text(row, name));
  return Number.isNaN(ms) ? null : ms;
}

function role(row: Row): 'host' | 'guest' {
  return row['role'] === 'host' ? 'host' : 'guest';
}

function rows(value: unknown): readonly Row[] | null {
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isRow) : null;
}

export function decodeDetails(body: unknown): MeetingDetails | null {
  if (!isRow(body)) return null;
  const expected = rows(body['expected']);
  if (expected === null) return null;
  return {
    isBooked: body['isBooked'] === true,
    subject: text(body, 'subject'),
    organisation: text(body, 'organisation'),
    helpLine: text(body, 'helpLine'),
    startsAt: moment(body, 'startsAt'),
    endsAt: moment(body, 'endsAt'),
    closesAt: moment(body, 'closesAt'),
    organisedBy: text(body, 'organisedBy'),
    expected: expected.map((one) => ({
      role: role(one), name: text(one, 'name'), function: text(one, 'function'), organisation: text(one, 'organisation'),
    })),
  };
}

export function decodeLinks(body: unknown): MeetingLinks | null {
  if (!isRow(body)) return null;
  const links = rows(body['invitations']);
  if (links === null || text(body, 'shortUrl') === '') return null;
  return {
    shortUrl: text(body, 'shortUrl'),
    qr: text(body, 'qr'),
    links: links.map((one) => ({ id: text(one, 'id'), name: text(one, 'name') })).filter(({ id }) => id !== ''),
  };
}

export function decodeMade(body: unknown): MadeLink | null {
  if (!isRow(body) || text(body, 'id') === '' || text(body, 'url') === '') return null;
  return { id: text(body, 'id'), name: text(body, 'name'), url: text(body, 'url'), qr: text(body, 'qr') };
}

export function decodeStays(body: unknown): readonly Stay[] | null {
  const stays = isRow(body) ? rows(body['stays']) : null;
  return (
    stays?.map((one) => ({
      name: text(one, 'name'),
      role: role(one),
      organisation: text(one, 'organisation'),
      firstSeen: moment(one, 'firstSeen') ?? 0,
      lastSeen: moment(one, 'lastSeen') ?? 0,
    })) ?? null
  );
}

export function decodeDevices(body: unknown): ReadonlyMap<string, PersonDevice> | null {
  const people = isRow(body) ? rows(body['people']) : null;
  if (people === null) return null;
  const found = new Map<string, PersonDevice>();
  for (const one of people) {
    const kind = DEVICE_KINDS.find((each) => each === one['kind']);
    const browser = BROWSERS.find((each) => each === one['browser']) ?? 'other';
    if (kind !== undefined) found.set(text(one, 'participantId'), { kind, browser });
  }
  return found;
}

export function decodeKept(body: unknown): KeptDiagnosis | null {
  const code = isRow(body) ? text(body, 'code') : '';
  return code === '' ? null : { code };
}
