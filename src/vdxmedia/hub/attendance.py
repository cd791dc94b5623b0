"""Who was in a room, from when to when: one row per stay, kept only where the room's settings say so.

A row is written when the person comes and when he leaves, and once a minute meanwhile, so that a crash loses a minute.
No address, number or identity is in it. Full (the store is away for long): further rows are dropped and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from vdxmedia.clock import Clock
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.events import ParticipantState
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import Attendance, DeleteAttendance, Recognise, SaveAttendance, StoreChange
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.ids import ParticipantId, RoomId

TOUCH_S = 60.0
MAX_WAITING = 20_000
"""Rows and other things in the outbox; then no further row is put there."""


class Presence:
    """A live room's: looks who is there and says so, while the settings keep attendance."""

    def __init__(self, conference: Conference, note: Callable[[Sequence[ParticipantState]], None]) -> None:
        self._conference = conference
        self._note = note
        self._was_kept = False

    def look(self) -> None:
        """Also once more when the settings keep none any more: then nobody is there."""
        is_kept = self._conference.settings.keeps_attendance
        if is_kept or self._was_kept:
            self._note(self._conference.present() if is_kept else ())
        self._was_kept = is_kept


class AttendanceBook:
    """Event loop only."""

    def __init__(self, outbox: StoreOutbox, clock: Clock, counters: Counters) -> None:
        self._outbox = outbox
        self._clock = clock
        self._counters = counters
        self._present: dict[RoomId, dict[ParticipantId, Attendance]] = {}

    def note(self, room: RoomId, present: Iterable[ParticipantState]) -> None:
        """Who is in the room now, all of them: the others have left. What is the same costs nothing."""
        before = self._present.get(room, {})
        now = {one.id: one for one in present}
        for who in [who for who in before if who not in now]:
            self.left(room, who)
        for who, one in now.items():
            stay = before.get(who)
            if stay is None or (stay.name, stay.role, stay.organisation) != (one.name, one.role, one.organisation):
                self.joined(room, who, name=one.name, role=one.role, organisation=one.organisation)

    def joined(self, room: RoomId, participant: ParticipantId, *, name: str, role: str, organisation: str) -> None:
        """Or is somebody else than before. A stay that is stored already keeps its beginning there."""
        now = self._clock.unix_s()
        stay = Attendance(room, participant, name, role, organisation, now, now, is_recognised=False)
        self._present.setdefault(room, {})[participant] = stay
        self._save(stay)

    def left(self, room: RoomId, participant: ParticipantId) -> None:
        """Passed over for who is not present."""
        present = self._present.get(room, {})
        stay = present.pop(participant, None)
        if not present:
            self._present.pop(room, None)
        if stay is not None:
            self._save(msgspec.structs.replace(stay, last_seen=self._clock.unix_s()))

    def recognise(self, room: RoomId, participant: ParticipantId, *, is_recognised: bool) -> None:
        """A host's tick, also for someone who has left."""
        stay = self._present.get(room, {}).get(participant)
        if stay is not None:
            self._present[room][participant] = msgspec.structs.replace(stay, is_recognised=is_recognised)
        self._put(("recognised", room, participant), Recognise(room, participant, is_recognised))

    def touch(self) -> None:
        """Everyone present has been seen now."""
        now = self._clock.unix_s()
        for present in self._present.values():
            for participant, stay in present.items():
                present[participant] = stay = msgspec.structs.replace(stay, last_seen=now)
                self._save(stay)

    def present(self, room: RoomId) -> dict[ParticipantId, Attendance]:
        """Those in the room, as seen now."""
        now = self._clock.unix_s()
        present = self._present.get(room, {})
        return {who: msgspec.structs.replace(stay, last_seen=now) for who, stay in present.items()}

    async def delete(self, room: RoomId) -> None:
        """All rows of the room, written or not. Who is present begins anew. Raises: Refused `store_unavailable`."""
        now = self._clock.unix_s()
        await self._outbox.write(("attendance of", room), lambda: DeleteAttendance(room))
        for participant, stay in self._present.get(room, {}).items():
            self._present[room][participant] = stay = msgspec.structs.replace(stay, first_seen=now, last_seen=now)
            self._save(stay)

    def _save(self, stay: Attendance) -> None:
        self._put(("attendance", stay.room, stay.participant), SaveAttendance(stay))

    def _put(self, key: tuple[str, RoomId, ParticipantId], change: StoreChange) -> None:
        if len(self._outbox) >= MAX_WAITING:
            self._counters.add("attendance_dropped")
            return
        self._outbox.put(key, lambda: change)
