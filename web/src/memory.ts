/**
 * What survives a reload, per room and tab (sessionStorage): the way back to the seat. And what survives the tab
 * (localStorage): which devices were chosen, what the browser does to sound and picture, and that hands speak. Where storage is forbidden, nothing survives and all else works.
 *
 * The sequence number is not kept: a reloaded page has no state that missed events could be applied to, so it resumes
 * with 0 and gets a snapshot.
 */

import type { DeviceKind, Processing } from './call-types.js';
import type { Configuration } from './configuration.js';
import type { Credentials } from './protocol/connection.js';

export interface Remembered {
  /** The newest token: the link's, or a renewed one. */
  readonly token: string | null;
  /** The link's own, to notice when another link is opened. */
  readonly linkToken: string | null;
  /** Proves the seat; null when there is none to come back to. */
  readonly session: string | null;
  /** Of the last seat of this device, which may come back without knocking. */
  readonly device: string | null;
  readonly name: string | null;
  /** The version of the terms that was accepted here. */
  readonly terms: string;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  /** Came to listen and write: neither device is asked for. */
  readonly listens: boolean;
  /** When the seat was last known to be ours, ms. */
  readonly seatedAt: number;
}

/** After this a reload asks first, with the preview: nobody wants to be in a call by opening yesterday's tab. */
const QUICK_REJOIN_MS = 60_000;

const NOTHING: Remembered = {
  token: null,
  linkToken: null,
  session: null,
  device: null,
  name: null,
  terms: '',
  microphoneOn: true,
  cameraOn: true,
  listens: false,
  seatedAt: 0,
};

export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

export class Memory {
  #remembered: Remembered;

  constructor(
    private readonly roomId: string,
    private readonly shelf: Shelf | null,
  ) {
    this.#remembered = { ...NOTHING, ...read<Partial<Remembered>>(shelf, this.#key) };
  }

  get value(): Remembered {
    return this.#remembered;
  }

  update(change: Partial<Remembered>): void {
    this.#remembered = { ...this.#remembered, ...change };
    write(this.shelf, this.#key, this.#remembered);
  }

  /**
   * A link was opened. Another one than before may be another person's: the old seat is not his. What it says of the devices
   * holds at first; after a reload, what the person has chosen.
   */
  openWith(linkToken: string | null, { microphone = true, camera = true }: Configuration = {}): void {
    if (linkToken === null || linkToken === this.#remembered.linkToken) return;
    this.update({ ...NOTHING, token: linkToken, linkToken, microphoneOn: microphone, cameraOn: camera });
  }

  isQuickRejoin(nowMs: number): boolean {
    return this.#remembered.session !== null && nowMs - this.#remembered.seatedAt < QUICK_REJOIN_MS;
  }

  /** The way back to the seat; `sequence` is the last number seen. */
  credentials(sequence: number): Credentials {
    const { token, linkToken, session, device } = this.#remembered;
    return {
      room: this.roomId,
      token: token ?? '',
      linkToken,
      // Without a seat to come back to, the device's old secret may still spare the knocking.
      session: session ?? device,
      sequence: session === null ? 0 : sequence,
    };
  }

  get #key(): string {
    return `vdx.room.${this.roomId}`;
  }
}

const DEVICES_KEY = 'vdx.devices';

export type ChosenDevices = Readonly<Partial<Record<DeviceKind, string>>>;

export function readDevices(shelf: Shelf | null): ChosenDevices {
  return read<ChosenDevices>(shelf, DEVICES_KEY) ?? {};
}

export function writeDevices(shelf: Shelf | null, devices: ChosenDevices): void {
  write(shelf, DEVICES_KEY, devices);
}

const SIGN_LANGUAGE_KEY = 'vdx.signLanguage';

export function readSignLanguage(shelf: Shelf | null): boolean {
  return read<{ readonly isUsed?: boolean }>(shelf, SIGN_LANGUAGE_KEY)?.isUsed === true;
}

export function writeSignLanguage(shelf: Shelf | null, isUsed: boolean): void {
  write(shelf, SIGN_LANGUAGE_KEY, { isUsed });
}

const PROCESSING_KEY = 'vdx.processing';

export function readProcessing(shelf: Shelf | null): Partial<Processing> {
  return read<Partial<Processing>>(shelf, PROCESSING_KEY) ?? {};
}

export function writeProcessing(shelf: Shelf | null, processing: Processing): void {
  write(shelf, PROCESSING_KEY, processing);
}

/** Null where the browser forbids it (asking for the property may throw). */
export function shelfOf(which: 'localStorage' | 'sessionStorage'): Shelf | null {
  try {
    return globalThis[which];
  } catch {
    return null;
  }
}

function read<T extends object>(shelf: Shelf | null, key: string): T | null {
  try {
    const value = JSON.parse(shelf?.getItem(key) ?? 'null') as unknown;
    return typeof value === 'object' ? (value as T | null) : null;
  } catch {
    return null;
  }
}

function write(shelf: Shelf | null, key: string, value: object): void {
  try {
    shelf?.setItem(key, JSON.stringify(value));
  } catch {
    // Full, or forbidden.
  }
}
