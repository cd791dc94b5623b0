"""Ends HTTP connections that keep a place and ask nothing.

aiohttp lets a connection stay for as long as it likes while its first request is not whole, and an hour between
requests; each holds a descriptor, and without one nobody else gets in. A connection is idle while no handler of ours
works for it; a websocket is busy as long as it lasts (signalling has limits of its own). Left out: how fast an answer
is read, but for what `IDLE_S` allows.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from vdxmedia.clock import Clock, beat_s

IDLE_S = 75.0
"""As common proxies and browsers keep a connection; also for a whole request to arrive, and for an answer to leave."""
MAX_IDLE = 1_000
"""At once. Full: the oldest of the address that has most of them ends, so nobody keeps the others out."""
SWEEP_S = 1.0

# (reason: `idle` or `crowd`)
Count = Callable[[str], None]


class IdleConnections:
    """Event loop only. Its `middleware` must be the outermost; `watch` runs as a task."""

    def __init__(self, clock: Clock, count: Count) -> None:
        self._clock = clock
        self._count = count
        self._busy: set[web.RequestHandler] = set()
        self._since: dict[web.RequestHandler, float] = {}

    def middleware(self) -> Middleware:
        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            connection = request.protocol
            self._busy.add(connection)
            try:
                return await handler(request)
            finally:
                self._busy.discard(connection)
                self._since[connection] = self._clock.monotonic_s()

        return middleware

    async def watch(self, connections: Callable[[], Iterable[web.RequestHandler]]) -> None:
        """Runs until cancelled. `connections` gives those that are open."""
        while True:
            self.sweep(connections())
            await asyncio.sleep(beat_s(SWEEP_S, asyncio.get_running_loop().time()))

    def sweep(self, connections: Iterable[web.RequestHandler]) -> None:
        """Ends those that have been idle too long, and those that are too many."""
        now = self._clock.monotonic_s()
        self._since = {each: self._since.get(each, now) for each in connections if each not in self._busy}
        for connection, since in list(self._since.items()):
            if now - since >= IDLE_S:
                self._end(connection, "idle")
        for connection in self._too_many():
            self._end(connection, "crowd")

    def _too_many(self) -> Iterator[web.RequestHandler]:
        excess = len(self._since) - MAX_IDLE
        if excess <= 0:
            return
        by_address: dict[str, deque[web.RequestHandler]] = {}
        for connection in sorted(self._since, key=self._since.__getitem__):
            by_address.setdefault(_address(connection), deque()).append(connection)
        most = [(-len(theirs), address) for address, theirs in by_address.items()]
        heapq.heapify(most)
        for _ in range(excess):
            count, address = most[0]
            heapq.heapreplace(most, (count + 1, address))
            yield by_address[address].popleft()

    def _end(self, connection: web.RequestHandler, reason: str) -> None:
        del self._since[connection]
        if connection.transport is not None:
            self._count(reason)
            connection.transport.abort()


def _address(connection: web.RequestHandler) -> str:
    peer = connection.transport.get_extra_info("peername") if connection.transport is not None else None
    return str(peer[0]) if peer else ""
