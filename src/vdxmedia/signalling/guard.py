"""socket.io with bounds where python-socketio has none; with `engine.py` the only place that has its private names.

The library was written for well-behaved clients: a malformed packet is logged with a traceback or leaves a task behind,
a connection may stay without ever saying who it is, and closing waits for a reader that never reads. Here each of these
has a limit, a counter, and an end by cutting the TCP connection.

`tests/contract/test_signalling_libraries.py` fails when a library's new version has other names.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import socketio
from aiohttp import web

from vdxmedia.clock import Clock
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.signalling.engine import EngineSocket, GuardedEngine, text_frame
from vdxmedia.signalling.messages import MAX_MESSAGE_BYTES
from vdxmedia.signalling.packet import ACK, CONNECT, DISCONNECT, EVENT, Garbage, WirePacket

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 5_000
"""Sockets at once; more are refused before the socket.io handshake."""
MAX_STRANGERS = 500
"""Of these, sockets without a seat. Full: one of the client that has most of them makes room; who has most is refused.
So nobody keeps the others out from one address."""
JOIN_WITHIN_S = 20.0
"""How long a socket may be without a seat: after connecting, and again after leaving."""
LINGER_S = 1.0
"""From the closing packet to the cut of the TCP connection."""


def _is_fault_of_ours(record: logging.LogRecord) -> bool:
    """engineio logs a stranger's wrong request (origin, transport) at ERROR; it was refused, nobody needs to act."""
    return record.exc_info is not None or record.levelno > logging.ERROR


@dataclass(slots=True, eq=False)
class Connection:
    """One engine.io connection."""

    request: web.Request
    client: str
    """Whose it is, as far as the address tells."""
    expiry: asyncio.TimerHandle | None = field(default=None)
    """Cuts the connection when it has not got a seat in time."""
    is_cut: bool = False
    """What had arrived before is not looked at any more."""
    acknowledged: Callable[[int], None] | None = None
    """Hears which packets the client has taken."""

    @property
    def is_stranger(self) -> bool:
        return self.expiry is not None and not self.is_cut

    def cut(self) -> None:
        """Ends the TCP connection without a word. Twice is fine."""
        self.is_cut = True
        if self.request.transport is not None:
            self.request.transport.abort()


class GuardedServer(socketio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """socket.io over websocket only, with limits. Handlers are called one message of a client after another."""

    def __init__(
        self,
        *,
        clock: Clock,
        counters: Counters,
        scope: TaskScope,
        is_allowed: Callable[[str, dict[str, Any]], bool],
        client_of: Callable[[web.Request], str],
    ) -> None:
        self._counters = counters
        self._scope = scope
        self._client_of = client_of
        self._connections: dict[str, Connection] = {}
        self._strangers: dict[Connection, None] = {}
        """Of these, those without a seat: usually few."""
        for name in ("socketio", "engineio"):
            logging.getLogger(name).setLevel(logging.WARNING)
        logging.getLogger("engineio").addFilter(_is_fault_of_ours)
        super().__init__(
            logger=logging.getLogger("socketio"),
            engineio_logger=logging.getLogger("engineio"),
            serializer=WirePacket,
            async_handlers=False,
            async_mode="aiohttp",
            transports=["websocket"],
            cors_allowed_origins=is_allowed,
            cors_credentials=False,
            max_http_buffer_size=MAX_MESSAGE_BYTES,
            http_compression=False,
            allow_upgrades=False,
            monitor_clients=False,
            clock=clock,
            counters=counters,
            scope=scope,
        )

    def seated(self, sid: str, *, has_seat: bool) -> None:
        """A client with a seat may stay; one without is a stranger, also when it had one. Twice is fine."""
        connection = self._connections.get(self.manager.eio_sid_from_sid(sid, "/") or "")
        if connection is None:
            return
        if not has_seat:
            self._expect_join(connection)
        else:
            self._expect_no_more(connection)

    def _expect_join(self, connection: Connection) -> None:
        if connection.expiry is None:
            connection.expiry = asyncio.get_running_loop().call_later(JOIN_WITHIN_S, self._expire, connection)
            self._strangers[connection] = None

    def _expect_no_more(self, connection: Connection) -> None:
        self._strangers.pop(connection, None)
        if connection.expiry is not None:
            connection.expiry.cancel()
            connection.expiry = None

    def listen(self, sid: str, acknowledged: Callable[[int], None]) -> EngineSocket | None:
        """The client's socket, to write `events` to; None when it has gone meanwhile."""
        eio_sid = self.manager.eio_sid_from_sid(sid, "/") or ""
        connection = self._connections.get(eio_sid)
        if connection is not None:
            connection.acknowledged = acknowledged
        socket: EngineSocket | None = self.eio.sockets.get(eio_sid)
        return socket

    async def drop(self, sid: str) -> None:
        """Closes a client's connection: a closing packet, and after a moment the cut, whether it reads or not."""
        eio_sid = self.manager.eio_sid_from_sid(sid, "/")
        connection = self._connections.get(eio_sid or "")
        if eio_sid is None or connection is None:
            return
        asyncio.get_running_loop().call_later(LINGER_S, connection.cut)
        await self._close(eio_sid)

    async def _close(self, eio_sid: str) -> None:
        try:
            async with asyncio.timeout(LINGER_S):
                await self.eio.disconnect(eio_sid)
        except TimeoutError:
            self._counters.add("sockets_cut")

    async def close(self) -> None:
        """Closes every connection, cuts those that don't read; the library's tasks end with their scope."""
        connections = dict(self._connections)
        tasks = [self._scope.start(self._close(eio_sid), f"close {eio_sid}") for eio_sid in connections]
        if tasks:
            await asyncio.wait(tasks)
        for connection in connections.values():
            connection.cut()

    # ── overridden private names ──────────────────────────────────────────────────────────────────────────────────

    def _engineio_server_class(self) -> type[GuardedEngine]:
        return GuardedEngine

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> object:
        """None admits; anything else is the refusal's text."""
        request: web.Request = environ["aiohttp.request"]
        connection = Connection(request, self._client_of(request))
        if len(self._connections) >= MAX_CONNECTIONS or not self._has_place_for(connection):
            self._counters.add("sockets_refused")
            return "server_busy"
        self._expect_join(connection)
        self._connections[eio_sid] = connection
        await super()._handle_eio_connect(eio_sid, environ)
        return None

    def _has_place_for(self, newcomer: Connection) -> bool:
        strangers = [connection for connection in self._strangers if connection.is_stranger]
        if len(strangers) < MAX_STRANGERS:
            return True
        client, most = Counter(connection.client for connection in strangers).most_common(1)[0]
        if sum(connection.client == newcomer.client for connection in strangers) + 1 >= most:
            return False
        self._counters.add("sockets_cut_for_others")
        next(connection for connection in strangers if connection.client == client).cut()
        return True

    def _expire(self, connection: Connection) -> None:
        self._counters.add("sockets_never_joined")
        connection.cut()

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        connection = self._connections.pop(eio_sid, None)
        if connection is not None:
            self._expect_no_more(connection)
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        connection = self._connections.get(eio_sid)
        if connection is None or connection.is_cut:
            return
        try:
            packet = WirePacket()
            packet.decode(data)
        except Garbage:
            self._counters.add("packets_malformed")
            connection.cut()
            return
        sid = self.manager.sid_from_eio_sid(eio_sid, "/")
        match packet.packet_type:
            case kind if kind == CONNECT and sid is None:
                await self._handle_connect(eio_sid, "/", packet.data)
            case kind if kind == EVENT and sid is not None:
                await self._take_event(eio_sid, sid, packet)
            case kind if kind == ACK and sid is not None:
                if connection.acknowledged is not None and packet.id is not None:
                    connection.acknowledged(packet.id)
            case kind if kind == DISCONNECT and sid is not None:
                await self._handle_disconnect(eio_sid, "/", self.reason.CLIENT_DISCONNECT)
                if eio_sid in self._connections:  # the socket may have gone meanwhile
                    self._expect_join(connection)
            case _:
                self._counters.add("packets_out_of_order")
                connection.cut()

    async def _take_event(self, eio_sid: str, sid: str, event: WirePacket) -> None:
        """The library would look for the handler anew, and copy an answer of 100 kB five times on its way."""
        if not self.manager.is_connected(sid, "/"):
            return
        answer: bytes = await self.namespace_handlers["/"].trigger_event(event.data[0], sid, *event.data[1:])
        socket: EngineSocket | None = self.eio.sockets.get(eio_sid)
        if event.id is not None and socket is not None:
            socket.write(text_frame(b"43%d[" % event.id, answer, b"]"))
