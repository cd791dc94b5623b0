/** What is sent for the help desk: as the server's `Diagnosis`, which has no place for names or free text. */

import type { CallState } from '../../call-types.js';
import type { Platform } from './browser.js';
import type { Facts } from './facts.js';

const MAX_COUNT = 99;
const MAX_MS = 60_000;
const MAX_KBPS = 1_000_000;
const MAX_PIXELS = 10_000;
const MAX_FPS = 240;
const MAX_CALL_S = 1_000_000;

const within = (value: number | null, most: number): number | null => (value === null ? null : Math.min(value, most));

export function diagnosisOf(facts: Facts, platform: Platform, call: CallState, inCallMs: number): object {
  const { devices, local, link } = call;
  const count = (list: readonly unknown[]): number => Math.min(list.length, MAX_COUNT);
  return {
    browser: platform.browser,
    browserVersion: platform.version,
    system: platform.system,
    device: platform.device,
    isEmbedded: window.self !== window.top,
    inCallS: Math.min(Math.max(0, Math.round(inCallMs / 1000)), MAX_CALL_S),
    media: link.media,
    isSignallingLost: link.signalling !== 'connected',
    isAudioBlocked: call.audioBlocked,
    ...facts,
    roundTripMs: within(facts.roundTripMs, MAX_MS),
    jitterMs: within(facts.jitterMs, MAX_MS),
    sendKbps: within(facts.sendKbps, MAX_KBPS),
    receiveKbps: within(facts.receiveKbps, MAX_KBPS),
    availableKbps: within(facts.availableKbps, MAX_KBPS),
    sentWidth: within(facts.sentWidth, MAX_PIXELS),
    sentHeight: within(facts.sentHeight, MAX_PIXELS),
    sentFps: within(facts.sentFps, MAX_FPS),
    cameras: count(devices.cameras),
    microphones: count(devices.microphones),
    speakers: count(devices.speakers),
    isCameraOn: local.camera.on,
    isMicrophoneOn: local.microphone.on,
    cameraTrouble: local.camera.error,
    microphoneTrouble: local.microphone.error,
  };
}
