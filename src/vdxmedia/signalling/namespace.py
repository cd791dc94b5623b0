"""socket.io's callbacks: check who connects, hand commands to the session, encode nothing, decide nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import socketio
from aiohttp import web

from vdxmedia.clock import Clock
from vdxmedia.errors import BadMessage, NotAllowed, VdxError
from vdxmedia.hub.call_audit import CallAudit
from vdxmedia.hub.devices import device_of
from vdxmedia.hub.ports import Grant, Tokens
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import RoomId
from vdxmedia.signalling import messages, translate
from vdxmedia.signalling.broadcast import Broadcast, encode
from vdxmedia.signalling.decoding import decode_hello
from vdxmedia.signalling.engine import text_frame
from vdxmedia.signalling.fanout import FanOut
from vdxmedia.signalling.guard import GuardedServer
from vdxmedia.signalling.session import Session, SessionLimits

logger = logging.getLogger(__name__)

_UNKNOWN_EVENT = encode(translate.failure(BadMessage("the only event is `command`", code="unknown_message")))
_NOT_CONNECTED = encode(translate.failure(BadMessage("connect first", code="out_of_order")))


class Frames:
    """The list that was framed last: hundreds of clients are told the same, one after another."""

    __slots__ = ("body", "frame")

    def __init__(self) -> None:
        self.body = b""
        self.frame = b""

    def make(self, body: bytes) -> None:
        self.body, self.frame = body, text_frame(b"42", body)


class SocketWire:
    """A client's socket for its session."""

    __slots__ = ("_frames", "_server", "_sid", "_socket")

    def __init__(self, server: GuardedServer, sid: str, acknowledged: Callable[[int], None], frames: Frames) -> None:
        self._server = server
        self._sid = sid
        self._frames = frames
        self._socket = server.listen(sid, acknowledged)

    def send(self, body: bytes, number: int | None) -> None:
        if self._socket is None:
            return
        if number is not None:
            self._socket.write(text_frame(b"42%d" % number, body))
            return
        frames = self._frames
        if body is not frames.body:
            frames.make(body)
        self._socket.write(frames.frame)

    async def close(self) -> None:
        await self._server.drop(self._sid)


class Namespace(socketio.AsyncNamespace):  # type: ignore[misc]  # the library has no types
    """The namespace `/`."""

    def __init__(
        self,
        server: GuardedServer,
        *,
        registry: Registry,
        tokens: Tokens,
        clock: Clock,
        scope: TaskScope,
        fan: FanOut,
        limits: SessionLimits,
        client_of: Callable[[web.Request], str],
        audit: CallAudit | None,
    ) -> None:
        super().__init__("/")
        self._audit = audit
        self._client_of = client_of
        self._server = server
        self._registry = registry
        self._tokens = tokens
        self._clock = clock
        self._scope = scope
        self._limits = limits
        self._broadcast = Broadcast()
        self._frames = Frames()
        self._fan = fan
        self._sessions: dict[str, Session] = {}

    async def trigger_event(self, event: str, *arguments: Any) -> object:
        """Never raises but to refuse a connection; what it returns is acknowledged."""
        match event:
            case "connect":
                sid, environ, auth = arguments
                self._connect(sid, environ, auth)
                return None
            case "disconnect":
                session = self._sessions.pop(arguments[0], None)
                if session is not None:
                    session.closed()
                return None
            case "command":
                return await self._command(*arguments)
            case _:
                self._registry.counters.add("events_unknown")
                return _UNKNOWN_EVENT

    def _grant_of(self, hello: messages.Hello, environ: Mapping[str, Any]) -> Grant:
        """By the token, or by the PIN of a room. Raises: VdxError."""
        if not hello.token:
            client = self._client_of(environ["aiohttp.request"])
            return self._registry.grant_by_pin(RoomId(hello.room or ""), hello.pin, client)
        grant = self._tokens.verify(hello.token, self._clock.unix_s())
        if hello.room not in (None, grant.room):
            raise NotAllowed("the token is for another room", code="token_invalid")
        self._registry.settings_for(grant)
        return grant

    def _turned_away(self, hello: messages.Hello, code: str) -> None:
        """For the story of the meeting, where it is known which one: by a token of ours, or by a room that is there."""
        if code == "pin_required":  # who is asked for it now
            return
        records = self._registry.records
        made_for = self._tokens.made_for(hello.token) if hello.token else None
        if made_for is not None:
            room, role = made_for
            records.turned_away(room, role, code)
        elif hello.room and self._registry.is_known(RoomId(hello.room)):
            records.turned_away(RoomId(hello.room), "", code)

    def _connect(self, sid: str, environ: Mapping[str, Any], auth: object) -> None:
        """Raises: socketio's ConnectionRefusedError with a `Failure`."""
        try:
            hello = decode_hello(auth)
            try:
                grant = self._grant_of(hello, environ)
            except VdxError as error:
                self._turned_away(hello, error.code)
                raise
        except VdxError as error:
            self._registry.counters.add(f"connects_refused_{error.code}")
            raise _refusal(translate.failure(error)) from None
        except Exception:
            self._registry.counters.add("connect_faults")
            logger.exception("connect_fault")
            raise _refusal(messages.Failure(code="internal", text="a fault of the server")) from None
        session = Session(
            grant,
            registry=self._registry,
            tokens=self._tokens,
            clock=self._clock,
            broadcast=self._broadcast,
            fan=self._fan,
            limits=self._limits,
            device=device_of(str(environ.get("HTTP_USER_AGENT", ""))),
            audit=self._audit,
            address=self._client_of(environ["aiohttp.request"]),
        )
        self._sessions[sid] = session
        wire = SocketWire(self._server, sid, session.acknowledged, self._frames)
        self._scope.start(session.write(wire), f"writer {sid}")

    async def _command(self, sid: str, raw: msgspec.Raw) -> bytes:
        session = self._sessions.get(sid)
        if session is None:
            return _NOT_CONNECTED
        answer = await session.handle(raw)
        self._server.seated(sid, has_seat=session.has_seat)
        return answer


def _refusal(failure: messages.Failure) -> socketio.exceptions.ConnectionRefusedError:
    """Clients see it as `connect_error` with `message` and `data`."""
    return socketio.exceptions.ConnectionRefusedError(failure.text, msgspec.to_builtins(failure))
