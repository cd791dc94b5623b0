"""The echo over REST and the real relay: one's own sound and picture come back, and nothing else can be had of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import av
import numpy as np
import pytest
import pytest_asyncio
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from tests.contract.assembled import AssembledServer, assembled
from tests.media.client import ColourTrack, ToneTrack
from tests.patience import PATIENCE_S
from vdxmedia.api.echoes import BURST
from vdxmedia.hub import echoes

BRIEFLY_S = 1.5


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"limits.echoes": "20"}) as running:
        yield running


class Mirror:
    """One who looks at himself; `greys` are the pictures that came, `loudness` the sound."""

    def __init__(self, grey: int) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.greys: list[float] = []
        self.loudness = 0.0
        self._readers: list[asyncio.Task[None]] = []
        self.sent = [
            self.pc.addTransceiver(ToneTrack(440.0), direction="sendonly"),
            self.pc.addTransceiver(ColourTrack(grey), direction="sendonly"),
        ]
        self.pc.addTransceiver("audio", direction="recvonly")
        self.pc.addTransceiver("video", direction="recvonly")
        self.pc.on("track", lambda track: self._readers.append(asyncio.create_task(self._read(track))))

    async def offer(self) -> dict[str, Any]:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        kinds = zip(self.sent, ("microphone", "camera"), strict=True)
        return {"sdp": self.pc.localDescription.sdp, "sources": {sent.mid: kind for sent, kind in kinds}}

    async def connect(self, answer: dict[str, Any]) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))

    async def sees(self, pictures: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.greys) < pictures or self.loudness < 1_000:
                await asyncio.sleep(0.02)

    async def lost(self) -> None:
        """Nothing comes any more, once what was on its way has come."""
        async with asyncio.timeout(PATIENCE_S):
            before = -1
            while before != len(self.greys):
                before = len(self.greys)
                await asyncio.sleep(0.5)

    async def close(self) -> None:
        await self.pc.close()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def _read(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(Exception):  # the track ends with an exception of aiortc's own
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    self.greys.append(float(np.median(np.frombuffer(bytes(frame.planes[0]), dtype=np.uint8))))
                else:
                    self.loudness = float(np.abs(frame.to_ndarray()).mean())


async def ask(server: AssembledServer, *offers: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"offers": list(offers)}).encode()
    async with server.raw("POST", "/api/v1/echoes", body, key=None) as answer:
        return answer.status, await answer.json()


@contextlib.asynccontextmanager
async def mirrors(*greys: int) -> AsyncIterator[list[Mirror]]:
    made = [Mirror(grey) for grey in greys]
    try:
        yield made
    finally:
        for mirror in made:
            await mirror.close()


async def ended(server: AssembledServer) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while server.server.plane.gauges()["conferences"]:
            await asyncio.sleep(0.02)


async def test_echo_brings_own_sound_and_picture_back_and_ends_with_the_connection(server: AssembledServer) -> None:
    rooms = server.server.registry.room_count()
    async with mirrors(60, 200) as (dark, light):
        (_, one), (_, other) = await ask(server, await dark.offer()), await ask(server, await light.offer())
        await dark.connect(one["answers"][0])
        await light.connect(other["answers"][0])
        await asyncio.gather(dark.sees(8), light.sees(8))
        assert max(abs(grey - 60) for grey in dark.greys) < 15, "the other's picture was shown"
        assert max(abs(grey - 200) for grey in light.greys) < 15, "the other's picture was shown"
        assert server.server.plane.gauges()["conferences"] == 2
        assert server.server.registry.room_count() == rooms, "an echo is no room"
    await ended(server)


async def test_echo_stays_no_longer_than_it_may(server: AssembledServer, monkeypatch: pytest.MonkeyPatch) -> None:
    patched = server.server.echoes
    monkeypatch.setattr(patched, "_lasts_s", BRIEFLY_S)
    async with mirrors(100) as (mirror,):
        _, opened = await ask(server, await mirror.offer())
        await mirror.connect(opened["answers"][0])
        # On a busy machine its time may be over before the first picture: then that is not seen either.
        await ended(server)
        assert server.server.registry.totals()["echoes_timed_out"] == 1
        await mirror.lost()


async def test_echo_takes_no_room_no_screen_and_no_more_offers_than_ways(server: AssembledServer) -> None:
    async with mirrors(100) as (mirror,):
        offer = await mirror.offer()
        room = (await server.open_room())["roomId"]
        mids = list(offer["sources"])
        bad = (
            {"offers": [offer], "room": room},
            {"offers": [{**offer, "conference": 1}]},
            {"offers": [offer] * (echoes.MAX_OFFERS + 1)},
            {"offers": []},
            {"offers": [{**offer, "sources": {mids[0]: "screenAudio", mids[1]: "screen"}}]},
            {"offers": [{**offer, "sdp": "v=0\r\n" * 9}]},
        )
        seen = []
        for body in bad:
            async with server.raw("POST", "/api/v1/echoes", json.dumps(body).encode(), key=None) as answer:
                seen.append(answer.status)
        # The sixth is answered: an m-line of what may not be sent is `inactive`, so nothing comes.
        assert seen == [422, 422, 422, 422, 200, 422]
        async with server.raw("POST", "/api/v1/echoes", b"x" * 200_000, key=None) as answer:
            assert answer.status == 413


async def test_echo_is_refused_to_who_floods_and_costs_no_one_else_a_call(server: AssembledServer) -> None:
    async with mirrors(100) as (mirror,):
        offer = await mirror.offer()
        statuses = [(await ask(server, offer))[0] for _ in range(int(BURST) + 4)]
        assert statuses[: echoes.MAX_OF_ADDRESS] == [200] * echoes.MAX_OF_ADDRESS
        assert statuses[echoes.MAX_OF_ADDRESS : int(BURST)] == [503] * (int(BURST) - echoes.MAX_OF_ADDRESS)
        assert 429 in statuses[int(BURST) :]
        totals = server.server.registry.totals()
        assert min(totals["echoes_refused_full"], totals["echoes_refused_rate"]) > 0
        assert server.server.plane.gauges()["conferences"] == echoes.MAX_OF_ADDRESS
        await server.open_room()
