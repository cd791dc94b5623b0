"""How much of handshakes is worked on at once, and how many may be half done: a storm of joins must not stall the loop,
and who leaves his handshake half done must not make others wait.

    ClientHello ── a turn for each flight of the client ── keys        no turn is held while the client is waited for

In each round of the event loop at most `FLIGHTS_PER_ROUND` flights are worked on; the others follow in their order. So
a handshake that nobody goes on with costs its memory, for `HANDSHAKE_TIMEOUT_S` at most. Of more than `MAX_HALF_DONE`
the one that began first is ended: by then an honest one has long been done.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import Final

from vdxmedia.sfu.dtls import DtlsFailure, DtlsSession, SrtpKeys

FLIGHTS_PER_ROUND: Final = 32
"""200 at once stalled the loop for about 60 ms (half of a measured pair), so 32 for about 10."""
MAX_WAITING_FLIGHTS: Final = 256
"""When so many wait, a new connection is refused with `media_busy`: a quarter of a second's work at 1100 handshakes per
second and core (measured)."""
MAX_HALF_DONE: Final = 1024
"""Some 60 kB each. A storm of joins is bounded before it gets here (`limits.joins_per_second`, 50)."""
FIRST_HELLO_TIMEOUT_S: Final = 45.0
"""For ICE and the ClientHello: the relay drops a peer without a check after 30 s, this one that never speaks DTLS."""


class Handshakes:
    """Lives on the event loop; the gauges may be read at any time."""

    def __init__(self) -> None:
        self.crowded_out = 0
        """Ended because too many were half done."""
        self._half_done: dict[DtlsSession, None] = {}
        """Those that began first are first."""
        self._rounds = _Rounds()

    @property
    def running(self) -> int:
        """Begun, and not done."""
        return len(self._half_done)

    @property
    def waiting(self) -> int:
        """Flights that wait for their turn."""
        return self._rounds.waiting

    @property
    def is_busy(self) -> bool:
        """Whether so many wait that a new connection is to be refused."""
        return self.waiting >= MAX_WAITING_FLIGHTS

    async def shake(self, session: DtlsSession) -> SrtpKeys | DtlsFailure:
        """Waits for the ClientHello, then shakes hands; what arrives meanwhile is kept."""
        try:
            async with asyncio.timeout(FIRST_HELLO_TIMEOUT_S):
                await session.first_datagram()
        except TimeoutError:
            return DtlsFailure("dtls", "no ClientHello")
        if len(self._half_done) >= MAX_HALF_DONE:
            first = next(iter(self._half_done))
            del self._half_done[first]
            first.crowd_out()
            self.crowded_out += 1
        self._half_done[session] = None
        try:
            return await session.handshake(self._rounds.turn)
        finally:
            self._half_done.pop(session, None)


class _Rounds:
    """Lets so many go on in each round of the event loop, in the order in which they asked."""

    def __init__(self) -> None:
        self._left = FLIGHTS_PER_ROUND
        self._is_counting = False
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    async def turn(self) -> None:
        """Returns when the caller may work on one flight, which he does without an await."""
        loop = asyncio.get_running_loop()
        if not self._is_counting:
            self._is_counting = True
            loop.call_soon(self._begin_round)
        if self._left > 0 and not self._queue:
            self._left -= 1
            return
        place = loop.create_future()
        self._queue.append(place)
        try:
            await place
        finally:
            if place.cancelled():  # he does not wait any more
                with contextlib.suppress(ValueError):
                    self._queue.remove(place)

    def _begin_round(self) -> None:
        self._left = FLIGHTS_PER_ROUND
        while self._queue and self._left > 0:
            place = self._queue.popleft()
            if not place.done():
                self._left -= 1
                place.set_result(None)
        self._is_counting = self._left < FLIGHTS_PER_ROUND
        if self._is_counting:
            asyncio.get_running_loop().call_soon(self._begin_round)
