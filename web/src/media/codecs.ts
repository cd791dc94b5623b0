/**
 * Which codecs an m-line offers. Few: with all a browser knows, each video slot costs 2.9 kB of offer (measured in
 * Chromium), and 25 slots would not fit a message.
 */

export type Codec = Pick<RTCRtpCodec, 'mimeType' | 'sdpFmtpLine'>;

const is = (codec: Codec, mimeType: string): boolean => codec.mimeType.toLowerCase() === mimeType;

/** RFC 6184: constrained baseline (`42e0`), packetization-mode 1, what every browser encodes and decodes. */
function isPlainH264(codec: Codec): boolean {
  const parameters = (codec.sdpFmtpLine ?? '').toLowerCase();
  return is(codec, 'video/h264') && /packetization-mode=1/.test(parameters) && /profile-level-id=42e0/.test(parameters);
}

/** The profile that every browser with the codec has; a codec without the parameter is of profile 0. */
function isPlain(codec: Codec, mimeType: string): boolean {
  return is(codec, mimeType) && !/\bprofile(-id)?=[^0]/.test((codec.sdpFmtpLine ?? '').toLowerCase());
}

function only<T extends Codec>(codecs: readonly T[], ...wanted: readonly ((codec: T) => boolean)[]): T[] {
  return wanted.flatMap((isWanted) => codecs.filter(isWanted));
}

/** The room's one camera codec and its retransmission. Empty when this browser doesn't have the codec. */
export function sendingVideoCodecs<T extends Codec>(codecs: readonly T[], roomCodec: string): T[] {
  const wanted = roomCodec === 'H264' ? isPlainH264 : (codec: T): boolean => isPlain(codec, `video/${roomCodec.toLowerCase()}`);
  const found = only(codecs, wanted);
  return found.length === 0 ? [] : [...found, ...only(codecs, (codec) => is(codec, 'video/rtx'))];
}

/** The room's own, then VP8 and H.264, which every browser has. */
export function receivingVideoCodecs<T extends Codec>(codecs: readonly T[], roomCodec: string): T[] {
  const own = ['VP9', 'AV1'].includes(roomCodec) ? [(codec: T): boolean => isPlain(codec, `video/${roomCodec.toLowerCase()}`)] : [];
  return only(codecs, ...own, (codec) => is(codec, 'video/vp8'), isPlainH264, (codec) => is(codec, 'video/rtx'));
}

/** Opus, and Opus with redundancy (RFC 2198) where the browser has it. */
export function audioCodecs<T extends Codec>(codecs: readonly T[]): T[] {
  return only(codecs, (codec) => is(codec, 'audio/opus'), (codec) => is(codec, 'audio/red'));
}

/** Leaves the transceiver as it is where the browser doesn't know the call or doesn't like the choice. */
export function preferCodecs(transceiver: RTCRtpTransceiver, codecs: readonly RTCRtpCodec[]): void {
  if (codecs.length === 0 || typeof transceiver.setCodecPreferences !== 'function') return;
  try {
    transceiver.setCodecPreferences([...codecs]);
  } catch {
    // Older browsers compare with the receiver's list also for what is sent; a longer offer is the only harm.
  }
}
