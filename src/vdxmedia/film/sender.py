"""Gives a player's sound and pictures to aiortc's senders: the film's one file with aiortc's inner names.

As in the demo, two methods of the senders are replaced on the instance: aiortc's own would encode what a track gives,
but could not be asked for a keyframe of a picture that was already shown, and would hold sound and picture to two
clocks. `tests/contract/test_film.py` fails when a new version has other names.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiortc import RTCDtlsTransport, RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpsender import RTCEncodedFrame

from vdxmedia.film.encoder import PictureEncoder, SoundEncoder
from vdxmedia.film.player import Player
from vdxmedia.film.timeline import RATE_HZ, TICK_S

NEXT_FRAME = "_next_encoded_frame"
"""Of `RTCRtpSender`: awaited for each frame to send."""
SEND_KEYFRAME = "_send_keyframe"
"""Called on PLI and FIR."""
SEND_RTP = "_send_rtp"
"""Of `RTCDtlsTransport`: awaited for each packet."""

VIDEO_HZ = 90_000
LATE_S = 0.5
"""A sender this late does not catch up in a burst but goes on from now."""
BURST_PACKETS = 4
BURST_PAUSE_S = 0.002
"""Packets of a picture leave in small bursts: 20 Mb/s, so that a keyframe does not fill anybody's queue at once."""


class Ticks:
    """The moments at which sound is sent, 20 ms apart, by the loop's clock."""

    def __init__(self) -> None:
        self._next_s = 0.0

    async def wait(self) -> float:
        now_s = asyncio.get_running_loop().time()
        self._next_s = now_s if now_s - self._next_s > LATE_S else self._next_s + TICK_S
        await asyncio.sleep(max(0.0, self._next_s - now_s))
        return self._next_s


def send_sound(sender: RTCRtpSender, player: Player) -> None:
    """From now on the sender sends the player's sound."""
    encoder, ticks = SoundEncoder(), Ticks()

    async def next_frame(_codec: object) -> RTCEncodedFrame | None:
        at_s = await ticks.wait()
        payload = encoder.encode(player.tick(at_s))
        if not payload:
            return None
        return RTCEncodedFrame([payload], _timestamp(at_s, RATE_HZ), None)  # type: ignore[arg-type]  # as aiortc does

    setattr(sender, NEXT_FRAME, next_frame)


def send_pictures(sender: RTCRtpSender, player: Player) -> None:
    """From now on the sender sends the player's pictures, in the codec that was negotiated."""
    encoder: PictureEncoder | None = None

    async def next_frame(codec: RTCRtpCodecParameters) -> RTCEncodedFrame | None:
        nonlocal encoder
        encoder = encoder or PictureEncoder(codec.name)
        shown = await player.next_picture()
        payloads = await asyncio.to_thread(encoder.encode, shown.frame, is_keyframe=shown.is_keyframe)
        if not payloads:
            return None
        return RTCEncodedFrame(payloads, _timestamp(shown.at_s, VIDEO_HZ), None)  # type: ignore[arg-type]

    setattr(sender, NEXT_FRAME, next_frame)
    setattr(sender, SEND_KEYFRAME, player.want_keyframe)


def spread_packets(sender: RTCRtpSender) -> None:
    """From now on the sender's packets leave in small bursts. Once the connection has its one transport."""
    sender.setTransport(_Spreading(sender.transport))  # type: ignore[arg-type]  # stands for one


class _Spreading:
    """The transport, with pauses between packets that follow each other at once."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        self._transport = transport
        self._send = getattr(transport, SEND_RTP)
        self._burst = 0
        self._burst_s = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    async def _send_rtp(self, packet: bytes) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s - self._burst_s > BURST_PAUSE_S:
            self._burst, self._burst_s = 0, now_s
        elif self._burst >= BURST_PACKETS:
            await asyncio.sleep(BURST_PAUSE_S)
            self._burst, self._burst_s = 0, asyncio.get_running_loop().time()
        self._burst += 1
        await self._send(packet)


def _timestamp(at_s: float, hertz: int) -> int:
    """Both streams from one clock; aiortc adds its own random beginning, 32 bits."""
    return round(at_s * hertz) & 0xFFFFFFFF
