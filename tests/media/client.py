"""A participant without a browser: python-socketio for signalling, aiortc for media, docs/protocol.md for the rest."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
import socketio
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack
from aiortc.rtcdtlstransport import SRTPProtectionProfile

from tests.patience import PATIENCE_S


class ColourTrack(VideoStreamTrack):  # type: ignore[misc]
    """A 320x180 picture of one grey level: what arrives tells whose it is."""

    def __init__(self, luma: int) -> None:
        super().__init__()
        self._luma = luma

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(320, 180, "yuv420p")
        for plane, value in zip(frame.planes, (self._luma, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


class ToneTrack(AudioStreamTrack):  # type: ignore[misc]
    """A tone of 48 kHz mono, loud enough to be a speaker."""

    def __init__(self, frequency: float = 440.0) -> None:
        super().__init__()
        self._frequency = frequency
        self._sample = 0

    async def recv(self) -> av.AudioFrame:
        silent = await super().recv()
        count = silent.samples
        at = np.arange(self._sample, self._sample + count) / silent.sample_rate
        self._sample += count
        wave = (12_000 * np.sin(2 * np.pi * self._frequency * at)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = (
            silent.pts,
            silent.sample_rate,
            fractions.Fraction(1, silent.sample_rate),
        )
        return frame


@dataclass
class Client:
    """One joined participant. `frames[mid]` counts decoded pictures, `lumas[mid]` is the last one's grey."""

    socket: socketio.AsyncClient
    pc: RTCPeerConnection
    joined: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    frames: dict[str, int] = field(default_factory=dict)
    lumas: dict[str, float] = field(default_factory=dict)
    loudness: dict[str, float] = field(default_factory=dict)
    slots: list[dict[str, Any]] = field(default_factory=list)
    readers: list[asyncio.Task[None]] = field(default_factory=list)
    profiles: Sequence[SRTPProtectionProfile] = ()

    @property
    def participant_id(self) -> str:
        return str(self.joined["participantId"])

    async def send(self, message: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await self.socket.call("command", message, timeout=PATIENCE_S)
        return answer

    async def connect_media(
        self, *, luma: int | None, tone: float | None, video_slots: int, screen: int | None = None
    ) -> None:
        """Offers the sources and as many slots as asked for; returns when DTLS is done."""
        sources: dict[str, str] = {}
        published = []
        if tone is not None:
            published.append(("microphone", self.pc.addTransceiver(ToneTrack(tone), direction="sendonly")))
        if luma is not None:
            published.append(("camera", self.pc.addTransceiver(ColourTrack(luma), direction="sendonly")))
        if screen is not None:
            published.append(("screen", self.pc.addTransceiver(ColourTrack(screen), direction="sendonly")))
        counts = self.joined["media"]["slots"]
        for _ in range(counts["speaker"] + counts["programme"]):
            self.pc.addTransceiver("audio", direction="recvonly")
        for _ in range(min(video_slots, counts["video"])):
            self.pc.addTransceiver("video", direction="recvonly")
        connected = asyncio.Event()

        def on_track(track: MediaStreamTrack) -> None:
            mid = next(t.mid for t in self.pc.getTransceivers() if t.receiver.track is track)
            self.readers.append(asyncio.create_task(self._read(track, mid), name=f"read {mid}"))

        def on_state() -> None:
            if self.pc.connectionState == "connected":
                connected.set()

        self.pc.on("track", on_track)
        self.pc.on("connectionstatechange", on_state)
        await self.pc.setLocalDescription(await self.pc.createOffer())
        for kind, transceiver in published:
            sources[transceiver.mid] = kind
        if self.profiles:
            for transceiver in self.pc.getTransceivers():
                transceiver.receiver.transport._srtp_profiles = list(self.profiles)
        answer = await self.send({"type": "offer", "sdp": self.pc.localDescription.sdp, "sources": sources})
        assert answer["type"] == "answer", answer
        self.slots = answer["slots"]
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        async with asyncio.timeout(PATIENCE_S):
            await connected.wait()
        for kind in sources.values():
            done = await self.send({"type": "setSource", "source": kind, "active": True})
            assert done["type"] == "done", done

    async def _read(self, track: MediaStreamTrack, mid: str) -> None:
        with contextlib.suppress(Exception):  # the track ends with an exception of aiortc's own
            while True:
                frame = await track.recv()
                self.frames[mid] = self.frames.get(mid, 0) + 1
                if isinstance(frame, av.VideoFrame):
                    self.lumas[mid] = float(np.median(np.frombuffer(bytes(frame.planes[0]), dtype=np.uint8)))
                elif isinstance(frame, av.AudioFrame):
                    self.loudness[mid] = float(np.abs(frame.to_ndarray()).mean())

    async def pictures(self, mids: int = 1, frames: int = 10) -> None:
        """Waits until this many slots have decoded this many pictures each."""
        video = {slot["mid"] for slot in self.slots if slot["kind"] == "video"}
        async with asyncio.timeout(PATIENCE_S):
            while sum(self.frames.get(mid, 0) >= frames for mid in video) < mids:
                await asyncio.sleep(0.02)

    async def hears(self, loudness: float) -> None:
        """Waits until some slot has played sound as loud as this."""
        async with asyncio.timeout(PATIENCE_S):
            while max(self.loudness.values(), default=0.0) <= loudness:
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def join(
    base_url: str,
    link: str,
    name: str,
    *,
    luma: int | None = None,
    screen: int | None = None,
    tone: float | None = None,
    video_slots: int = 2,
    media: bool = True,
    profiles: Sequence[SRTPProtectionProfile] = (),
) -> AsyncIterator[Client]:
    """Joins by a host or guest link and leaves at the end. `profiles`: the only SRTP profiles this client knows."""
    socket = socketio.AsyncClient(reconnection=False)
    pc = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    client = Client(socket, pc, {}, profiles=profiles)

    async def on_events(batch: list[dict[str, Any]]) -> None:
        client.events.extend(batch)

    socket.on("events", on_events)
    token = link.partition("#t=")[2]
    # By itself it gives up after a second.
    await socket.connect(
        base_url, auth={"protocol": 1, "token": token}, transports=["websocket"], wait_timeout=PATIENCE_S
    )
    try:
        client.joined = await client.send(
            {"type": "join", "name": name, "videoSlots": max(video_slots, 1), "knowsWhoSees": "all"}
        )
        assert client.joined["type"] == "joined", client.joined
        if media:
            await client.connect_media(luma=luma, tone=tone, video_slots=video_slots, screen=screen)
        yield client
        await client.send({"type": "leave"})
    finally:
        await client.pc.close()
        await socket.disconnect()
        for reader in client.readers:
            reader.cancel()
        await asyncio.gather(*client.readers, return_exceptions=True)
