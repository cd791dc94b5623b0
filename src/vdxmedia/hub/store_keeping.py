"""All that the hub keeps in the store, and the tasks that do it: the outbox, conferences, attendance, the
history of calls, retention."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType

import msgspec

from vdxmedia.clock import Clock, beat_s
from vdxmedia.errors import Refused
from vdxmedia.hub.attendance import TOUCH_S, AttendanceBook
from vdxmedia.hub.call_history import CallBook
from vdxmedia.hub.conference_keeper import ConferenceKeeper
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import MAX_ATTENDANCE, Attendance, OpenCall, Store, StoredConference, StoredRoom
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import RoomId
from vdxmedia.observability import Metrics

logger = logging.getLogger(__name__)

DAY_S = 24 * 3600.0
RETENTION_EVERY_S = 3600.0
RETENTION_BATCH = 1_000
"""Rows deleted in one transaction: others wait no longer for it than some milliseconds."""
LAST_WRITE_S = 5.0
"""At the end of the server, for what still waits."""
READ_AFTER_WRITE_S = 2.0


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long things stay after their use."""

    attendance_kept_s: float = 30 * DAY_S
    """After the person was last seen."""
    closed_room_kept_s: float = 30 * DAY_S
    """After the room's closing time."""


class StoreKeeping:
    """Use as `async with`; it must outlast the registry, and the store must outlast it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        counters: Counters,
        metrics: Metrics,
        retention: Retention | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._counters = counters
        self.retention = retention or Retention()
        self.outbox = StoreOutbox(store, clock, counters=counters, metrics=metrics)
        self.conferences = ConferenceKeeper(self.outbox, clock, counters)
        self.attendance = AttendanceBook(self.outbox, clock, counters)
        self.calls = CallBook(self.outbox, clock, counters)
        self.on_retention: Callable[[], None] = lambda: None
        """Called once an hour: the registry forgets closed rooms."""
        self._stack = AsyncExitStack()

    @property
    def is_failing(self) -> bool:
        return self.outbox.is_failing

    async def stored_rooms(self, most: int) -> Sequence[StoredRoom]:
        """Raises: Refused `store_unavailable`."""
        return await self._store.rooms(most)

    async def stored_conferences(self) -> Sequence[StoredConference]:
        """Of before the start. Raises: Refused `store_unavailable`."""
        return await self._store.conferences()

    async def open_calls(self) -> Sequence[OpenCall]:
        """Of before the start. Raises: Refused `store_unavailable`."""
        return await self._store.open_calls()

    async def attendance_of(self, room: RoomId) -> Sequence[Attendance]:
        """By first seen, those in the room included. Raises: Refused `store_unavailable`."""
        if not await self.outbox.flush(READ_AFTER_WRITE_S):
            raise Refused("the store cannot be written to", code="store_unavailable", retry_after_s=5.0)
        present = self.attendance.present(room)
        try:
            stored = await self._store.attendance(room)
        except Refused:
            self._metrics.store_failures.labels("read").inc()
            raise
        if len(stored) >= MAX_ATTENDANCE:
            self._counters.add("attendance_cut_short")
        return [
            msgspec.structs.replace(stay, last_seen=present[stay.participant].last_seen)
            if stay.participant in present
            else stay
            for stay in stored
        ][:MAX_ATTENDANCE]

    async def delete_expired(self) -> None:
        """What its term has come of."""
        before = self._clock.unix_s() - self.retention.attendance_kept_s
        deleted = 0
        try:
            while count := await self._store.delete_attendance_before(before, RETENTION_BATCH):
                deleted += count
        except Refused as error:
            self._metrics.store_failures.labels("retention").inc()
            logger.warning("retention_failed reason=%s", error.text)
        if deleted:
            logger.info("attendance_deleted rows=%d", deleted)
        self.on_retention()

    async def __aenter__(self) -> StoreKeeping:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._write_last)
            scope = await stack.enter_async_context(TaskScope("store"))
            scope.start(self.outbox.run(), "store outbox")
            scope.start(self._touch(), "attendance")
            scope.start(self._retain(), "retention")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _write_last(self) -> None:
        if not await self.outbox.flush(LAST_WRITE_S):
            logger.error("store_left_unwritten changes=%d", len(self.outbox))

    async def _touch(self) -> None:
        while True:
            await asyncio.sleep(beat_s(TOUCH_S, asyncio.get_running_loop().time()))
            self.attendance.touch()
            self.calls.touch()

    async def _retain(self) -> None:
        while True:
            await self.delete_expired()
            await asyncio.sleep(RETENTION_EVERY_S)
