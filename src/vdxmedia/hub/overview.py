"""What an operator is told of the rooms at one moment: counts without names, rooms by the beginning of their id.

Made anew for each question, in some microseconds per person. Left out: what has happened (`call_records.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from vdxmedia.conference.conference import Conference
from vdxmedia.conference.kinds import Quality, Role
from vdxmedia.hub.call_records import RoomRecords
from vdxmedia.hub.seats import Seats
from vdxmedia.ids import short_id

NO_TRANSPORT = "none"
"""Of who has no media connection now."""


@dataclass(slots=True)
class Figures:
    """Of one room, or of several added up."""

    people: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By role and transport; films' players aside."""
    waiting: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    """What is on, by kind; players' too."""
    qualities: Counter[Quality] = field(default_factory=Counter)
    """Of those who have a media connection."""

    def add(self, other: Figures) -> None:
        self.people.update(other.people)
        self.waiting += other.waiting
        self.sources.update(other.sources)
        self.qualities.update(other.qualities)

    def by_role(self) -> Mapping[str, int]:
        roles: Counter[str] = Counter()
        for (role, _), count in self.people.items():
            roles[role] += count
        return roles


class RoomNow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A room where somebody is, or waits."""

    room: str
    """The beginning of its id."""
    hosts: int
    guests: int
    waiting: int
    weak: int
    """People whose connection is weak or lost."""
    sources: int
    """Microphones, cameras and screens that are on."""
    age_s: int
    """Of the call, since this server has it."""


def figures_of(seats: Seats, conference: Conference, records: RoomRecords) -> Figures:
    told = Figures(waiting=len(conference.waiting()))
    for seat in seats.all():
        if seat.grant.is_film:
            continue
        transport = records.transport_of(seat.participant)
        told.people[seat.grant.role, NO_TRANSPORT if transport is None else transport.value] += 1
        if conference.has_media(seat.participant):
            told.qualities[seat.quality.quality] += 1
    for state in conference.present():
        told.sources.update(source.kind.value for source in state.sources if source.is_active)
    return told


def room_now(room: str, told: Figures, age_s: float) -> RoomNow:
    roles = told.by_role()
    return RoomNow(
        room=short_id(room),
        hosts=roles.get(Role.HOST, 0),
        guests=roles.get(Role.GUEST, 0),
        waiting=told.waiting,
        weak=told.qualities[Quality.WEAK] + told.qualities[Quality.LOST],
        sources=told.sources.total(),
        age_s=int(age_s),
    )


def largest_first(rooms: Sequence[RoomNow], most: int) -> Sequence[RoomNow]:
    """Those in trouble before others."""
    return sorted(rooms, key=lambda one: (-one.weak, -(one.hosts + one.guests), -one.age_s))[:most]
