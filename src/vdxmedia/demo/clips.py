"""Pictures and sound encoded once, as what senders need: VP8 frames and Opus frames with their levels."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from fractions import Fraction

import av
from av.packet import Packet
from av.video.plane import VideoPlane

from vdxmedia.demo import picture, voice

FPS = 15
LOOP_S = 6.0
"""The picture ends as it begins, so the loop has no seam."""
KEYFRAME_EVERY = FPS * 2
"""A loop starts at a keyframe; who asks for one gets the nearest."""
VIDEO_BPS = 250_000
AUDIO_FRAME_S = 0.02
_AUDIO_SAMPLES = 960
_LOW_PITCH_HZ = 95.0


@dataclass(frozen=True, slots=True)
class VideoClip:
    frames: tuple[Packet[av.VideoStream], ...]
    """VP8, one per 1/`FPS` second; the first is a keyframe."""
    keyframes: tuple[int, ...]
    """Indexes into `frames`."""


@dataclass(frozen=True, slots=True)
class AudioClip:
    frames: tuple[tuple[bytes, int], ...]
    """Opus payload of 20 ms and its level in dBov, -127..0."""


@dataclass(frozen=True, slots=True)
class Clips:
    """One person's material."""

    quiet_picture: VideoClip
    speaking_picture: VideoClip
    speech: AudioClip
    silence: AudioClip


def make_clips(number: int) -> Clips:
    """Person `number`'s clips; about 1 s of CPU. The same number always looks and sounds the same."""
    look = picture.LOOKS[number % len(picture.LOOKS)]
    samples, openings = voice.speak(LOOP_S, _LOW_PITCH_HZ + 23 * (number % 6), seed=3 * number)
    return Clips(
        quiet_picture=_encode_video(look, [0.0] * len(openings)),
        speaking_picture=_encode_video(look, openings),
        speech=_encode_audio(samples),
        silence=_encode_audio(array("h", bytes(2 * _AUDIO_SAMPLES * 10))),
    )


def _encode_video(look: picture.Look, openings: list[float]) -> VideoClip:
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = picture.WIDTH, picture.HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.thread_count = 1
    encoder.bit_rate, encoder.gop_size = VIDEO_BPS, KEYFRAME_EVERY
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "error-resilient": "1"}
    packets: list[Packet[av.VideoStream]] = []
    for index in range(int(LOOP_S * FPS)):
        at_s = index / FPS
        mouth = openings[min(len(openings) - 1, int(at_s / AUDIO_FRAME_S))]
        frame = av.VideoFrame(picture.WIDTH, picture.HEIGHT, "yuv420p")
        for plane, content in zip(frame.planes, picture.draw(look, at_s, LOOP_S, mouth), strict=True):
            _fill(plane, content)
        frame.pts, frame.time_base = index, Fraction(1, FPS)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    keyframes = tuple(index for index, packet in enumerate(packets) if packet.is_keyframe)
    return VideoClip(tuple(packets), keyframes)


def _fill(plane: VideoPlane, content: bytes) -> None:
    """Rows may be padded in the frame's memory."""
    if plane.line_size == plane.width:
        plane.update(content)
        return
    padding = bytes(plane.line_size - plane.width)
    rows = (content[row * plane.width : (row + 1) * plane.width] for row in range(plane.height))
    plane.update(b"".join(row + padding for row in rows))


def _encode_audio(samples: array[int]) -> AudioClip:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.format, encoder.layout, encoder.sample_rate = av.AudioFormat("s16"), av.AudioLayout("mono"), voice.RATE_HZ
    encoder.bit_rate = 32_000
    encoder.options = {"application": "voip", "frame_duration": "20"}
    levels = []
    packets: list[bytes] = []
    for start in range(0, len(samples), _AUDIO_SAMPLES):
        part = samples[start : start + _AUDIO_SAMPLES]
        levels.append(voice.level_dbov(part))
        frame = av.AudioFrame(format="s16", layout="mono", samples=_AUDIO_SAMPLES)
        frame.sample_rate, frame.pts, frame.time_base = voice.RATE_HZ, start, Fraction(1, voice.RATE_HZ)
        frame.planes[0].update(part.tobytes())
        packets += map(bytes, encoder.encode(frame))
    return AudioClip(tuple(zip(packets, levels, strict=False)))
