"""Frames of the room's codec: VP8 or H.264, once for everybody in the room, with a keyframe when one is wanted."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import av
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from av.packet import Packet
from av.video.frame import PictureType

from vdxmedia.film.reader import MAX_FPS
from vdxmedia.film.timeline import RATE_HZ, TICK_SAMPLES

CODECS = ("VP8", "H264")
"""What aiortc negotiates."""
BITS_PER_PIXEL = 0.06
"""1.7 Mb/s for 1280 x 720 at 30 a second: guess from the bit rates of cameras."""
MIN_BPS, MAX_BPS = 250_000, 1_800_000
SOUND_BPS = 96_000
"""Stereo, for music."""
_FRAME = Fraction(1, int(MAX_FPS))


class PictureEncoder:
    """Blocking; not task-safe. A picture of another size begins a new stream, with a keyframe."""

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._encoder: av.VideoCodecContext | None = None
        self._pack: Callable[[Packet[av.VideoStream]], tuple[list[bytes], int]] = (
            Vp8Encoder().pack if codec == "VP8" else H264Encoder().pack
        )
        self._count = 0

    def encode(self, frame: av.VideoFrame, *, is_keyframe: bool) -> list[bytes]:
        """Payloads of RTP packets; empty when the encoder left the frame out."""
        if self._encoder is None or (self._encoder.width, self._encoder.height) != (frame.width, frame.height):
            self._encoder, is_keyframe = self._new(frame.width, frame.height), True
        frame.pict_type = PictureType.I if is_keyframe else PictureType.NONE
        # Its rate control counts frames, so that a pause does not look like a slow camera.
        frame.pts, frame.time_base = self._count, _FRAME
        self._count += 1
        payloads: list[bytes] = []
        for packet in self._encoder.encode(frame):
            payloads += self._pack(packet)[0]
        return payloads

    def _new(self, width: int, height: int) -> av.VideoCodecContext:
        encoder = av.CodecContext.create("libvpx" if self._codec == "VP8" else "libx264", "w")
        assert isinstance(encoder, av.VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
        encoder.time_base, encoder.framerate = _FRAME, 1 / _FRAME
        bits = round(min(MAX_BPS, max(MIN_BPS, width * height * MAX_FPS * BITS_PER_PIXEL)))
        encoder.bit_rate = bits
        encoder.gop_size = 100_000  # keyframes only when asked for
        encoder.thread_count = 1  # more wait for each other in loops: 54 instead of 5 ms a picture on a busy machine
        rate = {"maxrate": str(bits * 3 // 2), "bufsize": str(bits)}
        if self._codec == "VP8":
            encoder.options = rate | {
                "deadline": "realtime",
                "cpu-used": "-8",
                "lag-in-frames": "0",
                "error-resilient": "1",
                "static-thresh": "1",
                "qmin": "4",
                "qmax": "56",
            }
        else:
            encoder.options = rate | {
                "preset": "superfast",
                "tune": "zerolatency",
                "profile": "baseline",
                "level": "31",
                "forced-idr": "1",
            }
        return encoder


class SoundEncoder:
    """Opus, stereo, one frame of 20 ms after another. Quick: about 0.2 ms each."""

    def __init__(self) -> None:
        encoder = av.CodecContext.create("libopus", "w")
        assert isinstance(encoder, av.AudioCodecContext)
        encoder.format, encoder.layout, encoder.sample_rate = av.AudioFormat("s16"), av.AudioLayout("stereo"), RATE_HZ
        encoder.bit_rate = SOUND_BPS
        encoder.options = {"application": "audio", "frame_duration": "20", "packet_loss": "5"}
        self._encoder = encoder
        self._count = 0

    def encode(self, pcm: bytes) -> bytes:
        """Empty for the very first frame, which the encoder keeps."""
        frame = av.AudioFrame(format="s16", layout="stereo", samples=TICK_SAMPLES)
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._count, Fraction(1, RATE_HZ)
        frame.planes[0].update(pcm)
        self._count += TICK_SAMPLES
        return b"".join(map(bytes, self._encoder.encode(frame)))
