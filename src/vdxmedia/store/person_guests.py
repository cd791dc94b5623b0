"""Names of guests that a telephone number leads to: its SMS are of meetings, and these have personal links and guests.

Who was written to is one of the meeting's guests, and nothing says which. Where the meeting's SMS went to this number
alone, all its guests' names are taken to be of whoever has that telephone; where they went to several, the names are
shown for a human to judge, and erasing leaves them, for they may be another person's.

Left out: meetings whose SMS are not kept any more; then nothing ties a number to a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.invitations import Invitation, InvitedAs
from vdxmedia.conference.kinds import Role
from vdxmedia.store.schema import attendance, booked_rooms, call_stays, calls, invitations, meetings, messages


class Written(NamedTuple):
    """A meeting of which the number got SMS."""

    meeting: str
    room_id: str | None
    """None: the meeting is not there any more."""
    starts_at: int | None
    is_alone: bool
    """No other number got any."""


async def written(connection: AsyncConnection, digest: str, most: int) -> Sequence[Written]:
    mine = select(messages.c.meeting).where(messages.c.number_digest == digest).distinct().limit(most)
    query = (
        select(
            messages.c.meeting,
            func.count(messages.c.number_digest.distinct()).label("numbers"),
            func.max(booked_rooms.c.room_id).label("room_id"),
            func.max(meetings.c.starts_at).label("starts_at"),
        )
        .outerjoin(booked_rooms, booked_rooms.c.uuid == messages.c.meeting)
        .outerjoin(meetings, meetings.c.uuid == messages.c.meeting)
        .where(messages.c.meeting.in_(mine))
        .group_by(messages.c.meeting)
        .order_by(messages.c.meeting)
    )
    rows = (await connection.execute(query)).all()
    return [Written(row.meeting, row.room_id, row.starts_at, row.numbers == 1) for row in rows]


async def shown(connection: AsyncConnection, one: Written) -> dict[str, Any]:
    """As JSON can say it."""
    stays = select(call_stays).where(*_guests_of_calls(one)).order_by(call_stays.c.starts_at)
    return {
        "meeting": one.meeting,
        "startTime": one.starts_at,
        "isOnlyNumber": one.is_alone,
        "invitations": [
            {"id": invitation.id, "name": invitation.name, "function": invitation.function}
            for invitation in await _personal(connection, one)
        ],
        "attendance": [
            {"name": row.name, "firstSeen": row.first_seen, "lastSeen": row.last_seen}
            for row in (await connection.execute(select(attendance).where(*_guests(one)))).all()
        ],
        "calls": [
            {"name": row.name, "startTime": row.starts_at, "endTime": row.ends_at}
            for row in (await connection.execute(stays)).all()
        ],
    }


async def erase(connection: AsyncConnection, one: Written) -> tuple[int, int]:
    """How many rows, and how many were left because they may be another's. Links go on without a name."""
    personal = await _personal(connection, one)
    if not one.is_alone:
        counts = [
            (await connection.execute(select(func.count()).select_from(table).where(*where))).scalar_one()
            for table, where in ((attendance, _guests(one)), (call_stays, _guests_of_calls(one)))
        ]
        return 0, len(personal) + sum(counts)
    for invitation in personal:
        nameless = msgspec.structs.replace(invitation, name="", function="")
        await connection.execute(
            update(invitations)
            .where(invitations.c.meeting == one.meeting, invitations.c.invitation_id == invitation.id)
            .values(document=msgspec.json.encode(nameless).decode())
        )
    present = (await connection.execute(delete(attendance).where(*_guests(one)))).rowcount
    told = (await connection.execute(update(call_stays).where(*_guests_of_calls(one)).values(name=None))).rowcount
    return len(personal) + present + told, 0


async def _personal(connection: AsyncConnection, one: Written) -> list[Invitation]:
    """Guests' links that have a name."""
    rows = (await connection.execute(select(invitations).where(invitations.c.meeting == one.meeting))).all()
    found = [msgspec.json.decode(row.document, type=Invitation) for row in rows]
    return [each for each in found if each.role is InvitedAs.GUEST and each.name]


def _guests(one: Written) -> tuple[ColumnElement[bool], ...]:
    return attendance.c.room_id == one.room_id, attendance.c.role == Role.GUEST.value


def _guests_of_calls(one: Written) -> tuple[ColumnElement[bool], ...]:
    of_meeting = select(calls.c.call_id).where(calls.c.meeting == one.meeting)
    is_named = call_stays.c.name.is_not(None)
    return call_stays.c.call_id.in_(of_meeting), call_stays.c.role == Role.GUEST.value, is_named
