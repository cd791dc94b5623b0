/**
 * Which encodings a track is sent in. The server's are for pictures of 720 lines. Of a small picture browsers send fewer
 * (Chromium: two below 960x540 pixels, one below 480x270, and drops the *last*, which is the picture in full size), and
 * a quarter of it would be no picture. So a small one is sent in fewer encodings of which the highest is the full size:
 *
 * ```text
 *              q    h    f        (divided by)
 * 1280x720     4    2    1
 *  640x360     2    1    -
 *  320x180     1    -    -
 * ```
 *
 * An encoding so means about the same number of lines whatever the camera. Hands that speak are sent fluently in every
 * size. Left out: which of them anybody takes.
 */

import type { Encoding } from '../protocol/messages.gen.js';

/** W3C webrtc-svc; not yet in TypeScript's DOM types. */
export type LayeredEncoding = RTCRtpEncodingParameters & { readonly scalabilityMode?: string };

/** From so many pixels on Chromium sends two encodings, and three (libwebrtc, simulcast.cc). */
const TWO_FROM_PIXELS = 480 * 270;
const THREE_FROM_PIXELS = 960 * 540;

/** Sign language is followed from 20 frames a second on (ITU-T H-series Supplement 1); a camera loses some on the way. */
export const FLUENT_FPS = 30;

/** The same encodings, none of them slower than fluent. */
export function fluent(encodings: readonly Encoding[]): Encoding[] {
  return encodings.map((encoding) => ({ ...encoding, maxFramerate: Math.max(encoding.maxFramerate, FLUENT_FPS) }));
}

/** How an encoding suits a track: `null` is not sent. */
export type Scale = number | null;

/** One for each encoding, in their order. A track that doesn't tell its size is taken for a large one. */
export function scalesFor(encodings: readonly Encoding[], track: MediaStreamTrack | null): Scale[] {
  const { width = 0, height = 0 } = track?.getSettings() ?? {};
  const pixels = width * height;
  const most = pixels === 0 || pixels >= THREE_FROM_PIXELS ? encodings.length : pixels >= TWO_FROM_PIXELS ? 2 : 1;
  const missing = Math.max(0, encodings.length - most);
  return encodings.map((_, index) => encodings[index + missing]?.scaleResolutionDownBy ?? null);
}

/** A single encoding goes without rid: Chromium drops it anyway, and the server tells its retransmissions by payload type. */
export function sendEncodings(
  encodings: readonly Encoding[],
  track: MediaStreamTrack | null,
  isLayered: boolean,
): LayeredEncoding[] {
  const scales = scalesFor(encodings, track);
  return encodings.map(({ rid, scaleResolutionDownBy, maxBitrate, maxFramerate, scalabilityMode }, index) => ({
    ...(encodings.length === 1 ? {} : { rid }),
    ...(scales[index] === null ? { active: false } : {}),
    scaleResolutionDownBy: scales[index] ?? scaleResolutionDownBy,
    maxBitrate,
    maxFramerate,
    ...(isLayered && scalabilityMode !== null ? { scalabilityMode } : {}),
  }));
}
