"""How many handshakes run at once, and how many may wait: a storm of joins must not stall the loop.

A turn is taken only when the ClientHello is there, so clients that never speak DTLS hold none.
"""

from __future__ import annotations

import asyncio
from typing import Final

from vdxmedia.sfu.dtls import HANDSHAKE_TIMEOUT_S, DtlsFailure, DtlsSession, SrtpKeys

MAX_HANDSHAKES: Final = 32
"""At once; 200 at once stalled the loop for about 60 ms (half of a measured pair), so 32 for about 10."""
MAX_WAITING_HANDSHAKES: Final = 256
"""Beyond that a new connection is refused with `media_busy`: a quarter of a second's work at 1100 per second and core
(measured)."""
FIRST_HELLO_TIMEOUT_S: Final = 45.0
"""For ICE and the ClientHello: the relay drops a peer without a check after 30 s, this one that never speaks DTLS."""
TURN_TIMEOUT_S: Final = HANDSHAKE_TIMEOUT_S
"""A turn lasts no longer than a handshake, so by then another has come free, or the server is overrun."""


class Handshakes:
    """Lives on the event loop; the gauges may be read at any time."""

    def __init__(self) -> None:
        self.running = 0
        self.waiting = 0
        self._turns = asyncio.Semaphore(MAX_HANDSHAKES)

    @property
    def is_busy(self) -> bool:
        """Whether so many wait that a new connection is to be refused."""
        return self.waiting >= MAX_WAITING_HANDSHAKES

    async def shake(self, session: DtlsSession) -> SrtpKeys | DtlsFailure:
        """Waits for the ClientHello, then for a turn, then shakes hands; what arrives meanwhile is kept."""
        try:
            async with asyncio.timeout(FIRST_HELLO_TIMEOUT_S):
                await session.first_datagram()
        except TimeoutError:
            return DtlsFailure("dtls", "no ClientHello")
        self.waiting += 1
        try:
            async with asyncio.timeout(TURN_TIMEOUT_S):
                await self._turns.acquire()
        except TimeoutError:
            return DtlsFailure("dtls", "too many handshakes")
        finally:
            self.waiting -= 1
        self.running += 1
        try:
            return await session.handshake()
        finally:
            self.running -= 1
            self._turns.release()
