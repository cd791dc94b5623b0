"""Operations on meetings: book, read, search, change, cancel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from vdxmedia.api.video import asked
from vdxmedia.api.video.answers import Answers
from vdxmedia.api.video.bodies import CreateMeeting, PatchMeeting, UpdateMeeting
from vdxmedia.api.video.operations import BOOKERS, Call, Kind, Operation, Pages, Parameter, Shape
from vdxmedia.api.video.resources import Meeting
from vdxmedia.api.video.versions import Version
from vdxmedia.booking.meetings import Booked
from vdxmedia.booking.requests import By
from vdxmedia.errors import NotFound
from vdxmedia.hub.bookings_port import Bookings

URI = Parameter("uri", "The room's address.", is_required=True)
SEARCH = (
    Parameter("short-id", "The 12 characters of a short link.", least_chars=12, most_chars=12),
    Parameter("label", "A label that the meeting has."),
    Parameter("subject", "The subject."),
    Parameter("organizedBy", "The organiser's e-mail address."),
    Parameter("search", "A part of subject, description, organiser, address or label; in the range if there is one."),
    Parameter("from-start-time", "The meeting begins then or later; with `to-start-time`.", Kind.TIME),
    Parameter("to-start-time", "The meeting begins then or earlier; with `from-start-time`.", Kind.TIME),
    Parameter("uriWithDomain", "The room's whole address."),
)
"""In the order of precedence: one criterion is used."""


class MeetingOperations:
    def __init__(self, bookings: Bookings, answers: dict[Version, Answers]) -> None:
        self._bookings = bookings
        self._answers = answers

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                "GET",
                "/meetings",
                "searchMeetings",
                "Search meetings by one criterion",
                self.search,
                parameters=SEARCH,
                answer=Meeting,
                shape=Shape.LIST,
                relation="meetingDtoList",
                can_be_missing=True,
                is_single_in_v1=lambda query: By.SHORT_ID.value in query,
            ),
            Operation(
                "POST",
                "/meetings",
                "createMeeting",
                "Book a meeting and get its room",
                self.create,
                roles=BOOKERS,
                body=CreateMeeting,
                answer=Meeting,
                is_unacceptable=True,
            ),
            Operation(
                "GET",
                "/meetings/findByUriWithDomain",
                "findMeetingByUriWithDomain",
                "The meeting at a whole address",
                self.find_with_domain,
                parameters=(URI,),
                answer=Meeting,
                can_be_missing=True,
            ),
            Operation(
                "GET",
                "/meetings/findByUriWithoutDomain",
                "findMeetingByUriWithoutDomain",
                "The meeting at an address without its domain",
                self.find_without_domain,
                parameters=(URI,),
                answer=Meeting,
                can_be_missing=True,
            ),
            Operation(
                "GET",
                "/meetings/{uuid}",
                "readMeeting",
                "Read a meeting",
                self.read,
                answer=Meeting,
                can_be_missing=True,
            ),
            Operation(
                "PUT",
                "/meetings/{uuid}",
                "replaceMeeting",
                "Replace what can be changed",
                self.replace,
                roles=BOOKERS,
                body=UpdateMeeting,
                answer=Meeting,
                can_be_missing=True,
                is_unacceptable=True,
            ),
            Operation(
                "PATCH",
                "/meetings/{uuid}",
                "changeMeeting",
                "Change some fields; an `endTime` of now ends the meeting",
                self.change,
                roles=BOOKERS,
                body=PatchMeeting,
                answer=Meeting,
                can_be_missing=True,
                is_unacceptable=True,
            ),
            Operation(
                "DELETE",
                "/meetings/{uuid}",
                "cancelMeeting",
                "Cancel a meeting whose room has not been made",
                self.cancel,
                roles=BOOKERS,
                shape=Shape.NOTHING,
                can_be_missing=True,
                is_unacceptable=True,
            ),
        )

    async def search(self, call: Call) -> msgspec.Struct | Pages:
        criterion = asked.criterion(call.query, call.version)
        pages = self._bookings.search(call.caller, criterion)
        write = self._answers[call.version].meeting
        if criterion.by is not By.SHORT_ID:
            return Pages(pages, write)
        found = [booked async for page in pages for booked in page]
        if not found:
            raise NotFound("there is no such meeting", code="meeting_unknown")
        return write(found[0]) if call.version.is_v1 else Pages(_one_page(found[:1]), write)

    async def create(self, call: Call) -> Meeting:
        booked = await self._bookings.book(call.caller, asked.new_meeting(call.body, call.version))
        return self._answers[call.version].meeting(booked)

    async def find_with_domain(self, call: Call) -> Meeting:
        return await self._find(call, with_domain=True)

    async def find_without_domain(self, call: Call) -> Meeting:
        return await self._find(call, with_domain=False)

    async def _find(self, call: Call, *, with_domain: bool) -> Meeting:
        booked = await self._bookings.meeting_by_uri(call.caller, call.query[URI.name], with_domain=with_domain)
        return self._answers[call.version].meeting(booked)

    async def read(self, call: Call) -> Meeting:
        return self._answers[call.version].meeting(await self._bookings.meeting(call.caller, call.uuid))

    async def replace(self, call: Call) -> Meeting:
        change = asked.replaced_meeting(call.body, call.version)
        return self._answers[call.version].meeting(await self._bookings.change(call.caller, call.uuid, change))

    async def change(self, call: Call) -> Meeting:
        change = asked.changed_meeting(call.body, call.version)
        return self._answers[call.version].meeting(await self._bookings.change(call.caller, call.uuid, change))

    async def cancel(self, call: Call) -> None:
        await self._bookings.cancel(call.caller, call.uuid)


async def _one_page(rows: Sequence[Booked]) -> AsyncIterator[Sequence[Booked]]:
    yield rows
