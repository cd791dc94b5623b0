/**
 * Asking for camera and microphone, and saying in our own codes why one could not be had. One combined question, so that
 * a person sees one prompt; when it fails for one of the two, the other is still tried where that asks nobody again.
 */

import type { Device, DeviceErrorCode, Facing, Processing } from '../call-types.js';

export interface Wanted {
  /** A device id, `true` for any, `false` for none. */
  readonly camera: string | boolean;
  readonly microphone: string | boolean;
  /** What the browser does to sound and picture; what makes speech clearer when nothing is said. */
  readonly processing?: Processing;
  /** Of any camera: which way it should look; towards the person when nothing is said. */
  readonly facing?: Facing;
  /** Of the camera's picture. */
  readonly lines?: number;
}

export interface Acquired {
  readonly camera: MediaStreamTrack | null;
  readonly microphone: MediaStreamTrack | null;
  readonly cameraError: DeviceErrorCode | null;
  readonly microphoneError: DeviceErrorCode | null;
}

/** What makes speech clearer. */
export const SPEECH: Processing = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, backgroundBlur: false };

const NOTHING: Acquired = { camera: null, microphone: null, cameraError: null, microphoneError: null };

/** Lines of a camera where the room asks for nothing else. */
export const PLAIN_LINES = 720;

export function cameraConstraints(wanted: string | true, facing: Facing = 'user', blurs = false, lines = PLAIN_LINES): MediaTrackConstraints {
  return {
    // From the first frame on (W3C mediacapture-extensions); a browser that knows it not passes over it.
    ...(blurs ? { backgroundBlur: true } : {}),
    ...sizeOf(lines),
    frameRate: { ideal: 30, max: 30 },
    ...(wanted === true ? { facingMode: { ideal: facing } } : { deviceId: { exact: wanted } }),
  };
}

function sizeOf(lines: number): MediaTrackConstraints {
  return { width: { ideal: (lines * 16) / 9 }, height: { ideal: lines } };
}

/** A running camera in another size; one that cannot stays as it is. Never rejects. */
export async function resize(track: MediaStreamTrack, lines: number): Promise<void> {
  await track.applyConstraints({ ...track.getConstraints(), ...sizeOf(lines) }).catch(() => undefined);
}

export function microphoneConstraints(wanted: string | true, processing: Processing = SPEECH): MediaTrackConstraints {
  const { echoCancellation, noiseSuppression, autoGainControl } = processing;
  return {
    echoCancellation,
    noiseSuppression,
    autoGainControl,
    channelCount: { ideal: 1 },
    ...(wanted === true ? {} : { deviceId: { exact: wanted } }),
  };
}

/** Never rejects. */
export async function acquire(wanted: Wanted): Promise<Acquired> {
  if (wanted.camera === false && wanted.microphone === false) return NOTHING;
  const first = await request(wanted);
  if (!('error' in first)) return first;
  const code = errorCode(first.error);
  const isOverconstrained = nameOf(first.error) === 'OverconstrainedError';
  if (isOverconstrained && (typeof wanted.camera === 'string' || typeof wanted.microphone === 'string')) {
    // The remembered device isn't plugged in today: any will do.
    return acquire({ ...wanted, camera: wanted.camera !== false, microphone: wanted.microphone !== false });
  }
  if (wanted.camera === false) return { ...NOTHING, microphoneError: code };
  if (wanted.microphone === false) return { ...NOTHING, cameraError: code };
  const mayAskAgain = code !== 'permissionDenied' && code !== 'noCameraAccess';
  const camera = await single({ camera: wanted.camera, microphone: false }, 'camera', code, mayAskAgain);
  const microphone = await single({ ...wanted, camera: false }, 'microphone', code, mayAskAgain);
  return {
    camera: camera.camera,
    microphone: microphone.microphone,
    cameraError: camera.cameraError,
    microphoneError: microphone.microphoneError,
  };
}

async function single(
  wanted: Wanted,
  name: 'camera' | 'microphone',
  code: DeviceErrorCode,
  mayAskAgain: boolean,
): Promise<Acquired> {
  if (mayAskAgain || (await isGranted(name))) return acquire(wanted);
  return name === 'camera' ? { ...NOTHING, cameraError: code } : { ...NOTHING, microphoneError: code };
}

async function request(wanted: Wanted): Promise<Acquired | { readonly error: unknown }> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: wanted.camera === false ? false : cameraConstraints(wanted.camera, wanted.facing, wanted.processing?.backgroundBlur, wanted.lines),
      audio: wanted.microphone === false ? false : microphoneConstraints(wanted.microphone, wanted.processing),
    });
    return { ...NOTHING, camera: stream.getVideoTracks()[0] ?? null, microphone: stream.getAudioTracks()[0] ?? null };
  } catch (error) {
    return { error };
  }
}

async function isGranted(name: 'camera' | 'microphone'): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name })).state === 'granted';
  } catch {
    return false;
  }
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}

/** From the browser's error names (Media Capture and Streams §10.2, and what older browsers said) to ours. */
export function errorCode(error: unknown): DeviceErrorCode {
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      if (isFrameClosed()) return 'blockedByFrame';
      return isBlockedBySystem(error) ? 'blockedBySystem' : 'permissionDenied';
    case 'SecurityError':
      return 'noCameraAccess';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'noDevice';
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'deviceBusy';
    default:
      return 'unknown';
  }
}

/** Not the person's "no" but the operating system's. Chromium says so in words; others do not say. */
function isBlockedBySystem(error: unknown): boolean {
  return /by system/i.test(error instanceof Error ? error.message : '');
}

interface FeaturePolicy {
  allowsFeature(name: string): boolean;
}

/** The page that shows us in a frame lacks `allow="camera; microphone"`. Only Chromium tells. */
export function isFrameClosed(names: readonly string[] = ['camera', 'microphone']): boolean {
  const policy = (globalThis.document as (Document & { readonly featurePolicy?: FeaturePolicy }) | undefined)?.featurePolicy;
  return policy !== undefined && names.some((name) => !policy.allowsFeature(name));
}

/** Only phones and tablets have a camera for either side: elsewhere `facingMode` means nothing that could be turned. */
export function facingOf(track: MediaStreamTrack | null, cameras: readonly Device[]): Facing | null {
  if (cameras.length < 2 || navigator.maxTouchPoints < 2) return null;
  const facing = track?.getSettings().facingMode;
  return facing === 'user' || facing === 'environment' ? facing : null;
}

type CanBlur = MediaTrackCapabilities & { readonly backgroundBlur?: readonly boolean[] };

/** Whether this camera's background can be blurred and not: some systems have only one of both. */
export function canBlur(track: MediaStreamTrack | null): boolean {
  const can = (track?.getCapabilities?.() as CanBlur | undefined)?.backgroundBlur;
  return Array.isArray(can) && can.includes(true) && can.includes(false);
}

export async function blur(track: MediaStreamTrack, isOn: boolean): Promise<void> {
  await track.applyConstraints({ ...track.getConstraints(), backgroundBlur: isOn } as MediaTrackConstraints);
}

export interface DeviceLists {
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
}

/** Entries without an id (before permission) are left out. Never rejects. */
export async function listDevices(): Promise<DeviceLists> {
  const found = await navigator.mediaDevices.enumerateDevices().catch((): MediaDeviceInfo[] => []);
  const of = (kind: MediaDeviceKind): Device[] =>
    found
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map((device) => ({ id: device.deviceId, label: device.label }));
  return { cameras: of('videoinput'), microphones: of('audioinput'), speakers: of('audiooutput') };
}

/** Whether there is one at all, permitted or not. Never rejects. */
export async function hasDevice(name: 'camera' | 'microphone'): Promise<boolean> {
  const found = await navigator.mediaDevices.enumerateDevices().catch((): MediaDeviceInfo[] => []);
  return found.some(({ kind }) => kind === (name === 'camera' ? 'videoinput' : 'audioinput'));
}

/** Android's Chrome has the method's list but ties the output to the microphone; iOS has neither. */
export function canChooseSpeaker(): boolean {
  return typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype && !/Android/i.test(navigator.userAgent);
}

export function canShareScreen(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/** The screen, with its sound where the browser offers it. Null when the person changed his mind. Rejects otherwise. */
export async function acquireScreen(): Promise<MediaStream | null> {
  try {
    return await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { ideal: 15, max: 30 }, width: { max: 1920 }, height: { max: 1080 } },
      audio: true,
    });
  } catch (error) {
    if (nameOf(error) === 'NotAllowedError') return null;
    throw error;
  }
}
