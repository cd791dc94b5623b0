"""The rooms of this server: what was agreed about each, and the conference that is live in it, if any.

For the REST API: `open`, `settings_of`, `change_settings`, `participants_in`, `close`. For signalling: `join`. For
operators: `figures`, `rooms_now`, `records`, `totals`. For the assembly: `async with` and `stop`.

All rooms are in memory; with a `StoreKeeping` they are read from the store at the start and written to it when they
change, and a conference that the server's end has cut off goes on with the first join. Without one they last as long
as the process. Full: rooms whose time is over are forgotten first; then `create` is refused.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from vdxmedia.clock import Clock
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadInput, NotAllowed, Refused
from vdxmedia.hub.call_records import CallRecords
from vdxmedia.hub.client import Client, JoinRequest, Seated, SeatResumed, Waiting
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.drain import BACK_AFTER_S, Drain
from vdxmedia.hub.film import Films, FilmStart, NoFilms
from vdxmedia.hub.film_stage import FilmStage
from vdxmedia.hub.limits import HubLimits, TokenBucket
from vdxmedia.hub.overview import Figures, RoomNow
from vdxmedia.hub.pins import PinDoor
from vdxmedia.hub.ports import (
    Attendance,
    Grant,
    MediaPlane,
)
from vdxmedia.hub.presence import NOBODY_THERE, RoomPresence
from vdxmedia.hub.room import Room
from vdxmedia.hub.room_book import RoomBook
from vdxmedia.hub.room_entry import RoomEntry
from vdxmedia.hub.room_keeping import RoomKeeping
from vdxmedia.hub.room_task import BUSY_RETRY_S, RoomTask, all_ended
from vdxmedia.hub.statistics import ConnectionStatistics
from vdxmedia.hub.store_keeping import StoreKeeping
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.hub.terms import DemandedTerms, with_terms
from vdxmedia.ids import ConferenceKey, RoomId
from vdxmedia.observability import Metrics

logger = logging.getLogger(__name__)


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
        keeping: StoreKeeping | None = None,
        films: Films | None = None,
        film_token: Callable[[RoomId], str] | None = None,
        drain: Drain | None = None,
    ) -> None:
        self._plane = plane
        self._keeping = keeping
        self._films = films
        self._film_token = film_token
        self._clock = clock
        self._limits = limits or HubLimits()
        self._metrics = metrics or Metrics()
        self.counters = counters or Counters()
        outbox = None if keeping is None else keeping.outbox
        self.records = CallRecords(clock, self._metrics, self.counters, outbox)
        self._book = RoomBook(clock, self._limits, self.counters, keeping)
        self._keys = itertools.count(1)
        self._joins = TokenBucket(rate := self._limits.joins_per_second, max(1.0, 2 * rate), clock.monotonic_s())
        self._scope = TaskScope("rooms")
        self.drain = drain or Drain(clock)
        self.pins = PinDoor()
        """Of all ways in where one types."""
        self.terms: DemandedTerms | None = None
        self.refuse_newcomer: Callable[[], None] = lambda: None
        """Raises: Refused while the server has too much to do."""

    # ── rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def open(self, settings: RoomSettings, *, room: RoomId | None = None) -> RoomId:
        """`create`, and the room outlasts the process when this returns. `room`: the id that was promised for it.
        Raises: as `create`, and Refused `store_unavailable`: there is no room then."""
        room = self.create(settings, room=room)
        try:
            await self._book.written(room)
        except BaseException:
            self._book.forget(room)
            raise
        return room

    def create(self, settings: RoomSettings, *, room: RoomId | None = None) -> RoomId:
        """Written to the store a moment later. Raises: BadField, Refused (`rooms_full`, `server_stopping`)."""
        settings.validate()
        self.drain.refuse_new()
        room = self._book.add(settings, room)
        logger.info("room_opened room=%s", room)
        return room

    def settings_of(self, room: RoomId) -> RoomSettings:
        """Raises: NotFound `room_unknown`."""
        return self._book.entry(room).settings

    def settings_for(self, grant: Grant) -> RoomSettings:
        """Of the room that a verified token is for. Raises: Refused `room_closed` when it was there, NotFound."""
        self._book.refuse_gone(RoomId(grant.room))
        return self.settings_of(RoomId(grant.room))

    def closes_at_of(self, room: RoomId) -> float | None:
        """Unix seconds; None: it stays open, or there is no such room."""
        entry = self._book.find(room)
        return None if entry is None else entry.settings.closes_at

    async def change_settings(self, room: RoomId, settings: RoomSettings) -> None:
        """Tells those who are in it. Raises: NotFound, BadField, Refused; with `store_unavailable` the change is in
        force, and is written when that is possible."""
        settings.validate()
        entry = self._book.entry(room)
        entry.settings = settings
        self._book.save(room)
        if entry.task is not None:
            await entry.task.change_settings(settings)
        await self._book.written(room)

    def participants_in(self, room: RoomId) -> int:
        """0 when the room has no conference or is unknown."""
        entry = self._book.find(room)
        return 0 if entry is None or entry.task is None else sum(entry.task.counts().values())

    def presence_in(self, room: RoomId) -> RoomPresence:
        """As `participants_in`."""
        live = self.live_room(room)
        return NOBODY_THERE if live is None else live.presence()

    def is_known(self, room: RoomId) -> bool:
        return self._book.find(room) is not None

    def live_room(self, room: RoomId) -> Room | None:
        """None as `participants_in`. Its task owns it: what is asked here takes no turn of it."""
        entry = self._book.find(room)
        return None if entry is None or entry.task is None else entry.task.room

    def as_it_stands(self, grant: Grant) -> Grant:
        """Of a verified token: what it allows now. A conference in the room may have made a guest of a host, or barred
        him; also the one that was cut off by a restart and that nobody has come back to yet."""
        return self._book.as_it_stands(RoomId(grant.room), grant)

    async def close(self, room: RoomId) -> None:
        """Ends the conference for everyone and forgets the room. Raises: NotFound `room_unknown`, Refused
        `store_unavailable`: the room is gone, but would be there again after a restart in this moment."""
        entry = self._book.entry(room)
        self._book.forget(room)
        logger.info("room_closed room=%s", room)
        if entry.task is not None:
            entry.task.end(can_rejoin=False)
            async with asyncio.timeout(self._limits.media_timeout_s):
                await entry.task.ended.wait()
        await self._book.written(room)

    async def attendance(self, room: RoomId) -> Sequence[Attendance]:
        """Also of a room that is closed. Raises: NotFound `room_unknown`, Refused `store_unavailable`."""
        stays = await self._keeping.attendance_of(room) if self._keeping is not None else ()
        if not stays:
            self._book.entry(room)
        return stays

    async def delete_attendance(self, room: RoomId) -> None:
        """Also of a room that is closed; none is fine. Raises: Refused `store_unavailable`."""
        if self._keeping is not None:
            await self._keeping.attendance.delete(room)

    # ── joining ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def join(
        self, room: RoomId, request: JoinRequest, client: Client
    ) -> tuple[RoomTask, Seated | SeatResumed | Waiting]:
        """The conference to talk to from now on, and the seat in it. Raises: NotFound, Refused."""
        request = await with_terms(self.terms, request)
        self._book.refuse_gone(room)
        entry = self._book.entry(room)
        try:
            self.drain.refuse_all()
            if entry.task is None and entry.cut_off is None:
                self._refuse_new()
            task = entry.task or self._begin(room, entry)
            return task, await task.join(request, client)
        except (Refused, NotAllowed, BadInput) as error:
            self.records.refused(room, request.grant.role, error.code)
            if error.code == "lobby_full":
                self.counters.add("lobbies_full")
                # Not how many others wait: that is nobody's business who does not know them.
                raise Refused("the room has too much to do", code="server_busy", retry_after_s=BUSY_RETRY_S) from None
            raise

    def grant_by_pin(self, room: RoomId, pin: str, client: str) -> Grant:
        """What somebody without a link may do, who has typed the room's PIN: a new person with all sources. `client` is
        an address as limits count it. Raises: as `PinDoor.enter`; an unknown room is as one without a PIN."""
        entry = self._book.find(room)
        if entry is None:
            raise NotAllowed("this room is entered by a personal link", code="token_missing")
        try:
            role = self.pins.enter(room, entry.settings, pin, client, self._clock.monotonic_s())
        except Refused:
            self.counters.add("pins_locked")
            raise
        return Grant(
            room=room,
            identity="",
            role=role,
            name=None,
            organisation=entry.settings.organisation if role is Role.HOST else "",
            function="",
            can_publish=frozenset(SourceKind),
            can_subscribe=True,
            expires_at=self._clock.unix_s(),
        )

    def _begin(self, room: RoomId, entry: RoomEntry) -> RoomTask:
        key = ConferenceKey(next(self._keys))
        records = self.records.begin(room)
        keeps = RoomKeeping(room, self._keeping, lambda: entry.settings.keeps_attendance)

        def keep(settings: RoomSettings) -> None:
            entry.settings = settings
            self._book.changed(room, entry)

        def make() -> Room:
            return Room(
                room,
                key,
                entry.settings,
                plane=self._plane,
                clock=self._clock,
                limits=self._limits,
                metrics=self._metrics,
                records=records,
                admit=self._admit,
                keep_settings=keep,
                note_present=keeps.note_present,
                mark_changed=keeps.mark_changed,
                play_film=lambda order: stage.order(order),
                admissions=entry.admissions,
                recognise=keeps.recognise,
                came=keeps.came,
                went=keeps.went,
            )

        def forget(task: RoomTask) -> None:
            stage.end()
            if entry.task is task:
                entry.task = None
                self._book.used(room, entry)
                keeps.ended()
            self.records.ended(room, records)

        task = entry.task = RoomTask(
            self._book.began(room, entry, make),
            plane=self._plane,
            clock=self._clock,
            limits=self._limits,
            counters=self.counters,
            on_end=forget,
        )
        stage = FilmStage(
            self._films or NoFilms(),
            self._scope,
            start_of=lambda clip: self._film_start(room, key, clip),
            tell=task.film_heard,
            clock=self._clock,
            counters=self.counters,
        )
        self._scope.start(task.run(), f"room {room}")
        self._book.used(room, entry)
        return task

    def _film_start(self, room: RoomId, key: ConferenceKey, clip: str) -> FilmStart:
        entry = self._book.find(room)
        return FilmStart(
            conference=key,
            organisation="" if entry is None else entry.settings.organisation,
            clip=clip,
            token="" if self._film_token is None else self._film_token(room),
        )

    def _admit(self) -> None:
        """A newcomer. Raises: Refused `server_stopping`, `server_busy`, `rate_limited`."""
        self._refuse_new()
        wait_s = self._joins.take(self._clock.monotonic_s())
        if wait_s > 0:
            self.counters.add("joins_rate_limited")
            raise Refused("too many joins at once", code="rate_limited", retry_after_s=wait_s)

    def _refuse_new(self) -> None:
        self.drain.refuse_new()
        self.refuse_newcomer()

    async def statistics(self, room: RoomId) -> Sequence[ConnectionStatistics]:
        """Of each media connection in the room; empty without a conference. Raises: NotFound `room_unknown`."""
        task = self._book.entry(room).task
        return () if task is None else await self._plane.statistics(task.room.key)

    # ── operators ─────────────────────────────────────────────────────────────────────────────────────────────────

    def room_count(self) -> int:
        return len(self._book)

    def live_count(self) -> int:
        """Rooms with a conference."""
        return len(self._live())

    def participant_counts(self) -> Mapping[str, int]:
        """By role."""
        counts: Counter[str] = Counter({role.value: 0 for role in Role})
        for task in self._live():
            counts.update({role.value: count for role, count in task.counts().items()})
        return counts

    def figures(self) -> Figures:
        """Of all rooms together."""
        together = Figures()
        for task in self._live():
            together.add(task.room.figures())
        return together

    def rooms_now(self) -> Sequence[RoomNow]:
        """Where somebody is, or waits."""
        return [task.room.now() for task in self._live()]

    def totals(self) -> Mapping[str, int]:
        """Hits of bounds, drops and faults of hub and signalling since the start."""
        return self.counters.totals()

    # ── life ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def stop(self, deadline_s: float) -> None:
        """For good: nothing new; tells everyone, waits until all have left or the deadline passes, ends the rest."""
        self.drain.finish(deadline_s)
        tasks = self._announce()
        await all_ended(tasks, deadline_s)
        await self._end_all()

    async def cut_off(self) -> None:
        """Tells everyone and ends what is live; `take_up` lets it go on."""
        self._announce()
        await self._end_all()

    def take_up(self) -> None:
        """What `cut_off` has ended goes on with the first who comes back."""
        self._book.thaw()

    def _announce(self) -> Sequence[RoomTask]:
        for task in (tasks := self._live()):
            task.announce_stop(BACK_AFTER_S)
        return tasks

    async def _end_all(self) -> None:
        self._book.freeze()
        for task in self._live():
            task.end(can_rejoin=True)
        await all_ended(self._live(), self._limits.media_timeout_s)

    async def __aenter__(self) -> Registry:
        """Raises: Refused `store_unavailable`."""
        if self._keeping is not None:
            await self._book.read(self._keeping)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drain.finish(0.0)
        self._book.freeze()
        await self._scope.close()

    def _live(self) -> list[RoomTask]:
        return [entry.task for entry in self._book.all() if entry.task is not None]
