"""What one room has written down in the store, attendance and history; nothing where there is no store."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vdxmedia.conference.events import ParticipantState, PersonRecognised
from vdxmedia.hub.seats import Seat
from vdxmedia.hub.store_keeping import StoreKeeping
from vdxmedia.ids import ParticipantId, RoomId


class RoomKeeping:
    """`keeps_attendance`: whether the room does now."""

    def __init__(self, room: RoomId, keeping: StoreKeeping | None, keeps_attendance: Callable[[], bool]) -> None:
        self._room = room
        self._keeping = keeping
        self._keeps_attendance = keeps_attendance

    def mark_changed(self) -> None:
        if self._keeping is not None:
            self._keeping.conferences.mark_changed(self._room)

    def note_present(self, present: Sequence[ParticipantState]) -> None:
        if self._keeping is not None:
            self._keeping.attendance.note(self._room, present)

    def came(self, seat: Seat, name: str | None) -> None:
        if self._keeping is not None:
            self._keeping.calls.came(self._room, seat.participant, seat.grant.role, name)

    def went(self, participant: ParticipantId) -> None:
        if self._keeping is not None:
            self._keeping.calls.went(self._room, participant)

    def recognise(self, ticked: PersonRecognised) -> None:
        if self._keeping is not None and self._keeps_attendance():
            self._keeping.attendance.recognise(self._room, ticked.participant, is_recognised=ticked.is_recognised)

    def ended(self) -> None:
        """The conference is over."""
        if self._keeping is not None:
            self._keeping.conferences.ended(self._room)
            self._keeping.calls.ended(self._room)
