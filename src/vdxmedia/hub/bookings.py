"""The booking desk: what `hub.bookings_port.Bookings` promises, made of its parts.

Here are meetings; templates, pools and rooms have files of their own. What decides is pure (`booking`). Left out: when
rooms are made and taken down (`provisioning`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from vdxmedia.booking import access, checks
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.drawing import draw_pins
from vdxmedia.booking.meetings import Booked, BookedRoom
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import Criterion, NewMeeting
from vdxmedia.booking.room_making import new_meeting, new_room, with_links
from vdxmedia.clock import Clock
from vdxmedia.errors import NotFound
from vdxmedia.hub.booking_parts import BookingParts, BookingSetUp, Dice, person_of
from vdxmedia.hub.booking_store import BookingRows, BookingStore, Clash, MeetingQuery, Taken
from vdxmedia.hub.booking_templates import TemplateDesk
from vdxmedia.hub.bookings_port import LIST_PAGE
from vdxmedia.hub.organisation_cache import OrganisationCache

_WHY = {
    Clash.UUID: (Why.UUID_TAKEN, "the uuid is in use"),
    Clash.SHORT_ID: (Why.SHORT_ID_FAILED, "no short id could be made of the uuid"),
    Clash.EXTERNAL_ID: (Why.EXTERNAL_ID_TAKEN, "the organisation has a meeting with this externalId"),
    Clash.URI: (Why.URI_TAKEN, "the room's address is in use"),
}


class BookingDesk(TemplateDesk):
    """All methods on the event loop, several at once."""

    def __init__(self, store: BookingStore, clock: Clock, set_up: BookingSetUp, *, dice: Dice | None = None) -> None:
        super().__init__(BookingParts(store, OrganisationCache(store), clock, set_up, dice or Dice()))

    # ── meetings ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def book(self, caller: Caller, request: NewMeeting) -> Booked:
        access.require_booker(caller)
        checks.check_new(request)
        organizer = access.organiser(caller, request.organized_by_email)
        organisation = await self.parts.organisations.of(caller)
        tree = await self.tree()

        async def work(rows: BookingRows) -> Booked:
            return await self._book(rows, tree, caller, organisation, organizer, request)

        try:
            return await self.parts.store.run(work)
        except Taken as error:
            raise _refused(error) from error

    async def _book(
        self,
        rows: BookingRows,
        tree: Tree,
        caller: Caller,
        organisation: Organisation,
        organizer: str,
        request: NewMeeting,
    ) -> Booked:
        now, person = self.parts.now(), person_of(caller)
        uuid = request.uuid or self.parts.dice.uuid()
        if request.uuid is not None and await rows.booked(uuid) is not None:
            raise BookingRefused(Why.UUID_TAKEN, "the uuid is in use")
        meeting = new_meeting(
            request, uuid=uuid, organisation=organisation.code, person=person, organizer=organizer, now=now
        )
        template = await self.chosen_template(rows, tree, organisation.code, request.template)
        if request.uri_without_domain and not organisation.allow_custom_uri_without_domain:
            raise BookingRefused(Why.CUSTOM_URI_NOT_ALLOWED, "the organisation may not choose addresses")
        if request.uri_without_domain:
            uri = request.uri_without_domain, template.uri_domain or self.parts.set_up.uri_domain
        else:
            uri = await self.parts.free_uri(rows, template)
        room = new_room(
            template,
            uuid=uuid,
            organisation=organisation.code,
            room_id=self.parts.dice.room_id(),
            uri=uri,
            pins=draw_pins(
                template,
                self.parts.dice.number,
                host=request.host_pin,
                guest=request.guest_pin,
                needs_guest=request.guest_pin_required,
            ),
            person=person,
            now=now,
            request=request,
        )
        booked = Booked(meeting, with_links(room, template, self.parts.set_up.portal_link, meeting))
        await rows.add_meeting(booked.meeting, booked.room)
        return booked

    async def meeting(self, caller: Caller, uuid: UUID) -> Booked:
        access.require_any_role(caller)
        return _visible(caller, await self.parts.store.read(lambda rows: rows.booked(uuid)))

    async def meeting_by_uri(self, caller: Caller, uri: str, *, with_domain: bool) -> Booked:
        access.require_any_role(caller)
        code = caller.organisation
        found = await self.parts.store.read(
            lambda rows: rows.booked_by_uri(uri, with_domain=with_domain, organisation=code)
        )
        return _visible(caller, found)

    async def search(self, caller: Caller, criterion: Criterion) -> AsyncIterator[Sequence[Booked]]:
        access.require_any_role(caller)
        query = MeetingQuery(
            organisation=caller.organisation, criterion=criterion, organized_by=access.own_email(caller)
        )
        after = None
        while True:
            page = await self.parts.store.read(lambda rows, at=after: rows.search(query, at, LIST_PAGE))  # type: ignore[misc]
            if page:
                yield page
            if len(page) < LIST_PAGE:
                return
            after = page[-1].meeting.starts_at, page[-1].meeting.uuid

    # ── rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def room(self, caller: Caller, uuid: UUID) -> tuple[BookedRoom, Booked | None]:
        access.require_any_role(caller)
        found = await self.parts.store.read(lambda rows: rows.room(uuid))
        if found is None or not access.sees_room(caller, *found, await self.tree()):
            raise NotFound("there is no such room", code="meeting_unknown")
        return found


def _visible(caller: Caller, booked: Booked | None) -> Booked:
    if booked is None or not access.sees_meeting(caller, booked):
        raise NotFound("there is no such meeting", code="meeting_unknown")
    return booked


def _refused(error: Taken) -> Exception:
    """A room id or reservation drawn twice is left as it is: nobody will see it."""
    return BookingRefused(*_WHY[error.what]) if error.what in _WHY else error
