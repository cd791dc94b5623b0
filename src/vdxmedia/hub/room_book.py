"""Which rooms there are: what was agreed about each, on its way to the store and back, until it is forgotten.

Bounded by `HubLimits.rooms`: full, rooms whose time is over are forgotten first. Left out: the conferences in them and
who may join (`registry.py`).
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections import OrderedDict
from collections.abc import Callable, Iterable

from vdxmedia.clock import Clock
from vdxmedia.conference.admissions import Admissions
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.grant_now import grant_at_rest, grant_if_barred
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import DeleteRoom, Grant, SaveRoom, StoreChange, StoredConference
from vdxmedia.hub.room import Room
from vdxmedia.hub.room_entry import NOT_RESTORED, RoomEntry
from vdxmedia.hub.store_keeping import StoreKeeping
from vdxmedia.ids import RoomId, new_room_id

logger = logging.getLogger(__name__)

MAX_GONE = 10_000
"""Rooms remembered when they are gone: who comes with a good link a moment too late hears that it is over."""


class RoomBook:
    """Owned by the registry. Event loop only."""

    def __init__(self, clock: Clock, limits: HubLimits, counters: Counters, keeping: StoreKeeping | None) -> None:
        self._clock = clock
        self._limits = limits
        self._counters = counters
        self._keeping = keeping
        self._rooms: dict[RoomId, RoomEntry] = {}
        self._gone: OrderedDict[RoomId, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rooms)

    def all(self) -> Iterable[RoomEntry]:
        return self._rooms.values()

    def find(self, room: RoomId) -> RoomEntry | None:
        return self._rooms.get(room)

    def entry(self, room: RoomId) -> RoomEntry:
        """Raises: NotFound `room_unknown`."""
        entry = self._rooms.get(room)
        if entry is None:
            raise NotFound("there is no such room", code="room_unknown")
        return entry

    def as_it_stands(self, room: RoomId, grant: Grant) -> Grant:
        """What a verified token allows now: as the live conference decides, or the one that will go on with the first
        join."""
        entry = self._rooms.get(room)
        if entry is None:
            return grant
        if entry.task is not None:
            grant = entry.task.room.as_it_stands(grant)
        elif (cut_off := self._going_on(entry)) is not None:
            # Of a state that makes no sense nothing will go on.
            with contextlib.suppress(*NOT_RESTORED):
                grant = grant_at_rest(grant, cut_off.state)
        return grant_if_barred(grant, entry.admissions)

    def refuse_gone(self, room: RoomId) -> None:
        """For who shows a good token. Raises: Refused `room_closed`."""
        if room in self._gone and room not in self._rooms:
            raise Refused("the room is closed", code="room_closed")

    # ── opened, used, forgotten ───────────────────────────────────────────────────────────────────────────────────

    def add(self, settings: RoomSettings, room: RoomId | None) -> RoomId:
        """`room`: the id that was promised for it. Raises: Refused `rooms_full`."""
        if len(self._rooms) >= self._limits.rooms:
            self._forget_closed()
        if len(self._rooms) >= self._limits.rooms:
            self._counters.add("rooms_full")
            raise Refused("the server has its maximum of rooms", code="rooms_full")
        assert room not in self._rooms
        while room is None or room in self._rooms:
            room = new_room_id()
        now = self._clock.unix_s()
        self._rooms[room] = self._entry(settings, now, now)
        self.save(room)
        return room

    def _entry(self, settings: RoomSettings, idle_since: float, created_at: float) -> RoomEntry:
        admissions = Admissions(lambda count: self._counters.add("admissions_forgotten", count))
        return RoomEntry(settings, idle_since, created_at, admissions=admissions)

    def used(self, room: RoomId, entry: RoomEntry) -> None:
        """A conference has begun in it, or ended."""
        entry.idle_since = self._clock.unix_s()
        self.changed(room, entry)

    def changed(self, room: RoomId, entry: RoomEntry) -> None:
        """What was agreed is different; a room that is forgotten meanwhile stays so."""
        if self._rooms.get(room) is entry:
            self.save(room)

    def forget(self, room: RoomId) -> None:
        """An unknown one is fine."""
        if self._rooms.pop(room, None) is not None:
            self._gone[room] = None
            while len(self._gone) > MAX_GONE:
                self._gone.popitem(last=False)
            self.save(room)

    def _forget_closed(self) -> None:
        """Rooms whose time is over, and those without a closing time that nobody has used for long: their links have
        expired."""
        now = self._clock.unix_s()
        for room, entry in list(self._rooms.items()):
            settings = entry.settings
            unused_until = max(entry.idle_since, settings.opens_at or 0.0) + self._limits.idle_room_kept_s
            if entry.task is None and (settings.closes_at or unused_until) <= now:
                self.forget(room)
                logger.info("room_forgotten room=%s", room)

    def _forget_expired(self) -> None:
        """Rooms whose closing time is long over, and conferences that nobody has come back to: what they were about is
        nobody's business any more."""
        if self._keeping is None:
            return
        now = self._clock.unix_s()
        for room, entry in self._rooms.items():
            if entry.cut_off is not None and entry.is_over(entry.cut_off, now, self._limits.idle_room_kept_s):
                entry.cut_off = None
                self._keeping.conferences.drop(room)
                self._keeping.calls.abandon(room)
        before = now - self._keeping.retention.closed_room_kept_s
        for room, entry in list(self._rooms.items()):
            if entry.task is None and (entry.settings.closes_at or math.inf) < before:
                self.forget(room)
                logger.info("room_forgotten room=%s", room)

    # ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def read(self, keeping: StoreKeeping) -> None:
        """Raises: Refused `store_unavailable`."""
        for stored in await keeping.stored_rooms(self._limits.rooms):
            entry = self._rooms[stored.room] = self._entry(stored.settings, stored.idle_since, stored.created_at)
            entry.admissions.restore(stored.admissions)
        for conference in await keeping.stored_conferences():
            if conference.room in self._rooms:
                self._rooms[conference.room].cut_off = conference
        cut_off = {room for room, entry in self._rooms.items() if entry.cut_off is not None}
        keeping.calls.adopt(await keeping.open_calls(), cut_off.__contains__)
        keeping.on_retention = self._forget_expired
        logger.info("rooms_read rooms=%d", len(self._rooms))

    def save(self, room: RoomId) -> None:
        """What the room is when its turn comes, or that it is gone."""
        if self._keeping is not None:
            self._keeping.outbox.put(("room", room), lambda: self._stored(room))

    async def written(self, room: RoomId) -> None:
        """Raises: Refused `store_unavailable`."""
        if self._keeping is not None:
            await self._keeping.outbox.write(("room", room), lambda: self._stored(room))

    def _stored(self, room: RoomId) -> StoreChange:
        entry = self._rooms.get(room)
        if entry is None:
            return DeleteRoom(room)
        return SaveRoom(entry.stored(room))

    def freeze(self) -> None:
        """What the conferences that are still live are now is what the next server begins with."""
        if self._keeping is not None:
            self._keeping.conferences.freeze()
            self._keeping.calls.freeze()

    def thaw(self) -> None:
        """What was frozen goes on with the first who comes back."""
        if self._keeping is not None:
            for conference in self._keeping.conferences.thaw():
                if conference.room in self._rooms:
                    self._rooms[conference.room].cut_off = conference
            self._keeping.calls.thaw()

    def began(self, room: RoomId, entry: RoomEntry, make: Callable[[], Room]) -> Room:
        """A conference: as the last server's end has left it, or new when there is nothing of now."""
        live = self._restored(room, entry, make)
        if live is None:
            live = make()
            if self._keeping is not None:
                self._keeping.calls.abandon(room)
        if self._keeping is not None:
            self._keeping.conferences.began(room, live.state)
        return live

    def _going_on(self, entry: RoomEntry) -> StoredConference | None:
        cut_off = entry.cut_off
        if cut_off is None or entry.is_over(cut_off, self._clock.unix_s(), self._limits.idle_room_kept_s):
            return None
        return cut_off

    def _restored(self, room: RoomId, entry: RoomEntry, make: Callable[[], Room]) -> Room | None:
        cut_off, entry.cut_off = self._going_on(entry), None
        if cut_off is None:
            return None
        live = make()
        try:
            live.restore(cut_off.state)
            if self._keeping is not None:
                self._keeping.calls.restored(room, live.seated())
        except NOT_RESTORED as error:
            # Whatever is wrong with it, people must be able to meet. No traceback: its texts may quote the state.
            self._counters.add("conference_states_unreadable")
            logger.warning("conference_state_unreadable room=%s reason=%s", room, type(error).__name__)
            return None
        return live
