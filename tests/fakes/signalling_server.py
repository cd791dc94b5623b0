"""Registry, tokens and signalling on a loopback port with a fake media plane, and real socket.io clients for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import socketio
from aiohttp import web

from tests.fakes.media_plane import FakeMediaPlane
from tests.patience import PATIENCE_S
from vdxmedia.api.tokens import JwtTokens, SigningKey
from vdxmedia.clock import SystemClock
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import Grant, MediaKind
from vdxmedia.hub.registry import Registry
from vdxmedia.ids import RoomId
from vdxmedia.signalling.server import Signalling
from vdxmedia.signalling.session import SessionLimits


async def until(holds: Callable[[], object], what: str = "") -> None:
    """Waits for a condition."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


class HasUrl(Protocol):
    url: str


@dataclass
class Server:
    url: str
    registry: Registry
    plane: FakeMediaPlane
    tokens: JwtTokens
    clock: SystemClock
    signalling: Signalling

    def room(self, **settings: Any) -> RoomId:
        return self.registry.create(RoomSettings(**settings))

    def token(self, room: str, **changes: Any) -> str:
        grant = {
            "room": room,
            "identity": "",
            "role": "guest",
            "name": None,
            "organisation": "",
            "function": "",
            "can_publish": frozenset(MediaKind),
            "can_subscribe": True,
            "expires_at": self.clock.unix_s() + 600,
        }
        return self.tokens.issue(Grant(**{**grant, **changes}))

    def total(self, name: str) -> int:
        return self.registry.totals().get(name, 0)


@dataclass
class Client:
    """A socket.io client that keeps what it gets."""

    socket: socketio.AsyncClient
    joined: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    refusal: Any = None
    is_closed: bool = False

    async def command(self, type: str, **fields: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self.socket.call("command", {"type": type, **fields}, timeout=PATIENCE_S)
        return answer

    async def join(self, name: str = "Anna", **fields: Any) -> dict[str, Any]:
        self.joined = await self.command("join", **{"name": name, "knowsWhoSees": "all", **fields})
        return self.joined

    async def offer(self, sdp: str = "v=0") -> dict[str, Any]:
        return await self.command("offer", sdp=sdp, sources={"0": "microphone", "1": "camera"})

    @property
    def id(self) -> str:
        return str(self.joined["participantId"])

    def of_type(self, type: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == type]

    async def until_event(self, type: str, count: int = 1) -> dict[str, Any]:
        await until(lambda: len(self.of_type(type)) >= count, type)
        return self.of_type(type)[-1]

    async def cut(self) -> None:
        """The network goes: no goodbye."""
        self.socket.eio.ws._response.connection.transport.abort()
        await until(lambda: self.is_closed)


@asynccontextmanager
async def connected(
    server: HasUrl, token: str, *, protocol: int = 1, auth: Any = None, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Client]:
    """A connected client; a refusal is kept in `refusal`."""
    client = Client(socketio.AsyncClient(reconnection=False))

    async def on_events(batch: list[dict[str, Any]]) -> None:
        client.events.extend(batch)

    async def on_refusal(data: Any) -> None:
        client.refusal = data

    async def on_disconnect(*_: Any) -> None:
        client.is_closed = True

    client.socket.on("events", on_events)
    client.socket.on("connect_error", on_refusal)
    client.socket.on("disconnect", on_disconnect)
    try:
        try:
            hello = {"protocol": protocol, "token": token} if auth is None else auth
            await client.socket.connect(
                server.url,
                auth=hello,
                headers=dict(headers or {}),
                transports=["websocket"],
                wait_timeout=PATIENCE_S,  # by itself it gives up after a second
            )
        except socketio.exceptions.ConnectionError:
            await until(lambda: client.refusal is not None)
        yield client
    finally:
        await client.socket.disconnect()
        await client.socket.eio.queue.put(None)  # else its writer waits for a ping's time after a server's goodbye


@asynccontextmanager
async def signalling_server(
    *, hub: HubLimits | None = None, session: SessionLimits | None = None
) -> AsyncIterator[Server]:
    """Who is there is told at once, not in rounds, unless `hub` says so."""
    hub = hub or HubLimits(roster_round_s=0.0)
    clock = SystemClock()
    plane = FakeMediaPlane()
    rooms: list[Registry] = []
    tokens = JwtTokens(
        SigningKey.generate(),
        [],
        issuer="test",
        clock=clock,
        closes_at_of=lambda room: rooms[0].closes_at_of(RoomId(room)),
    )
    async with (
        Registry(plane, clock, limits=hub) as registry,
        Signalling(registry, tokens, clock, limits=session) as signalling,
    ):
        rooms.append(registry)
        app = web.Application()
        signalling.attach(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            yield Server(f"http://127.0.0.1:{port}", registry, plane, tokens, clock, signalling)
        finally:
            await registry.stop(0.0)
            await runner.cleanup()
