"""Clients that are no browsers through the real server: one sends, the others decode."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
from collections.abc import AsyncIterator

from aiortc import RTCSessionDescription
from aiortc.rtcdtlstransport import SRTP_AES128_CM_SHA1_80

from tests.browser.pages import eventually
from tests.media.client import join
from tests.patience import PATIENCE_S
from tests.server import Server


async def test_call_one_sends_others_decode_its_picture_and_sound(server: Server) -> None:
    room = await server.create_room()
    async with (
        join(server.base_url, room["hostUrl"], "Anna", luma=200, tone=440) as anna,
        join(server.base_url, room["guestUrl"], "Bent", luma=60) as bent,
        join(server.base_url, room["guestUrl"], "Clara") as clara,
    ):
        await bent.pictures(1)
        await clara.pictures(2)
        await anna.pictures(1)
        assert sorted(round(luma, -1) for luma in clara.lumas.values()) == [60, 200]
        assert [round(luma, -1) for luma in bent.lumas.values() if luma] == [200]
        await bent.hears(1000)


async def remb(server: Server) -> tuple[float, float]:
    """Rates told to publishers, and by subscribers."""
    metrics = await server.metrics()
    return metrics.get("vdx_relay_remb_out_total", 0), metrics.get("vdx_relay_remb_in_total", 0)


async def test_call_clients_without_transport_wide_feedback_are_told_rates_and_tell_them(server: Server) -> None:
    room = await server.create_room()
    async with (
        join(server.base_url, room["hostUrl"], "Anna", luma=200, tone=440) as anna,
        join(server.base_url, room["guestUrl"], "Bent") as bent,
    ):
        assert "goog-remb" in anna.pc.remoteDescription.sdp
        assert "transport-cc" not in anna.pc.remoteDescription.sdp
        before = await remb(server)
        await bent.pictures(1)
        await eventually(lambda: remb(server), lambda now: all(b - a >= 2 for a, b in zip(before, now, strict=True)))
        now = await remb(server)
        assert max(b - a for a, b in zip(before, now, strict=True)) < 100, "about one a second"
        sender = next(sender for sender in anna.pc.getSenders() if sender.kind == "video")
        # aiortc begins with 500 kbit/s; its coder makes less of this picture, so there is a sign of little.
        async with asyncio.timeout(PATIENCE_S):
            while sender._RTCRtpSender__encoder.target_bitrate == 500_000:
                await asyncio.sleep(0.02)


async def test_call_screen_in_one_encoding_is_shown_beside_the_camera(server: Server) -> None:
    """As of a client that cannot send two (aiortc has no simulcast)."""
    room = await server.create_room()
    async with (
        join(server.base_url, room["hostUrl"], "Anna", luma=60, screen=200) as anna,
        join(server.base_url, room["guestUrl"], "Bent") as bent,
    ):
        assert "a=simulcast" not in anna.pc.localDescription.sdp
        await bent.pictures(2)
        assert sorted(round(luma, -1) for luma in bent.lumas.values()) == [60, 200]


async def test_call_a_client_without_gcm_is_served_by_aes_cm(server: Server) -> None:
    room = await server.create_room()
    only_cm = [SRTP_AES128_CM_SHA1_80]
    async with (
        join(server.base_url, room["hostUrl"], "Anna", luma=200, tone=440, profiles=only_cm),
        join(server.base_url, room["guestUrl"], "Bent", luma=60) as bent,
        join(server.base_url, room["guestUrl"], "Clara", profiles=only_cm) as clara,
    ):
        await bent.pictures(1)
        await clara.pictures(2)
        assert sorted(round(luma, -1) for luma in clara.lumas.values()) == [60, 200]


def media_port(answer_sdp: str) -> int:
    candidate = next(line for line in answer_sdp.splitlines() if line.startswith("a=candidate"))
    return int(candidate.split()[5])


MINIMAL_CLIENT_HELLO = bytes.fromhex(
    "16feff00000000000000000034010000280000000000000028fefd" + "00" * 32 + "00000002000001000000"
)
"""DTLS 1.2, only TLS_NULL_WITH_NULL_NULL: accepted by a naive server, it spoils the real client's handshake."""


@contextlib.asynccontextmanager
async def spray(port: int, shapes: list[bytes]) -> AsyncIterator[list[int]]:
    """A stranger's socket that sends these to the port every 2 ms; yields a counter of what came back."""
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.setblocking(False)
    came_back = [0]
    seeded = random.Random(7)

    async def run() -> None:
        while True:
            for _ in range(4):
                stranger.sendto(seeded.choice(shapes), ("127.0.0.1", port))
            with contextlib.suppress(BlockingIOError):
                while stranger.recv(2048):
                    came_back[0] += 1
            await asyncio.sleep(0.002)

    task = asyncio.create_task(run(), name="stranger")
    try:
        yield came_back
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        stranger.close()


def garbage() -> list[bytes]:
    """STUN, DTLS, RTP and RTCP by their first bytes; nothing right behind them."""
    seeded = random.Random(11)
    shapes = [MINIMAL_CLIENT_HELLO]
    for first in (0, 1, 20, 22, 23, 63, 64, 79, 128, 144, 191, 255):
        for length in (1, 2, 12, 20, 28, 62, 200, 1200):
            shapes.append(bytes([first]) + seeded.randbytes(length - 1))
    shapes += [b"\x80\xc8" + seeded.randbytes(40), b"\x00\x01\x00\x08\x21\x12\xa4\x42" + seeded.randbytes(20)]
    return shapes


async def dropped(server: Server) -> float:
    counted = await server.metrics()
    return sum(value for name, value in counted.items() if "rejected" in name or "dropped" in name)


async def test_port_under_spray_keeps_no_one_from_connecting(server: Server) -> None:
    room = await server.create_room()
    before = await dropped(server)
    async with join(server.base_url, room["hostUrl"], "Anna", luma=200) as anna:
        port = media_port(anna.pc.remoteDescription.sdp)
        async with spray(port, garbage()) as came_back:
            for luma in (40, 80, 120):
                async with join(server.base_url, room["guestUrl"], "Bent", luma=luma) as bent:
                    await bent.pictures(1)
            await eventually(lambda: dropped(server), lambda now: now > before + 100)
        assert came_back == [0]


async def test_offer_of_data_channel_is_refused_and_the_call_goes_on(server: Server) -> None:
    room = await server.create_room()
    async with join(server.base_url, room["guestUrl"], "Bent", media=False) as bent:
        refused = await bent.send(
            {"type": "offer", "sdp": "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", "sources": {}}
        )
        assert refused["type"] == "error"
        assert refused["code"] in {"sdp_unsupported", "sdp_invalid"}
        garbage_sdp = await bent.send({"type": "offer", "sdp": os.urandom(200).hex(), "sources": {}})
        assert garbage_sdp["code"] == "sdp_invalid"
        await bent.connect_media(luma=100, tone=None, video_slots=1)


async def test_fingerprint_mismatch_ends_the_peer_with_a_reason(server: Server) -> None:
    room = await server.create_room()
    async with join(server.base_url, room["guestUrl"], "Bent", media=False) as bent:
        bent.pc.addTransceiver("audio", direction="recvonly")
        await bent.pc.setLocalDescription(await bent.pc.createOffer())
        lines = bent.pc.localDescription.sdp.splitlines()
        forged = [
            line[:-5] + ("00:00" if line[-5:] != "00:00" else "11:11") if line.startswith("a=fingerprint") else line
            for line in lines
        ]
        answer = await bent.send({"type": "offer", "sdp": "\r\n".join(forged) + "\r\n", "sources": {}})
        assert answer["type"] == "answer", answer
        await bent.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        async with asyncio.timeout(PATIENCE_S):
            while not any(event["type"] == "mediaLost" for event in bent.events):
                await asyncio.sleep(0.05)
        assert next(e for e in bent.events if e["type"] == "mediaLost")["reason"] == "fingerprint"
        async with asyncio.timeout(PATIENCE_S):  # its output is read by another task
            while not any("fingerprint" in line for line in server.output):
                await asyncio.sleep(0.02)
