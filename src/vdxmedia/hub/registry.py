"""The rooms of this server: what was agreed about each, and the conference that is live in it, if any.

For the REST API: `create`, `settings_of`, `change_settings`, `participants_in`, `close`. For signalling: `join`. For
operators: `room_count`, `participant_counts`, `totals`. For the assembly: `async with` and `stop`.

Rooms are kept in memory, so they do not survive a restart; the store will put them on disk behind the same methods.
Full: rooms whose time is over are forgotten first; then `create` is refused.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from vdxmedia.clock import Clock
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.client import Client, JoinRequest, Seated, SeatResumed
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import HubLimits, TokenBucket
from vdxmedia.hub.ports import MediaPlane
from vdxmedia.hub.room import Room
from vdxmedia.hub.room_task import RoomTask
from vdxmedia.hub.statistics import ConnectionStatistics
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import ConferenceKey, RoomId, new_room_id
from vdxmedia.observability import Metrics

logger = logging.getLogger(__name__)

STOP_RETRY_S = 5.0
"""What clients are told to wait before they come back after a stop (guess: a restart's time)."""


@dataclass(slots=True)
class _Entry:
    settings: RoomSettings
    idle_since: float
    """Unix seconds: opened, or the last conference ended. Not told while one is live."""
    task: RoomTask | None = None


class Registry:
    """All methods on the event loop. Leaving the context ends every conference at once; call `stop` before."""

    def __init__(
        self,
        plane: MediaPlane,
        clock: Clock,
        *,
        limits: HubLimits | None = None,
        metrics: Metrics | None = None,
        counters: Counters | None = None,
    ) -> None:
        self._plane = plane
        self._clock = clock
        self._limits = limits or HubLimits()
        self._metrics = metrics or Metrics()
        self.counters = counters or Counters()
        self._rooms: dict[RoomId, _Entry] = {}
        self._keys = itertools.count(1)
        rate = self._limits.joins_per_second
        self._joins = TokenBucket(rate, max(1.0, 2 * rate), clock.monotonic_s())
        self._scope = TaskScope("rooms")
        self._is_stopping = False

    # ── rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def create(self, settings: RoomSettings) -> RoomId:
        """Raises: BadField, Refused (`rooms_full`, `server_stopping`)."""
        settings.validate()
        if self._is_stopping:
            raise self._stopping()
        if len(self._rooms) >= self._limits.rooms:
            self._forget_closed()
        if len(self._rooms) >= self._limits.rooms:
            self.counters.add("rooms_full")
            raise Refused("the server has its maximum of rooms", code="rooms_full")
        while (room := new_room_id()) in self._rooms:
            pass
        self._rooms[room] = _Entry(settings, idle_since=self._clock.unix_s())
        logger.info("room_opened room=%s", room)
        return room

    def settings_of(self, room: RoomId) -> RoomSettings:
        """Raises: NotFound `room_unknown`."""
        return self._entry(room).settings

    async def change_settings(self, room: RoomId, settings: RoomSettings) -> None:
        """Tells those who are in it. Raises: NotFound, BadField, Refused."""
        settings.validate()
        entry = self._entry(room)
        entry.settings = settings
        if entry.task is not None:
            await entry.task.change_settings(settings)

    def participants_in(self, room: RoomId) -> int:
        """0 when the room has no conference or is unknown."""
        entry = self._rooms.get(room)
        return 0 if entry is None or entry.task is None else sum(entry.task.counts().values())

    async def close(self, room: RoomId) -> None:
        """Ends the conference for everyone and forgets the room. Raises: NotFound `room_unknown`."""
        entry = self._entry(room)
        del self._rooms[room]
        logger.info("room_closed room=%s", room)
        if entry.task is not None:
            entry.task.end(can_rejoin=False)
            async with asyncio.timeout(self._limits.media_timeout_s):
                await entry.task.ended.wait()

    # ── joining ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def join(self, room: RoomId, request: JoinRequest, client: Client) -> tuple[RoomTask, Seated | SeatResumed]:
        """The conference to talk to from now on, and the seat in it. Raises: NotFound, Refused."""
        entry = self._entry(room)
        if self._is_stopping:
            raise self._stopping()
        task = entry.task or self._begin(room, entry)
        try:
            return task, await task.join(request, client)
        except Refused as error:
            self._metrics.joins.labels("refused", error.code).inc()
            raise

    def observe_join(self, seconds: float) -> None:
        """From the command to its answer."""
        self._metrics.join_seconds.labels("signalling").observe(seconds)

    def _begin(self, room: RoomId, entry: _Entry) -> RoomTask:
        key = ConferenceKey(next(self._keys))

        def keep(settings: RoomSettings) -> None:
            entry.settings = settings

        live = Room(
            room,
            key,
            entry.settings,
            plane=self._plane,
            clock=self._clock,
            limits=self._limits,
            metrics=self._metrics,
            admit=self._admit,
            keep_settings=keep,
        )

        def forget(task: RoomTask) -> None:
            if entry.task is task:
                entry.task = None
                entry.idle_since = self._clock.unix_s()

        entry.task = RoomTask(
            live,
            plane=self._plane,
            clock=self._clock,
            limits=self._limits,
            counters=self.counters,
            on_end=forget,
        )
        self._scope.start(entry.task.run(), f"room {room}")
        return entry.task

    def _admit(self) -> None:
        """Raises: Refused `rate_limited`."""
        wait_s = self._joins.take(self._clock.monotonic_s())
        if wait_s > 0:
            self.counters.add("joins_rate_limited")
            raise Refused("too many joins at once", code="rate_limited", retry_after_s=wait_s)

    async def statistics(self, room: RoomId) -> Sequence[ConnectionStatistics]:
        """Of each media connection in the room; empty without a conference. Raises: NotFound `room_unknown`."""
        entry = self._entry(room)
        return () if entry.task is None else await self._plane.statistics(entry.task.room.key)

    # ── operators ─────────────────────────────────────────────────────────────────────────────────────────────────

    def room_count(self) -> int:
        return len(self._rooms)

    def participant_counts(self) -> Mapping[str, int]:
        """By role."""
        counts: Counter[str] = Counter({role.value: 0 for role in Role})
        for entry in self._rooms.values():
            if entry.task is not None:
                counts.update({role.value: count for role, count in entry.task.counts().items()})
        return counts

    def totals(self) -> Mapping[str, int]:
        """Hits of bounds, drops and faults of hub and signalling since the start."""
        return self.counters.totals()

    # ── life ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def stop(self, deadline_s: float, reconnect_after_s: float = STOP_RETRY_S) -> None:
        """No new rooms or joins; tells everyone, waits until all have left or the deadline passes, ends the rest."""
        self._is_stopping = True
        tasks = self._live()
        for task in tasks:
            task.announce_stop(reconnect_after_s)
        await _all_ended(tasks, deadline_s)
        for task in self._live():
            task.end(can_rejoin=True)
        await _all_ended(self._live(), self._limits.media_timeout_s)

    async def __aenter__(self) -> Registry:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_stopping = True
        await self._scope.close()

    def _live(self) -> list[RoomTask]:
        return [entry.task for entry in self._rooms.values() if entry.task is not None]

    def _entry(self, room: RoomId) -> _Entry:
        entry = self._rooms.get(room)
        if entry is None:
            raise NotFound("there is no such room", code="room_unknown")
        return entry

    def _forget_closed(self) -> None:
        """Rooms whose time is over, and those without a closing time that nobody has used for long: their links have
        expired."""
        now = self._clock.unix_s()
        for room, entry in list(self._rooms.items()):
            settings = entry.settings
            unused_until = max(entry.idle_since, settings.opens_at or 0.0) + self._limits.idle_room_kept_s
            if entry.task is None and (settings.closes_at or unused_until) <= now:
                del self._rooms[room]
                logger.info("room_forgotten room=%s", room)

    def _stopping(self) -> Refused:
        return Refused("the server goes down", code="server_stopping", retry_after_s=STOP_RETRY_S)


async def _all_ended(tasks: list[RoomTask], timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            for task in tasks:
                await task.ended.wait()
    except TimeoutError:
        pass
