"""One day of an organisation over our own REST, as a desk looks at it: the meetings in order, and who is at each door.

The page asks every few seconds, so an answer that is as before is only a 304. Names of those who wait are told to who
may open the room, since they would see them there; others get counts. Left out: links and PINs (`showMeeting`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from vdxmedia.api.branding import IF_NONE_MATCH
from vdxmedia.api.meeting_pages import range_of
from vdxmedia.api.meetings import MeetingOperations
from vdxmedia.api.messages import ORGANISATION
from vdxmedia.api.operations import Called, Credential, Operation, Said
from vdxmedia.booking.callers import BOOKS, Caller
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.meetings import Booked
from vdxmedia.booking.messages.calendar_words import local
from vdxmedia.booking.requests import By, Criterion
from vdxmedia.clock import Clock
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.presence import RoomPresence
from vdxmedia.ids import RoomId

PATH = "/api/v1/days/{day}"
MAX_MEETINGS = 500
"""Of one day; a page that shows more helps nobody."""
TODAY = "today"

PresenceIn = Callable[[RoomId], RoomPresence]


class WaitingResource(msgspec.Struct, frozen=True, kw_only=True):
    since: datetime
    name: Annotated[str, Meta(description="Empty: not for this caller.")]


class DayMeeting(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    uuid: UUID
    subject: str
    start_time: datetime
    end_time: datetime
    opens_at: Annotated[datetime, Meta(description="When its links begin to work.")]
    organized_by_email: str
    status: Annotated[ProvisionStatus, Meta(description="Of its room.")]
    short_url: str
    revision: int
    hosts: Annotated[int, Meta(description="In the room now.")]
    guests: Annotated[int, Meta(description="In the room now, without those who wait.")]
    waiting: Annotated[list[WaitingResource], Meta(description="In the order of coming.")]


class DayResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    day: Annotated[str, Meta(description="As `2026-11-24`.")]
    meetings: Annotated[list[DayMeeting], Meta(description="Those that begin on it, by start, then uuid.")]
    is_whole: Annotated[bool, Meta(description=f"False: there are more than {MAX_MEETINGS}.")]


class DayOperations:
    """The handler. Holds no state of its own."""

    def __init__(
        self, meetings: MeetingOperations, bookings: Bookings, presence_in: PresenceIn, *, clock: Clock
    ) -> None:
        self._meetings = meetings
        self._bookings = bookings
        self._presence_in = presence_in
        self._clock = clock

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                "GET", PATH, "showDay", "Show a day's meetings, with who waits (`today`, or a Danish date)", self._show,
                body=None, answer=DayResource, status=HTTPStatus.OK, errors=("store_unavailable",),
                credential=Credential.CALLER, query=(ORGANISATION,), headers=(IF_NONE_MATCH,), has_etag=True,
                tag="Meetings",
            ),
        )  # fmt: skip

    async def _show(self, path: Mapping[str, str], called: Called) -> Said:
        caller = self._meetings.acting_for(called, path.get(ORGANISATION.name, ""))
        now = int(self._clock.unix_s())
        day = local(now).date().isoformat() if path["day"] == TODAY else path["day"]
        starts_from, starts_before = range_of({"day": day}, now)
        found: list[Booked] = []
        criterion = Criterion(by=By.RANGE, starts_from=starts_from, starts_to=starts_before - 1)
        async for page in self._bookings.search(caller, criterion):
            found += page
            if len(found) > MAX_MEETINGS:
                break
        shown = [self._meeting(caller, booked) for booked in found[:MAX_MEETINGS]]
        answer = DayResource(day=day, meetings=shown, is_whole=len(found) <= MAX_MEETINGS)
        tag = f'"{hashlib.sha256(msgspec.json.encode(answer)).hexdigest()[:24]}"'
        headers = {"ETag": tag}
        known = [one.strip().removeprefix("W/") for one in path.get(IF_NONE_MATCH.name, "").split(",")]
        return Said(None, headers, HTTPStatus.NOT_MODIFIED) if tag in known else Said(answer, headers)

    def _meeting(self, caller: Caller, booked: Booked) -> DayMeeting:
        meeting, room = booked.meeting, booked.room
        there = self._presence_in(RoomId(room.room_id))
        may_know = caller.has(*BOOKS)
        return DayMeeting(
            uuid=meeting.uuid,
            subject=meeting.subject,
            start_time=_moment(meeting.starts_at),
            end_time=_moment(meeting.ends_at),
            opens_at=_moment(room.starts_at),
            organized_by_email=meeting.organized_by.email,
            status=room.status,
            short_url=self._meetings.short_url(booked),
            revision=meeting.revision,
            hosts=there.hosts,
            guests=there.guests,
            waiting=[
                WaitingResource(since=_moment(one.since), name=one.name if may_know else "") for one in there.waiting
            ],
        )


def _moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
