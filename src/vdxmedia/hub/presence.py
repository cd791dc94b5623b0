"""Who is at a live room's door and inside, for those who are to open it: counts, and since when people wait."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vdxmedia.conference.kinds import Role
from vdxmedia.conference.lobby import Waiter
from vdxmedia.hub.devices import Device
from vdxmedia.hub.seats import Seats
from vdxmedia.ids import ParticipantId


class WaitingPerson(msgspec.Struct, frozen=True):
    name: str
    since: int
    """Unix seconds."""


class RoomPresence(msgspec.Struct, frozen=True):
    waiting: tuple[WaitingPerson, ...] = ()
    """In the order of coming; without those who are let in already."""
    hosts: int = 0
    guests: int = 0
    devices: tuple[tuple[ParticipantId, Device], ...] = ()
    """Of those whose connection says what it comes from."""


NOBODY_THERE = RoomPresence()


def presence_of(seats: Seats, waiting: Sequence[Waiter], unix_offset_s: float) -> RoomPresence:
    """`unix_offset_s`: from the monotonic clock to Unix seconds."""
    counts = seats.counts()
    at_the_door = tuple(WaitingPerson(one.name, int(one.since_s + unix_offset_s)) for one in waiting)
    devices = tuple((seat.participant, seat.device) for seat in seats.all() if seat.device is not None)
    return RoomPresence(at_the_door, counts.get(Role.HOST, 0), counts.get(Role.GUEST, 0), devices)
