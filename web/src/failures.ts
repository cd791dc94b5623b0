/** From the server's stable error codes to the reasons a person is told. */

import type { Failure as Refusal } from './protocol/messages.gen.js';
import type { Failure, FailureCode } from './call-types.js';
import { isInAppBrowser } from './pages/platform.js';

const REASONS: Readonly<Record<string, readonly [FailureCode, boolean]>> = {
  token_missing: ['linkMissing', false],
  token_expired: ['linkExpired', false],
  token_invalid: ['tokenInvalid', false],
  not_permitted: ['notPermitted', false],
  room_unknown: ['roomUnknown', false],
  not_found: ['roomUnknown', false],
  room_full: ['roomFull', true],
  room_not_open: ['notOpenYet', true],
  barred: ['barred', false],
  room_closed: ['closed', false],
  rate_limited: ['tooManyRequests', true],
  server_stopping: ['serverStopping', true],
  server_busy: ['serverBusy', true],
  media_busy: ['serverBusy', true],
  unsupported_protocol: ['unsupportedProtocol', false],
  sdp_invalid: ['mediaFailed', true],
  sdp_unsupported: ['mediaFailed', true],
  unreachable: ['connectionFailed', true],
};

/** An unknown code is `internal`, and worth another try. */
export function failureOf(refusal: Refusal): Failure {
  const [code, retryable] = REASONS[refusal.code] ?? ['internal', true];
  return { code, retryable, retryAfterMs: refusal.retryAfter === null ? null : Math.round(refusal.retryAfter * 1000) };
}

/** What the link lacks. */
export function linkFailure(roomId: string): Failure | null {
  if (roomId === '') return lasting('roomUnknown');
  return null;
}

/** A failure that no second try will mend. */
export function lasting(code: FailureCode): Failure {
  return { code, retryable: false, retryAfterMs: null };
}

/** What the browser lacks before anything can begin; null when nothing. */
export function environmentFailure(): Failure | null {
  if (!globalThis.isSecureContext) return lasting('insecureContext');
  const canCall = typeof RTCPeerConnection === 'function' && typeof navigator.mediaDevices?.getUserMedia === 'function';
  if (canCall) return null;
  return lasting(isInAppBrowser(navigator.userAgent) ? 'inAppBrowser' : 'unsupportedBrowser');
}
