"""What is stored goes when its term is over: once a day, in small batches, with what was deleted counted and noted.

A run that is cut off goes on where it was, for each batch is found by its term alone; only one that came to its end is
remembered. The day is measured by the monotonic clock while the server runs, so a wall clock that jumps makes nothing
run twice or never. Terms are measured by the wall clock: after a jump nothing is deleted for an hour, so that a clock
that is wrong for a moment costs no data.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from vdxmedia.booking.audit import AuditNote, AuditOperation, note_of
from vdxmedia.clock import Clock
from vdxmedia.errors import BadInput, Refused
from vdxmedia.hub.counters import Counters

logger = logging.getLogger(__name__)

DAY_S = 24 * 3600.0
CHECK_S = 600.0
"""Between two looks at whether it is time."""
JITTER_S = 3600.0
"""A run is up to so much later than it could be: servers of one database host do not all come at once."""
BATCH = 500
"""Rows of one transaction: some 10 ms of the writer's turn."""
REST_S = 0.05
"""Between two batches: for those who book meanwhile."""
JUMP_S = 300.0
"""The wall clock was set when it gains or loses so much on the monotonic one. NTP slews by less."""
AFTER_JUMP_S = 3600.0
"""Nothing is deleted for so long then."""


class Kind(StrEnum):
    """The order is that of deletion."""

    MEETINGS = "meetings"
    """With their rooms, labels and invitations; after their end."""
    POOL_ROOMS = "pool_rooms"
    """Taken down, without a meeting."""
    CALL_NAMES = "call_names"
    """Out of the history of calls, where attendance was kept."""
    CALLS = "calls"
    AUDIT_DAYS = "audit_days"
    """Whole days; their heads stay."""
    IDEMPOTENCY_KEYS = "idempotency_keys"
    STAFF_LINKS = "staff_links"
    """That have expired."""
    DIAGNOSES = "diagnoses"
    CALL_RECORDS = "call_records"
    """How each participant's call went."""
    SMS_DAYS = "sms_days"
    """How many SMS an organisation sent on a day: for its quota."""


class RetentionStore(Protocol):
    """Implemented by `store.retention`. All raise Refused `store_unavailable`."""

    async def delete(self, kind: Kind, before: float, most: int) -> int:
        """At most so many whose term began before; gives how many."""
        ...

    async def last_run(self) -> float | None:
        """Unix seconds."""
        ...

    async def remember_run(self, ran_at: float, notes: Sequence[AuditNote]) -> None:
        """In one transaction."""
        ...


class ClockWatch:
    """Sees when the wall clock was set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_s = clock.unix_s() - clock.monotonic_s()
        self._quiet_until_s = float("-inf")

    def is_steady(self) -> bool:
        """Whether it was not set for `AFTER_JUMP_S`."""
        now_s = self._clock.monotonic_s()
        offset_s = self._clock.unix_s() - now_s
        if abs(offset_s - self._offset_s) > JUMP_S:
            logger.warning("wall_clock_jumped by_s=%d", offset_s - self._offset_s)
            self._quiet_until_s = now_s + AFTER_JUMP_S
        self._offset_s = offset_s
        return now_s >= self._quiet_until_s


class RetentionJob:
    """Start `run` as a task. `kept_s`: seconds by kind; a kind that is missing is kept for ever."""

    def __init__(
        self,
        store: RetentionStore,
        clock: Clock,
        kept_s: Mapping[Kind, float],
        counters: Counters,
        *,
        jitter_s: Callable[[], float] = lambda: random.uniform(0.0, JITTER_S),
        rest_s: float = REST_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self._kept_s = kept_s
        self._counters = counters
        self._jitter_s = jitter_s
        self._rest_s = rest_s
        self._watch = ClockWatch(clock)
        self._due_s: float | None = None
        """Monotonic; None: not known yet."""

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(CHECK_S)

    async def look(self) -> bool:
        """Runs when it is time; whether it came to its end."""
        if not self._watch.is_steady():
            self._counters.add("retention_put_off")
            return False
        try:
            if self._due_s is None:
                self._due_s = await self._first_due_s()
            if self._clock.monotonic_s() < self._due_s:
                return False
            await self._delete_all()
        except (Refused, BadInput) as error:
            self._counters.add("retention_failed")
            logger.warning("retention_failed reason=%s", error.text)
            return False
        self._due_s = self._clock.monotonic_s() + DAY_S + self._jitter_s()
        return True

    async def _first_due_s(self) -> float:
        """A day after the last run; soon when there was none, or when its time cannot be (the clock was ahead)."""
        last, now = await self._store.last_run(), self._clock.unix_s()
        wait_s = 0.0 if last is None or last > now else max(0.0, last + DAY_S - now)
        return self._clock.monotonic_s() + wait_s + self._jitter_s()

    async def _delete_all(self) -> None:
        began = self._clock.unix_s()
        notes = []
        for kind in Kind:
            if kind not in self._kept_s:
                continue
            before = began - self._kept_s[kind]
            count = await self._delete(kind, before)
            if count:
                day = datetime.fromtimestamp(before, UTC).date().isoformat()
                what = f"{count} before {day}"
                notes.append(note_of("", None, AuditOperation.DELETE, kind.value, what, int(began)))
                logger.info("retention_deleted kind=%s rows=%d", kind.value, count)
        await self._store.remember_run(began, notes)

    async def _delete(self, kind: Kind, before: float) -> int:
        total = 0
        while count := await self._store.delete(kind, before, BATCH):
            total += count
            self._counters.add(f"retention_deleted_{kind.value}", count)
            if not self._watch.is_steady():
                raise Refused("the wall clock was set", code="clock_jumped")
            await asyncio.sleep(self._rest_s)
        return total
