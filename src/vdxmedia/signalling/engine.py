"""engine.io over a WebSocket with one task a client: the library checks the handshake, the rest is ours.

python-engineio starts a task for every frame it awaits, one for every ping, and one that watches all sockets by turns;
in a calm call these were most of what Python did. Here

- a frame is read in the request's own task and handed on before the next;
- what is written goes to the transport at once, as a whole frame (`text_frame`), so there is no queue and no writer;
- pings of many sockets leave with one wake-up of the loop (`PingWheel`), and the next one sees who has not answered.

The bounds: a frame must be one that engine.io knows, at most `FRAMES_PER_S`, and a client who does not read is cut when
`MAX_UNSENT_BYTES` wait. Left out: polling, upgrades, binary frames, compression. The private names of python-engineio
are here and in `guard.py`; `tests/contract/test_signalling_libraries.py` fails when a new version has others.

    frame = 0x81 | length 7, or 126 and 16 bits, or 127 and 64 bits | text      (RFC 6455 §5.2, a server does not mask)
    text  = 0{…} open | 1 close | 2 ping | 3 pong | 4 and a socket.io packet
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Callable, Coroutine
from typing import Any, Final

import engineio
from aiohttp import WSCloseCode, WSMsgType, web
from engineio import packet

from vdxmedia.clock import Clock
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import TokenBucket
from vdxmedia.hub.tasks import TaskScope

logger = logging.getLogger(__name__)

FRAMES_PER_S, FRAMES_BURST = 100.0, 200.0
"""Of any kind, WebSocket's own pings too: above what the session's own rates can refuse politely; then the socket is
cut."""
MAX_UNSENT_BYTES: Final = 1_048_576
"""Waiting for a client that does not read, beyond what the kernel takes; then the socket is cut. The largest answers
that one may ask for at once, and all lists that may be unconfirmed."""
PING_INTERVAL_S: Final = 10.0
PINGS_UNANSWERED: Final = 2
"""The socket is cut when the next one is due: no pong for 20 s."""
PINGED_TOGETHER: Final = 64
"""Sockets: some milliseconds' work."""
_TEXT: Final = 0x81
_PONG: Final = 0x8A


def text_frame(*parts: bytes) -> bytes:
    """A WebSocket text frame of these parts."""
    return _frame(_TEXT, b"".join(parts))


def _frame(first: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes((first, length)) + payload
    if length < 65_536:
        return struct.pack("!BBH", first, 126, length) + payload
    return struct.pack("!BBQ", first, 127, length) + payload


_PING_FRAME: Final = text_frame(b"2")
_CLOSE_FRAME: Final = text_frame(b"1")


class EngineSocket:
    """One client's; in `engine.sockets` while it lives. Event loop only."""

    def __init__(self, engine: GuardedEngine, sid: str, request: web.Request) -> None:
        self.sid = sid
        self.closed = False
        """Nothing is written any more, and what comes is passed over."""
        self._engine = engine
        self._request = request
        self._transport: asyncio.Transport | None = None
        """While the WebSocket is open. Asking the request for it costs as much as the rest of writing."""
        # Without compression: broadcasts are encoded once, and a small frame cannot become a large one.
        self._websocket = web.WebSocketResponse(
            max_msg_size=engine.max_http_buffer_size, compress=False, autoping=False
        )
        self._frames = TokenBucket(FRAMES_PER_S, FRAMES_BURST, engine.clock.monotonic_s())
        self._unanswered = 0

    async def run(self, opening: bytes) -> web.WebSocketResponse:
        """Until either side ends it."""
        try:
            await self._websocket.prepare(self._request)
            self._transport = self._request.transport
            self.write(text_frame(opening))
            self._engine.pings.add(self)
            await self._read()
        finally:
            self._transport = None
            self._engine.pings.remove(self)
            await self.close(abort=True, reason=self._engine.reason.TRANSPORT_CLOSE)
        return self._websocket

    def write(self, frame: bytes) -> None:
        """A whole frame, now; passed over when the socket is gone."""
        transport = self._transport
        if self.closed or transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self._engine.counters.add("sockets_cut_for_unread")
            self.cut()
            return
        transport.write(frame)

    def ping(self) -> None:
        """To be called every `PING_INTERVAL_S`."""
        if self._unanswered >= PINGS_UNANSWERED:
            self._engine.counters.add("sockets_cut_for_silence")
            self.cut()
            return
        if self._unanswered == 0:
            self.write(_PING_FRAME)
        self._unanswered += 1

    def cut(self) -> None:
        """Ends the TCP connection without a word. Twice is fine."""
        if self._request.transport is not None:
            self._request.transport.abort()

    # ── what python-engineio and python-socketio call ─────────────────────────────────────────────────────────────

    async def send(self, sent: packet.Packet) -> None:
        self.write(text_frame(sent.encode().encode()))

    async def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Tells the handlers, once. Without `abort` the client is told too, and closes the connection."""
        if self.closed:
            return
        if not abort:
            self.write(_CLOSE_FRAME)
        self.closed = True
        self._engine.sockets.pop(self.sid, None)
        await self._engine.trigger("disconnect", self.sid, reason or self._engine.reason.SERVER_DISCONNECT)

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if self._frames.take(self._engine.clock.monotonic_s()) > 0:
                self._engine.counters.add("sockets_cut_for_rate")
                self.cut()
                return
            match message.type:
                case WSMsgType.TEXT:
                    if not await self._take(message.data):
                        return
                case WSMsgType.PING:
                    self.write(_frame(_PONG, bytes(message.data)))
                case WSMsgType.PONG:
                    pass
                case WSMsgType.BINARY:
                    self._engine.counters.add("frames_malformed")
                    return
                case WSMsgType.ERROR:
                    if getattr(message.data, "code", None) == WSCloseCode.MESSAGE_TOO_BIG:
                        self._engine.counters.add("frames_too_large")
                    return
                case _:
                    return

    async def _take(self, text: str) -> bool:
        """False ends the connection."""
        if text[:1] == "4" and text[1:2] in _SOCKETIO_TYPES:
            await self._engine.hand_on(self.sid, text[1:])
            return True
        if text == "3":
            self._unanswered = 0
            return True
        if text == "1":  # it closes the WebSocket itself; who does not is cut by the wheel
            await self.close(abort=True, reason=self._engine.reason.CLIENT_DISCONNECT)
            return True
        self._engine.counters.add("frames_malformed")
        return False


_SOCKETIO_TYPES: Final = frozenset("0123456")


class PingWheel:
    """Each socket is pinged every `interval_s`, together with others: at most `together` with one wake-up."""

    def __init__(self, interval_s: float = PING_INTERVAL_S, together: int = PINGED_TOGETHER) -> None:
        self._interval_s = interval_s
        self._together = together
        self._groups: list[_Group] = []

    def add(self, socket: EngineSocket) -> None:
        """Its first ping comes within the interval."""
        group = next((one for one in self._groups if len(one.sockets) < self._together), None)
        if group is None:
            group = _Group(self._interval_s)
            self._groups.append(group)
        group.sockets[socket] = None

    def remove(self, socket: EngineSocket) -> None:
        """What is not there is passed over. A wheel without sockets has no timer."""
        group = next((one for one in self._groups if socket in one.sockets), None)
        if group is not None:
            del group.sockets[socket]
            if not group.sockets:
                group.timer.cancel()
                self._groups.remove(group)


class _Group:
    def __init__(self, interval_s: float) -> None:
        self.sockets: dict[EngineSocket, None] = {}
        self._interval_s = interval_s
        self._due_s = asyncio.get_running_loop().time()
        self.timer = self._wait()

    def _wait(self) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        self._due_s = max(self._due_s + self._interval_s, loop.time())
        return loop.call_at(self._due_s, self._turn)

    def _turn(self) -> None:
        self.timer = self._wait()
        for socket in list(self.sockets):
            socket.ping()


class GuardedEngine(engineio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """Takes whole WebSocket handshakes only, and makes sockets of ours."""

    def __init__(self, *arguments: Any, clock: Clock, counters: Counters, scope: TaskScope, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.clock = clock
        self.counters = counters
        self.pings = PingWheel()
        self._scope = scope

    def start_background_task(
        self, target: Callable[..., Coroutine[Any, Any, None]], *arguments: Any, **named: Any
    ) -> asyncio.Task[None]:
        return self._scope.start(target(*arguments, **named), f"engineio {target.__name__}")

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """On half a handshake the library keeps a socket that nobody has, or fails."""
        if request.method != "GET" or "sid" in request.query or not web.WebSocketResponse().can_prepare(request).ok:
            self.counters.add("handshakes_malformed")
            raise web.HTTPBadRequest(text="a WebSocket handshake is needed\n")
        response: web.StreamResponse = await super().handle_request(request)
        return response

    async def trigger(self, event: str, *arguments: Any) -> object:
        """Calls socket.io's handler; one that fails is logged by the library, and the socket goes on."""
        return await self._trigger_event(event, *arguments, run_async=False)

    async def hand_on(self, sid: str, text: str) -> None:
        """The same for a message, without the library's questions of what kind of handler it is."""
        try:
            await self.handlers["message"](sid, text)
        except Exception:
            self.counters.add("message_faults")
            logger.exception("message_fault sid=%s", sid)

    # ── overridden private names ──────────────────────────────────────────────────────────────────────────────────

    async def _handle_connect(self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None) -> object:
        """The handshake is one that the library takes; the answer is a response of aiohttp's, or a refusal of its."""
        sid = self.generate_id()
        socket = self.sockets[sid] = EngineSocket(self, sid, environ["aiohttp.request"])
        refusal = await self.trigger("connect", sid, environ)
        if refusal is not None and refusal is not True:
            del self.sockets[sid]
            return self._unauthorized(refusal or None)
        opening = packet.Packet(
            packet.OPEN,
            {
                "sid": sid,
                "upgrades": [],
                "pingInterval": int(PING_INTERVAL_S * 1_000),
                "pingTimeout": int(PINGS_UNANSWERED * PING_INTERVAL_S * 1_000),
                "maxPayload": self.max_http_buffer_size,
            },
        )
        return await socket.run(opening.encode().encode())
