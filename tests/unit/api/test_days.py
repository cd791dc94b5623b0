"""A day's meetings with who is at the door: names for who may open it; what is as before is only said to be so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, cast
from uuid import UUID

import pytest

from vdxmedia.api.days import MAX_MEETINGS, DayOperations, DayResource
from vdxmedia.api.meetings import MeetingOperations
from vdxmedia.api.operations import Called, Said
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting
from vdxmedia.booking.requests import Criterion
from vdxmedia.clock import ManualClock
from vdxmedia.errors import BadField
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.presence import NOBODY_THERE, RoomPresence, WaitingPerson
from vdxmedia.ids import RoomId

NOON = 1_795_431_600.0
"""23 November 2026, 12:00 in Denmark."""


def booked(number: int) -> Booked:
    uuid, starts_at = UUID(int=number), int(NOON) + number
    meeting = Meeting(
        uuid=uuid, organisation="dev", subject="x", starts_at=starts_at, ends_at=starts_at + 60, short_id=""
    )
    return Booked(meeting, BookedRoom(uuid=uuid, organisation="dev", template=1, room_id=f"room{number}"))


class Desk:
    def __init__(self, count: int = 1) -> None:
        self.found = [booked(number) for number in range(count)]
        self.asked: Criterion | None = None

    async def search(self, caller: Caller, criterion: Criterion) -> AsyncIterator[Sequence[Booked]]:
        self.asked = criterion
        for at in range(0, len(self.found), 200):
            yield self.found[at : at + 200]


class Words:
    def acting_for(self, called: Called, organisation: str) -> Caller:
        assert called.caller is not None
        return called.caller

    def short_url(self, one: Booked) -> str:
        return "https://x.example/m/"


class Door:
    def __init__(self) -> None:
        self.there: dict[str, RoomPresence] = {}

    def __call__(self, room: RoomId) -> RoomPresence:
        return self.there.get(room, NOBODY_THERE)


async def show(desk: Desk, door: Door, role: CallerRole, day: str = "today", **headers: str) -> Said:
    meetings, bookings = cast(MeetingOperations, Words()), cast(Bookings, desk)
    (operation,) = DayOperations(meetings, bookings, door, clock=ManualClock(NOON)).table()
    caller = Caller(organisation="dev", roles=frozenset({role}))
    said = await operation.handler({"day": day, **headers}, Called(caller, None, ""))
    assert isinstance(said, Said)
    return said


def body(said: Said) -> DayResource:
    assert isinstance(said.body, DayResource)
    return said.body


async def test_names_of_who_waits_are_for_those_who_may_open_the_room() -> None:
    door = Door()
    door.there["room0"] = RoomPresence((WaitingPerson("Inger", int(NOON) - 60),), hosts=1, guests=2)
    for role, name in ((CallerRole.USER, "Inger"), (CallerRole.ADMIN, "Inger"), (CallerRole.PROVISIONER, "")):
        (one,) = body(await show(Desk(), door, role)).meetings
        assert [waiting.name for waiting in one.waiting] == [name]
        assert one.waiting[0].since.timestamp() == NOON - 60
        assert (one.hosts, one.guests) == (1, 2)


async def test_day_is_a_danish_one_and_the_same_answer_is_only_said_to_be_so() -> None:
    desk, door = Desk(), Door()
    said = await show(desk, door, CallerRole.USER)
    assert body(said).day == "2026-11-23"
    assert desk.asked is not None
    assert (desk.asked.starts_from, desk.asked.starts_to) == (NOON - 12 * 3600, NOON + 12 * 3600 - 1)
    tag = {"If-None-Match": f'W/"x", {said.headers["ETag"]}'}
    again = await show(desk, door, CallerRole.USER, **tag)
    assert (again.status, again.body) == (304, None)
    door.there["room0"] = RoomPresence((WaitingPerson("Inger", int(NOON)),))
    changed = await show(desk, door, CallerRole.USER, **tag)
    assert changed.status is None
    assert len(body(changed).meetings[0].waiting) == 1


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "", "2026-11-24T00:00:00Z"])
async def test_what_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(BadField):
        await show(Desk(), Door(), CallerRole.USER, day)


async def test_day_with_more_meetings_than_a_page_shows_says_so() -> None:
    whole: Any = body(await show(Desk(MAX_MEETINGS), Door(), CallerRole.USER))
    assert (len(whole.meetings), whole.is_whole) == (MAX_MEETINGS, True)
    cut = body(await show(Desk(MAX_MEETINGS + 1), Door(), CallerRole.USER))
    assert (len(cut.meetings), cut.is_whole) == (MAX_MEETINGS, False)
