"""Attaches signalling to an aiohttp application: `Signalling.attach` is all that the assembly calls."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from vdxmedia.clock import Clock
from vdxmedia.hub.call_audit import CallAudit
from vdxmedia.hub.ports import Tokens
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.signalling.fanout import FanOut
from vdxmedia.signalling.guard import GuardedServer
from vdxmedia.signalling.namespace import Namespace
from vdxmedia.signalling.session import SessionLimits

PATH = "socket.io"


class Signalling:
    """Use as `async with`; leaving closes every socket. Rooms are the registry's: stop it first."""

    def __init__(
        self,
        registry: Registry,
        tokens: Tokens,
        clock: Clock,
        *,
        limits: SessionLimits | None = None,
        public_origin: str = "",
        may_join: Callable[[str], bool] = lambda origin: False,
        client_of: Callable[[web.Request], str] = lambda request: request.remote or "",
        audit: CallAudit | None = None,
    ) -> None:
        """`public_origin`, as `https://moede.example.dk`, is allowed besides the host that the browser asked, and
        what `may_join` says of other origins: suppliers' pages that join without ours.
        `client_of` tells clients apart by their address, so that one of them cannot take every place."""
        self._public_origin = public_origin.rstrip("/")
        self._may_join = may_join
        self._scope = TaskScope("signalling")
        self._fan = FanOut(clock)
        self._server = GuardedServer(
            clock=clock,
            counters=registry.counters,
            scope=self._scope,
            is_allowed=self._is_allowed,
            client_of=client_of,
        )
        self._server.register_namespace(
            Namespace(
                self._server,
                registry=registry,
                tokens=tokens,
                clock=clock,
                scope=self._scope,
                fan=self._fan,
                limits=limits or SessionLimits(),
                client_of=client_of,
                audit=audit,
            )
        )

    def attach(self, app: web.Application) -> None:
        """Adds the route `/socket.io/`. Before the application is started. The application's shutdown closes all
        sockets, so that it need not wait for them."""

        async def close(_: web.Application) -> None:
            await self._server.close()

        self._server.attach(app, PATH)
        app.on_shutdown.append(close)

    def _is_allowed(self, origin: str, environ: dict[str, Any]) -> bool:
        """A browser says where its page is from; other programs say nothing and are not asked."""
        host = str(environ.get("HTTP_HOST", ""))
        try:
            asked = urlsplit(origin).netloc
        except ValueError:  # as `http://[`
            return False
        return origin == self._public_origin or (host != "" and asked == host) or self._may_join(origin)

    async def __aenter__(self) -> Signalling:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.close()
        await self._scope.close()
        self._fan.close()
