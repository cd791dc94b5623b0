"""Taking a server out of use without ending it, and back: nobody new, and at a deadline no calls.

    serving ──begin──▶ draining ──deadline──▶ draining, calls cut off
       ▲──────undo───────┴───────────undo──────────┘
    any ──finish──▶ finishing: the process ends; nothing undoes it

While it drains, new rooms and newcomers are refused with `server_stopping`; calls, those who come back to them and
those whom a host lets in from the lobby go on, and nobody in them is told. At the deadline everybody is told `stopping`
and cut off, and comes back by himself to whichever server takes him. What the calls were is kept as at a stop of the
server, so after an undo, or on another server with this store, they go on.

Left out: remembering it over a restart (a server that starts serves), and who may ask (`api.drain`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from vdxmedia.clock import Clock
from vdxmedia.errors import Refused

logger = logging.getLogger(__name__)

MAX_DEADLINE_S: Final = 24 * 3600.0
"""A server that drains for longer has been forgotten."""
BACK_AFTER_S: Final = 5.0
"""What who is refused or cut off is told to wait (guess: a restart's time)."""


class DrainReason(StrEnum):
    OPERATOR = "operator"
    SIGNAL = "signal"
    """The process ends."""


class Draining(msgspec.Struct, frozen=True):
    since: float
    """Unix seconds."""
    deadline: float
    """Unix seconds."""
    reason: DrainReason


class Calls(Protocol):
    """The registry's."""

    async def cut_off(self) -> None:
        """Tells everybody, ends every call, and keeps what it was. Bounded in time. None: fine."""
        ...

    def take_up(self) -> None:
        """Calls that were cut off go on with the first who comes back."""
        ...


class Drain:
    """Event loop only. `run` must run for the deadline to be kept; `changed` is told whether it drains."""

    def __init__(self, clock: Clock, *, changed: Callable[[bool], None] = lambda is_draining: None) -> None:
        self._clock = clock
        self._changed = changed
        self._state: Draining | None = None
        self._is_cut_off = False
        self._is_finishing = False
        self._at_s = 0.0
        """Of the deadline, by the monotonic clock: one that is set does not move it."""
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def state(self) -> Draining | None:
        """None: serving."""
        return self._state

    @property
    def is_cut_off(self) -> bool:
        """The deadline has come: who comes back is refused too."""
        return self._is_cut_off or self._is_finishing

    def refuse_new(self) -> None:
        """Raises: Refused `server_stopping` while it drains."""
        if self._state is not None:
            raise self._refusal()

    def refuse_all(self) -> None:
        """Also who comes back. Raises: Refused `server_stopping`."""
        if self.is_cut_off:
            raise self._refusal()

    def begin(self, deadline_s: float) -> Draining:
        """Again: moves the deadline. Raises: Refused `server_stopping` when the process ends anyway."""
        assert 0 <= deadline_s <= MAX_DEADLINE_S
        if self._is_finishing:
            raise self._refusal()
        return self._drain(deadline_s, DrainReason.OPERATOR)

    def finish(self, deadline_s: float) -> Draining:
        """The process ends; whoever calls this ends the calls. Twice is fine."""
        if self._is_finishing and self._state is not None:
            return self._state
        self._is_finishing = True
        return self._drain(deadline_s, DrainReason.SIGNAL)

    async def undo(self, calls: Calls) -> None:
        """Serving: fine too. Raises: Refused `server_stopping` when the process ends."""
        if self._is_finishing:
            raise self._refusal()
        await self._idle.wait()  # `cut_off` is bounded, and what it ends must have ended
        if self._is_finishing:
            raise self._refusal()
        if self._state is None:
            return
        self._state = None
        if self._is_cut_off:
            self._is_cut_off = False
            calls.take_up()
        self._news.set()
        self._changed(False)
        logger.info("server_drain_undone")

    async def run(self, calls: Calls) -> None:
        """Until cancelled: cuts the calls off at the deadline."""
        while True:
            is_due = self._state is not None and not self.is_cut_off
            wait_s = max(0.0, self._at_s - self._clock.monotonic_s()) if is_due else None
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
                self._news.clear()
                continue
            except TimeoutError:
                pass
            if self._state is None or self.is_cut_off or self._clock.monotonic_s() < self._at_s:
                continue
            self._is_cut_off = True
            self._idle.clear()
            logger.info("server_drained")
            try:
                await calls.cut_off()
            except Exception:
                # An operator must still be able to undo it.
                logger.exception("drain_fault")
            finally:
                self._idle.set()

    def _drain(self, deadline_s: float, reason: DrainReason) -> Draining:
        now = self._clock.unix_s()
        since = now if self._state is None else self._state.since
        self._state = Draining(since, now + deadline_s, reason)
        self._at_s = self._clock.monotonic_s() + deadline_s
        self._news.set()
        self._changed(True)
        logger.info("server_draining deadline_s=%s reason=%s", deadline_s, reason.value)
        return self._state

    def _refusal(self) -> Refused:
        return Refused("the server goes down", code="server_stopping", retry_after_s=BACK_AFTER_S)
