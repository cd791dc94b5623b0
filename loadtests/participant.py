"""A participant without a browser: real signalling here, media by the native generator.

It joins by docs/protocol.md, writes an offer in a browser's shape, and hands what was agreed to the generator. The
slots' bindings are passed on, so that a packet under another's name is a fault.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import aiohttp
import msgspec
import socketio

from loadtests import native
from loadtests.description import (
    EXTENSIONS,
    OPUS,
    VP8,
    VP8_RTX,
    Answer,
    Line,
    Stream,
    Transport,
    read_answer,
    write_offer,
)

PROTOCOL_VERSION = 1
ANSWER_TIMEOUT_S = 20.0
MICROPHONE = native.Layer(frames_per_s=50, bytes=120)
"""Opus at 48 kbit/s in packets of 20 ms."""


def camera(bitrate_bps: int = 1_500_000, frames_per_s: int = 30, *, spread_ms: int = 0) -> list[native.Layer]:
    """One layer without a rid, in packets of at most 1,100 bytes."""
    return [_layer("", bitrate_bps, frames_per_s, spread_ms)]


def simulcast(encodings: Sequence[dict[str, Any]], *, spread_ms: int = 0) -> list[native.Layer]:
    """The layers of the join answer's `media.camera`, at their full bit rates."""
    return [_layer(one["rid"], one["maxBitrate"], one["maxFramerate"], spread_ms) for one in encodings]


def _layer(rid: str, bitrate_bps: int, frames_per_s: int, spread_ms: int) -> native.Layer:
    frame_bytes = bitrate_bps // 8 // frames_per_s
    packets = max(1, -(-frame_bytes // 1_100))
    size = max(100, frame_bytes // packets)
    return native.Layer(
        rid=rid,
        frames_per_s=frames_per_s,
        packets=packets,
        bytes=size,
        spread_ms=spread_ms,
        keyframe_packets=4 * packets,
    )


class Refused(Exception):
    """The server refused a command; the text is its stable code."""


class Participant:
    """One who has joined; `connect_media` next."""

    def __init__(self, generator: native.Generator, client: socketio.AsyncClient, name: str) -> None:
        self._generator = generator
        self._socket = client
        self.name = name
        self.peer = generator.next_peer()
        self.joined: dict[str, Any] = {}
        self.answer: Answer | None = None
        self.slot_mids: dict[tuple[str, int], str] = {}
        self.offered_ns = 0
        """When the offer was sent, by the monotonic clock."""
        self.began_ns = 0
        """Before the handshake; likewise."""
        self.connected_ns = 0
        """The token was taken."""
        self.joined_ns = 0
        self.bindings: list[dict[str, Any]] = []
        """Who is in which slot, as the server said last."""
        self.on_event: Callable[[dict[str, Any]], None] | None = None
        self.lists = 0
        """Of events, that came."""
        self._published: list[str] = []
        self._camera_layers = 0
        self._wanted: list[dict[str, Any]] = []
        """Layers by source, as the server said last."""
        self._offer: Callable[[Transport], str] = _no_offer
        """The last one, with other ICE credentials."""
        self._sources: dict[str, str] = {}

    def on_disconnect(self, act: Callable[[], None]) -> None:
        """When the connection has ended, whoever ended it."""
        self._socket.on("disconnect", lambda *_: act())

    async def send(self, message: dict[str, Any]) -> dict[str, Any]:
        """Raises: Refused, TimeoutError, socket.io's errors."""
        answer: dict[str, Any] = await self._socket.call("command", message, timeout=ANSWER_TIMEOUT_S)
        if answer["type"] == "error":
            raise Refused(answer["code"])
        return answer

    def source_id(self, kind: str) -> int:
        """The id that the server gave a source of ours: the CSRC of its packets."""
        me = next(one for one in self.joined["participants"] if one["id"] == self.joined["participantId"])
        found: int = next(source["id"] for source in me["sources"] if source["kind"] == kind)
        return found

    async def join(self, video_slots: int, session: str = "") -> None:
        """`session`: of the seat that this page had before it was loaded anew; it is taken over."""
        self._socket.on("events", self._on_events)
        message: dict[str, Any] = {"type": "join", "name": self.name, "videoSlots": video_slots, "knowsWhoSees": "all"}
        if session:
            message["resume"] = {"session": session, "sequence": 0}
        self.joined = await self.send(message)
        self.joined_ns = time.monotonic_ns()
        self.bindings = self.joined["bindings"]

    async def connect_media(
        self,
        *,
        microphone: native.Layer | None = None,
        picture: Sequence[native.Layer] = (),
        screen: Sequence[native.Layer] = (),
        options: native.Options | None = None,
        slots: tuple[int, int] | None = None,
        is_waiting: bool = False,
    ) -> None:
        """Offers, hands over to the generator, and begins to publish; connecting goes on behind it.

        `slots`: how many of sound and of pictures are offered; None: all that the join answer names.
        `is_waiting`: `publish` is called later.
        """
        published: list[tuple[str, bool, list[native.Layer]]] = []
        if microphone is not None:
            published.append(("microphone", True, [_numbered(microphone, is_audio=True)]))
        if picture:
            published.append(("camera", False, [_numbered(layer, is_audio=False) for layer in picture]))
        if screen:
            published.append(("screen", False, [_numbered(layer, is_audio=False) for layer in screen]))
        counts = self.joined["media"]["slots"]
        lines = [
            Line(is_audio, [Stream(layer.ssrc, layer.rtx_ssrc, layer.rid) for layer in layers])
            for _, is_audio, layers in published
        ]
        sounds, pictures = slots or (counts["speaker"] + counts["programme"], counts["video"])
        lines += [Line(True)] * sounds + [Line(False)] * pictures
        transport = Transport(secrets.token_hex(4), secrets.token_hex(12), self._generator.fingerprint)
        cname, session_id = secrets.token_hex(8), secrets.randbits(62)
        self._offer = lambda transport: write_offer(lines, transport, cname, session_id)
        self._sources = {str(mid): kind for mid, (kind, _, _) in enumerate(published)}
        self.offered_ns = time.monotonic_ns()
        answered = await self.send({"type": "offer", "sdp": self._offer(transport), "sources": self._sources})
        self.answer = answer = read_answer(answered["sdp"])
        by_mid = {line.mid: line for line in answer.lines}
        answered_slots = [
            native.Slot(slot["kind"], slot["index"], slot["mid"], line.ssrc, line.rtx_ssrc)
            for slot in answered["slots"]
            if (line := by_mid[slot["mid"]]).direction == "sendonly"
        ]
        self.slot_mids = {(slot.kind, slot.index): slot.mid for slot in answered_slots}
        agreed = frozenset().union(*(line.extension_ids for line in answer.lines))
        types = {payload_type for line in answer.lines for payload_type in line.payload_types}
        payloads = {"opus": OPUS, "vp8": VP8, "vp8_rtx": VP8_RTX}
        self._generator.send(
            native.Add(
                peer=self.peer,
                remote=answer.address(),
                remote_ufrag=answer.ufrag,
                remote_pwd=answer.pwd,
                remote_fingerprint=answer.fingerprint,
                local_ufrag=transport.ufrag,
                cname=cname,
                payloads={name: number for name, number in payloads.items() if number in types},
                extensions={name: number for name, (number, _) in EXTENSIONS.items() if number in agreed},
                slots=answered_slots,
                sources=[
                    native.Source(str(mid), is_audio, layers) for mid, (_, is_audio, layers) in enumerate(published)
                ],
                options=options or native.Options(),
            )
        )
        self._bind(self.bindings)
        self._published = [kind for kind, _, _ in published]
        self._camera_layers = len(picture)
        self._choose()
        if not is_waiting:
            await self.publish()

    async def restart_ice(self, *, moves: bool, offers: int = 1) -> None:
        """Offers anew with other ICE credentials, and goes on with those of the answer; `moves`: from another port.

        `offers`: so many one right after the other, each with credentials of its own; only the last is made use of.
        """
        assert self.answer is not None
        for _ in range(offers):
            transport = Transport(secrets.token_hex(4), secrets.token_hex(12), self._generator.fingerprint)
            answered = await self.send({"type": "offer", "sdp": self._offer(transport), "sources": self._sources})
        self.answer = answer = read_answer(answered["sdp"])
        self._generator.send(native.Restart(self.peer, answer.ufrag, answer.pwd, transport.ufrag, moves))

    async def publish(self) -> None:
        """Sends what was offered to be sent, but a screen."""
        for kind in self._published:
            if kind != "screen":
                await self.set_source(kind, active=True)

    def talk(self, kind: str, *, sends: bool) -> None:
        """Begins or ends to send, and tells nobody: as a voice activity detector does."""
        mid = str(self._published.index(kind))
        self._generator.send(
            native.Start(self.peer, mid, self.source_id(kind)) if sends else native.Stop(self.peer, mid)
        )

    async def set_source(self, kind: str, *, active: bool) -> None:
        """Mutes, unmutes, shares: tells the server, and begins or ends to publish."""
        mid = str(self._published.index(kind))
        if active:
            self._generator.send(native.Start(self.peer, mid, self.source_id(kind)))
        else:
            self._generator.send(native.Stop(self.peer, mid))
        await self.send({"type": "setSource", "source": kind, "active": active})

    async def show_all(self, width: int = 1280, height: int = 720) -> None:
        """All video slots are on the screen in this size."""
        count = self.joined["media"]["slots"]["video"]
        tiles = [{"slot": slot, "width": width, "height": height} for slot in range(count)]
        await self.send({"type": "setTiles", "tiles": tiles})

    async def _on_events(self, batch: list[dict[str, Any]]) -> None:
        self.lists += 1
        for event in batch:
            if event["type"] == "bindings":
                self.bindings = event["bindings"]
                if self.answer is not None:
                    self._bind(self.bindings)
            if event["type"] == "bandwidth":
                self._wanted = event["sendLayers"]
                self._choose()
            if self.on_event is not None:
                self.on_event(event)

    def _bind(self, bindings: Sequence[dict[str, Any]]) -> None:
        """Speakers are the relay's choice, so only pictures are bound."""
        for binding in bindings:
            mid = self.slot_mids.get((binding["kind"], binding["index"]))
            if mid is not None and binding["kind"] == "video" and binding["source"]:
                self._generator.send(native.Bind(self.peer, mid, binding["source"]))

    def _choose(self) -> None:
        """A camera's layers that nobody takes are not sent; a source that is not named sends all."""
        if self.answer is None or self._camera_layers < 2:
            return
        all_of_them = range(self._camera_layers)
        layers = next((one["layers"] for one in self._wanted if one["source"] == "camera"), all_of_them)
        mid = str(self._published.index("camera"))
        self._generator.send(native.Choose(self.peer, mid, tuple(layers)))

    def leave_media(self) -> None:
        if self.answer is not None:
            self._generator.send(native.Remove(self.peer))
            self.answer = None

    async def leave(self) -> None:
        """With goodbye."""
        self.leave_media()
        await self.send({"type": "leave"})

    async def vanish(self) -> None:
        """Without goodbye: media stops, and the connection ends as that of a process that was killed."""
        self.leave_media()
        plain = self._socket.eio.ws.get_extra_info("socket") if self._socket.connected else None
        if plain is not None:
            plain.shutdown(socket.SHUT_RDWR)
        await self.disconnect()

    async def disconnect(self) -> None:
        self.leave_media()
        engine = self._socket.eio
        loops = [task for task in (engine.read_loop_task, engine.write_loop_task) if task is not None]
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await engine.disconnect(abort=True)
        # The library would wait for its writer, which does not always see that nothing more comes: for 25 s then.
        for task in loops:
            task.cancel()


def _no_offer(_: Transport) -> str:
    raise RuntimeError("media has not been connected yet")


def _numbered(layer: native.Layer, *, is_audio: bool) -> native.Layer:
    ssrc = secrets.randbelow(2**31) + 1
    return msgspec.structs.replace(layer, ssrc=ssrc, rtx_ssrc=0 if is_audio else ssrc + 1)


async def connect(
    generator: native.Generator,
    base_url: str,
    link: str,
    name: str,
    *,
    video_slots: int = 9,
    http: aiohttp.ClientSession | None = None,
    session: str = "",
) -> Participant:
    """Joins by a host or guest link; the caller ends it with `leave` and `disconnect`, or `vanish`.

    `http` may be shared; without it, one is made. `session` as for `Participant.join`.
    """
    client = socketio.AsyncClient(reconnection=False, http_session=http)
    participant = Participant(generator, client, name)
    auth = {"protocol": PROTOCOL_VERSION, "token": link.partition("#t=")[2]}
    participant.began_ns = time.monotonic_ns()
    await client.connect(base_url, auth=auth, transports=["websocket"], wait_timeout=ANSWER_TIMEOUT_S)
    participant.connected_ns = time.monotonic_ns()
    try:
        await participant.join(video_slots, session)
    except BaseException:
        await participant.disconnect()
        raise
    return participant


@contextlib.asynccontextmanager
async def join(
    generator: native.Generator,
    base_url: str,
    link: str,
    name: str,
    *,
    video_slots: int = 9,
    http: aiohttp.ClientSession | None = None,
) -> AsyncIterator[Participant]:
    """As `connect`, and leaves at the end."""
    participant = await connect(generator, base_url, link, name, video_slots=video_slots, http=http)
    try:
        yield participant
        await participant.leave()
    finally:
        await participant.disconnect()
