"""Sends encoded clips through an aiortc connection without encoding: the demo's one file with aiortc's inner names.

aiortc takes ready packets from a track, but then sends no audio level (RFC 6464) and cannot answer a request for a
keyframe. So two methods of its senders are replaced on the instance; `tests/contract/test_demo.py` fails when a new
version has other names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiortc import RTCRtpSender
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtcrtpsender import RTCEncodedFrame

from vdxmedia.demo.clips import AUDIO_FRAME_S, FPS, LOOP_S, Clips

NEXT_FRAME = "_next_encoded_frame"
"""Of `RTCRtpSender`: awaited for each frame to send."""
SEND_KEYFRAME = "_send_keyframe"
"""Called on PLI and FIR."""

_VIDEO_TICKS = 90_000 // FPS
_AUDIO_TICKS = 960
_LATE_S = 0.5
"""A sender this late does not catch up in a burst but starts anew."""


class _Pace:
    """Calls at equal distances."""

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._next_s = 0.0

    async def wait(self) -> float:
        """Sleeps until the next call is due; gives that moment by the loop's clock."""
        now = asyncio.get_running_loop().time()
        self._next_s = now if now - self._next_s > _LATE_S else self._next_s + self._period_s
        await asyncio.sleep(max(0.0, self._next_s - now))
        return self._next_s


IsSpeaking = Callable[[float], bool]
"""Whether the person has the word at a moment of the loop's clock; changes only every `LOOP_S`."""


def replay_video(sender: RTCRtpSender, clips: Clips, is_speaking: IsSpeaking) -> None:
    """From now on the sender sends the person's picture."""
    packer, pace = Vp8Encoder(), _Pace(1 / FPS)
    sent, skipped, was_speaking, wants_keyframe = 0, 0, False, False

    async def next_frame(_codec: object) -> RTCEncodedFrame | None:
        nonlocal sent, skipped, was_speaking, wants_keyframe
        at_s = await pace.wait()
        speaks = is_speaking(at_s)
        clip = clips.speaking_picture if speaks else clips.quiet_picture
        index = (int(at_s % LOOP_S * FPS) + skipped) % len(clip.frames)
        if speaks != was_speaking or wants_keyframe:
            # Another clip must begin at one of its keyframes, and who asked for one gets the next there is.
            start = next((keyframe for keyframe in clip.keyframes if keyframe >= index), 0)
            skipped = (skipped + start - index) % len(clip.frames)
            index, was_speaking, wants_keyframe = start, speaks, False
        payloads, _ = packer.pack(clip.frames[index])
        sent += 1
        return RTCEncodedFrame(payloads, sent * _VIDEO_TICKS, None)  # type: ignore[arg-type]  # None as aiortc itself does

    def send_keyframe() -> None:
        nonlocal wants_keyframe
        wants_keyframe = True

    setattr(sender, NEXT_FRAME, next_frame)
    setattr(sender, SEND_KEYFRAME, send_keyframe)


def replay_audio(sender: RTCRtpSender, clips: Clips, is_speaking: IsSpeaking) -> None:
    """From now on the sender sends the person's voice, or silence."""
    pace = _Pace(AUDIO_FRAME_S)
    sent = 0

    async def next_frame(_codec: object) -> RTCEncodedFrame | None:
        nonlocal sent
        at_s = await pace.wait()
        clip = clips.speech if is_speaking(at_s) else clips.silence
        payload, level = clip.frames[int(at_s % LOOP_S / AUDIO_FRAME_S) % len(clip.frames)]
        sent += 1
        return RTCEncodedFrame([payload], sent * _AUDIO_TICKS, level)

    setattr(sender, NEXT_FRAME, next_frame)
