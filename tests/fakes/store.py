"""A store in memory that remembers its transactions, and fails when told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from vdxmedia.errors import BadInput, Refused
from vdxmedia.hub.ports import (
    Attendance,
    Call,
    CallRecord,
    CallStay,
    DeleteAttendance,
    DeleteConference,
    DeleteRoom,
    OpenCall,
    Recognise,
    SaveAttendance,
    SaveCall,
    SaveCallRecord,
    SaveCallStay,
    SaveConference,
    SaveRoom,
    StoreChange,
    StoredConference,
    StoredRoom,
)
from vdxmedia.ids import ParticipantId, RoomId


@dataclass
class FakeStore:
    transactions: list[list[StoreChange]] = field(default_factory=list)
    attempts: int = 0
    begun: int = 0
    failure: Refused | None = None
    """Every call raises it."""
    rejected: list[StoreChange] = field(default_factory=list)
    """Never taken."""
    hold: asyncio.Event | None = None
    """When set, writing waits for it."""
    kept_rooms: dict[RoomId, StoredRoom] = field(default_factory=dict)
    kept_conferences: dict[RoomId, StoredConference] = field(default_factory=dict)
    kept_attendance: dict[tuple[RoomId, ParticipantId], Attendance] = field(default_factory=dict)
    kept_calls: dict[str, Call] = field(default_factory=dict)
    kept_records: dict[str, CallRecord] = field(default_factory=dict)
    kept_stays: dict[tuple[str, ParticipantId], CallStay] = field(default_factory=dict)

    async def rooms(self, most: int) -> Sequence[StoredRoom]:
        self._answer()
        return sorted(self.kept_rooms.values(), key=lambda room: -room.idle_since)[:most]

    async def conferences(self) -> Sequence[StoredConference]:
        self._answer()
        return [kept for room, kept in self.kept_conferences.items() if room in self.kept_rooms]

    async def attendance(self, room: RoomId) -> Sequence[Attendance]:
        self._answer()
        return sorted(
            (stay for stay in self.kept_attendance.values() if stay.room == room), key=lambda stay: stay.first_seen
        )

    async def open_calls(self) -> Sequence[OpenCall]:
        self._answer()
        return [
            OpenCall(
                call,
                tuple(stay for stay in self.kept_stays.values() if stay.call == call.id and stay.ends_at is None),
            )
            for call in self.kept_calls.values()
            if not call.is_over
        ]

    async def write(self, changes: Sequence[StoreChange]) -> None:
        self.begun += 1
        if self.hold is not None:
            await self.hold.wait()
        self.attempts += 1
        self._answer()
        if any(change in self.rejected for change in changes):
            raise BadInput("22021", code="store_rejected")
        self.transactions.append(list(changes))
        for change in changes:
            self._do(change)

    async def delete_attendance_before(self, last_seen: float, most: int) -> int:
        self._answer()
        old = [key for key, stay in self.kept_attendance.items() if stay.last_seen < last_seen][:most]
        for key in old:
            del self.kept_attendance[key]
        return len(old)

    def _answer(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _do(self, change: StoreChange) -> None:
        match change:
            case SaveRoom(room=room):
                self.kept_rooms[room.room] = room
            case DeleteRoom(room=gone):
                self.kept_rooms.pop(gone, None)
                self.kept_conferences.pop(gone, None)
            case SaveConference(conference=conference):
                self.kept_conferences[conference.room] = conference
            case DeleteConference(room=gone):
                self.kept_conferences.pop(gone, None)
            case SaveAttendance(attendance=stay):
                key = (stay.room, stay.participant)
                before = self.kept_attendance.get(key, stay)
                self.kept_attendance[key] = msgspec.structs.replace(
                    stay, first_seen=before.first_seen, is_recognised=before.is_recognised
                )
            case Recognise():
                key = (change.room, change.participant)
                if key in self.kept_attendance:
                    self.kept_attendance[key] = msgspec.structs.replace(
                        self.kept_attendance[key], is_recognised=change.is_recognised
                    )
            case SaveCall(call=call):
                self.kept_calls[call.id] = call
            case SaveCallRecord(record=record):
                self.kept_records[record.id] = record
            case SaveCallStay(stay=stay_of_call):
                self.kept_stays[stay_of_call.call, stay_of_call.participant] = stay_of_call
            case DeleteAttendance(room=gone):
                for key in [key for key in self.kept_attendance if key[0] == gone]:
                    del self.kept_attendance[key]
