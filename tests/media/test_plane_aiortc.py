"""The plane over the real relay, without rooms: one aiortc peer publishes, another decodes."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
from collections.abc import AsyncIterator, Callable

import av
import numpy as np
import pytest
import pytest_asyncio
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from tests.media.client import ColourTrack, ToneTrack
from tests.patience import PATIENCE_S
from vdxmedia._relay import Relay, is_release_build
from vdxmedia.errors import Refused
from vdxmedia.hub.ports import (
    BindSlot,
    MediaAnswer,
    MediaConnected,
    MediaEvent,
    MediaKind,
    MediaLost,
    MediaOffer,
    MediaSeat,
    SetHears,
    SetSourceClasses,
    SlotKind,
)
from vdxmedia.ids import ConferenceKey, ParticipantId, SourceId
from vdxmedia.sfu import placement
from vdxmedia.sfu.plane import RelayPlane

RATE_HZ, SAMPLES = 48_000, 960
ROOM = ConferenceKey(1)
ANNA, BO, CLARA = ParticipantId("anna"), ParticipantId("bo"), ParticipantId("clara")
MICROPHONE, CAMERA = SourceId(0x11), SourceId(0x12)
SOURCES = {MediaKind.MICROPHONE: MICROPHONE, MediaKind.CAMERA: CAMERA}
GREY = 180
LITTLE_LOAD = 0.004
"""Share of a core: five times what a worker without media takes, a fifth of what sound without pauses makes of it."""


class HurriedTone(ToneTrack):
    """Sound as fast as it can be encoded, about 2,000 packets a second: a load."""

    async def recv(self) -> av.AudioFrame:
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.pts, frame.sample_rate, frame.time_base = self._sample, RATE_HZ, fractions.Fraction(1, RATE_HZ)
        self._sample += SAMPLES
        await asyncio.sleep(0)
        return frame


class Peer:
    """An aiortc connection to the plane; `frames` and `last` are per slot."""

    def __init__(self, plane: RelayPlane, participant: ParticipantId) -> None:
        self.pc = RTCPeerConnection()
        self.frames: dict[str, int] = {}
        self.last: dict[str, np.ndarray] = {}
        self._plane = plane
        self._participant = participant
        self._readers: list[asyncio.Task[None]] = []
        self.pc.on("track", self._on_track)

    async def publish(self, sound: MediaStreamTrack | None = None) -> MediaAnswer:
        microphone = self.pc.addTransceiver(sound or ToneTrack(440.0), direction="sendonly")
        camera = self.pc.addTransceiver(ColourTrack(GREY), direction="sendonly")
        return await self._offer({microphone: MediaKind.MICROPHONE, camera: MediaKind.CAMERA})

    async def subscribe(self) -> MediaAnswer:
        self.pc.addTransceiver("audio", direction="recvonly")
        self.pc.addTransceiver("video", direction="recvonly")
        return await self._offer({})

    async def _offer(self, kinds: dict[object, MediaKind]) -> MediaAnswer:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        seat = MediaSeat(conference=ROOM, participant=self._participant, sources=SOURCES, codec="VP8", video_slots=1)
        named = {transceiver.mid: kind for transceiver, kind in kinds.items()}  # type: ignore[attr-defined] # aiortc's
        answer = await self._plane.connect(seat, MediaOffer(sdp=self.pc.localDescription.sdp, sources=named))
        await self.pc.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        return answer

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._readers.append(asyncio.create_task(self._read(track), name=f"read {track.kind}"))

    async def _read(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(Exception):  # the track ends with an exception of aiortc's own
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    self.last[track.kind] = np.frombuffer(bytes(frame.planes[0]), dtype=np.uint8)
                else:
                    self.last[track.kind] = np.abs(frame.to_ndarray())
                self.frames[track.kind] = self.frames.get(track.kind, 0) + 1

    async def close(self) -> None:
        await self.pc.close()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)


class Stage:
    def __init__(self, plane: RelayPlane) -> None:
        self.plane = plane
        self.told: list[MediaEvent] = []
        self.peers: list[Peer] = []
        plane.open_conference(ROOM, self.told.append)

    def peer(self, participant: ParticipantId) -> Peer:
        self.peers.append(Peer(self.plane, participant))
        return self.peers[-1]

    def show_anna_to_bo(self) -> None:
        """What a room says: Anna is of class 1, Bo may receive it, and his picture is hers."""
        self.plane.apply(
            ROOM,
            [
                SetSourceClasses(MICROPHONE, 1),
                SetSourceClasses(CAMERA, 1),
                SetHears(BO, 1),
                BindSlot(BO, SlotKind.VIDEO, 0, CAMERA),
            ],
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for what packets bring about; there is no event for it."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.02)

    async def decodes_anna(self, peer: Peer) -> None:
        await self.until(
            lambda: (
                peer.frames.get("video", 0) >= 10
                and peer.frames.get("audio", 0) >= 50
                and float(peer.last["audio"].mean()) > 1_000
            )
        )
        assert abs(float(np.median(peer.last["video"])) - GREY) < 12  # the plane has padding beyond 320


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    assert is_release_build()
    async with RelayPlane(Relay(["127.0.0.1:0"])) as plane:
        made = Stage(plane)
        yield made
        for peer in made.peers:
            await peer.close()


async def test_published_sound_and_picture_are_decoded_by_another(stage: Stage) -> None:
    anna, bo = stage.peer(ANNA), stage.peer(BO)
    await anna.publish()
    await bo.subscribe()
    stage.show_anna_to_bo()
    await stage.plane.fence()
    await stage.decodes_anna(bo)
    assert {event.participant for event in stage.told if isinstance(event, MediaConnected)} == {ANNA, BO}
    assert not [event for event in stage.told if isinstance(event, MediaLost)]
    assert stage.plane.gauges()["peers_with_keys"] == 2

    def is_told(name: str) -> bool:
        samples = [sample for quality in stage.plane.qualities() for sample in quality.family().samples]
        return any(sample.name == f"{name}_count" and sample.value > 0 for sample in samples)

    await stage.until(lambda: is_told("vdx_jitter_seconds") and is_told("vdx_media_uplink_loss_ratio"))


async def test_nothing_is_received_before_the_room_allows_it(stage: Stage) -> None:
    anna, bo = stage.peer(ANNA), stage.peer(BO)
    await anna.publish()
    await bo.subscribe()
    stage.plane.apply(ROOM, [BindSlot(BO, SlotKind.VIDEO, 0, CAMERA)])
    await stage.until(lambda: stage.plane.gauges()["peers_with_keys"] == 2)
    sent = anna.pc.getTransceivers()[1].sender
    before = _packets(await sent.getStats())
    async with asyncio.timeout(PATIENCE_S):
        while _packets(await sent.getStats()) < before + 30:
            await asyncio.sleep(0.02)
    assert bo.frames == {}
    stage.show_anna_to_bo()
    await stage.decodes_anna(bo)


async def test_new_connection_of_a_subscriber_goes_on_where_the_old_was(stage: Stage) -> None:
    anna, bo = stage.peer(ANNA), stage.peer(BO)
    await anna.publish()
    await bo.subscribe()
    stage.show_anna_to_bo()
    await stage.decodes_anna(bo)
    again = stage.peer(BO)
    assert (await again.subscribe()).is_new_connection
    await stage.decodes_anna(again)
    assert stage.plane.gauges()["peers"] == 2
    assert not [event for event in stage.told if isinstance(event, MediaLost)]


async def test_new_connection_of_a_publisher_goes_on_where_the_old_was(stage: Stage) -> None:
    anna, bo = stage.peer(ANNA), stage.peer(BO)
    await anna.publish()
    await bo.subscribe()
    stage.show_anna_to_bo()
    await stage.decodes_anna(bo)
    await stage.peer(ANNA).publish()
    stage.show_anna_to_bo()
    bo.frames.clear()
    await stage.decodes_anna(bo)


async def test_load_that_media_makes_in_the_worker_refuses_newcomers_until_it_is_over(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "HOME_FULL", LITTLE_LOAD)
    monkeypatch.setattr(stage.plane, "_full", LITTLE_LOAD)
    (before_ns, _), *_ = stage.plane.worker_stats()
    anna = stage.peer(ANNA)
    await anna.publish(HurriedTone())
    await stage.peer(BO).subscribe()
    stage.show_anna_to_bo()
    await stage.until(lambda: stage.plane._meter.loads[0] > LITTLE_LOAD)
    (after_ns, _), *_ = stage.plane.worker_stats()
    assert after_ns - before_ns > LITTLE_LOAD * 1e9, "CPU time of the worker itself, of a second at least"
    with pytest.raises(Refused) as caught:
        await stage.peer(CLARA).subscribe()
    assert (caught.value.code, stage.plane.stats()["media_full"]) == ("media_busy", 1)
    assert (await stage.peer(BO).subscribe()).is_new_connection, "who is in the call builds his connection anew"
    await anna.close()
    await stage.until(lambda: stage.plane._meter.loads[0] <= LITTLE_LOAD)
    assert (await stage.peer(CLARA).subscribe()).is_new_connection


async def test_connection_that_the_client_closes_is_told_to_the_room(stage: Stage) -> None:
    anna = stage.peer(ANNA)
    await anna.publish()
    await stage.until(lambda: MediaConnected(ANNA) in stage.told)
    # The server may be done before she is; who goes away in the middle of it says nothing.
    await stage.until(lambda: anna.pc.connectionState == "connected")
    await anna.close()
    await stage.until(lambda: MediaLost(ANNA, "closed") in stage.told)


def _packets(report: object) -> int:
    return sum(item.packetsSent for item in report.values() if item.type == "outbound-rtp")  # type: ignore[attr-defined] # aiortc's
