import { describe, expect, it } from 'vitest';
import { AUDIO_CODECS, VIDEO_CODECS } from '../testing/fake-peer.js';
import { audioCodecs, preferCodecs, receivingVideoCodecs, sendingVideoCodecs } from './codecs.js';

const names = (codecs: readonly RTCRtpCodec[]): string[] => codecs.map((codec) => codec.mimeType);

describe('codec choice', () => {
  it('sends the room codec with retransmission only', () => {
    expect(names(sendingVideoCodecs(VIDEO_CODECS, 'VP8'))).toEqual(['video/VP8', 'video/rtx']);
  });

  it('takes of H.264 only constrained baseline in packetization mode 1', () => {
    const chosen = sendingVideoCodecs(VIDEO_CODECS, 'H264');
    expect(names(chosen)).toEqual(['video/H264', 'video/rtx']);
    expect(chosen[0]?.sdpFmtpLine).toContain('packetization-mode=1;profile-level-id=42e01f');
  });

  it('is empty for a codec this browser lacks', () => {
    expect(sendingVideoCodecs(VIDEO_CODECS.slice(0, 2), 'H264')).toEqual([]);
  });

  it('receives both, VP8 first', () => {
    expect(names(receivingVideoCodecs(VIDEO_CODECS, 'VP8'))).toEqual(['video/VP8', 'video/H264', 'video/rtx']);
  });

  it('takes of VP9 and AV1 profile 0 only, and receives it first', () => {
    const codecs = [
      { mimeType: 'video/VP9', clockRate: 90_000, sdpFmtpLine: 'profile-id=2' },
      { mimeType: 'video/VP9', clockRate: 90_000, sdpFmtpLine: 'profile-id=0' },
      { mimeType: 'video/AV1', clockRate: 90_000, sdpFmtpLine: 'level-idx=5;profile=1;tier=0' },
      { mimeType: 'video/AV1', clockRate: 90_000, sdpFmtpLine: 'level-idx=5;profile=0;tier=0' },
      ...VIDEO_CODECS.filter((codec) => !['video/VP9', 'video/AV1'].includes(codec.mimeType)),
    ];
    expect(sendingVideoCodecs(codecs, 'VP9').map((codec) => codec.sdpFmtpLine)).toEqual(['profile-id=0', '']);
    expect(sendingVideoCodecs(codecs, 'AV1')[0]?.sdpFmtpLine).toContain('profile=0');
    expect(names(receivingVideoCodecs(codecs, 'AV1'))).toEqual(['video/AV1', 'video/VP8', 'video/H264', 'video/rtx']);
  });

  it('speaks Opus, with redundancy where the browser has it', () => {
    expect(names(audioCodecs(AUDIO_CODECS))).toEqual(['audio/opus', 'audio/red']);
  });

  it('leaves the transceiver alone when the browser refuses', () => {
    const refusing = {
      setCodecPreferences: () => {
        throw new DOMException('no', 'InvalidModificationError');
      },
    } as unknown as RTCRtpTransceiver;
    expect(() => preferCodecs(refusing, VIDEO_CODECS)).not.toThrow();
    expect(() => preferCodecs({} as RTCRtpTransceiver, VIDEO_CODECS)).not.toThrow();
  });
});
