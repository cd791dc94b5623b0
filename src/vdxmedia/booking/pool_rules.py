"""Pools of rooms that stand ready: which may be given away, to whom, and how many are to be there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.meetings import BookedRoom
from vdxmedia.booking.requests import NewMeeting
from vdxmedia.booking.room_options import RoomOptions

MIN_AGE_S = 60
"""A room has been ready for so long before it is given away: whatever makes rooms has caught up with it."""
SOON_S = 2 * 60
"""A meeting that starts later gets a room of its own."""
RESERVED_S = 15 * 60
"""For the booking to come; then the room is free again."""


def starts_soon(starts_at: int, now: int) -> bool:
    return starts_at <= now + SOON_S


def is_reserved(room: BookedRoom, now: int) -> bool:
    """Not by a clock that was far ahead: it would last until that time has come."""
    return bool(room.reserved_by) and now - RESERVED_S < (room.updated_at or 0) <= now + RESERVED_S


def is_ready(room: BookedRoom, now: int) -> bool:
    """Free to be given away. One that was made by a clock that was far ahead is old enough."""
    return (
        room.is_pool
        and not room.has_meeting
        and room.status is ProvisionStatus.PROVISIONED_OK
        and room.status_at is not None
        and not now - MIN_AGE_S < room.status_at <= now + MIN_AGE_S
        and not is_reserved(room, now)
    )


def has_options(room: BookedRoom, wanted: RoomOptions) -> bool:
    """As wanted, where something is wanted."""
    return all(value is None or value == getattr(room.options, name) for name, value in asdict(wanted).items())


def asdict(options: RoomOptions) -> dict[str, object]:
    return msgspec.structs.asdict(options)


def first_ready(rooms: Iterable[BookedRoom], wanted: RoomOptions, now: int) -> BookedRoom | None:
    return next((room for room in rooms if is_ready(room, now) and has_options(room, wanted)), None)


def fitting(rooms: Iterable[BookedRoom], request: NewMeeting, now: int) -> BookedRoom | None:
    """The oldest that can be this meeting's."""
    return first_ready(
        (
            room
            for room in rooms
            if (not request.guest_pin_required or room.guest_pin)
            and (request.template is None or room.template == request.template)
        ),
        request.options,
        now,
    )


def surplus(rooms: Sequence[BookedRoom], wanted: int, now: int) -> Sequence[BookedRoom]:
    """Those to be given up, the youngest first; never one that is reserved."""
    spare = [room for room in reversed(rooms) if not is_reserved(room, now)]
    return spare[: max(len(rooms) - wanted, 0)]
