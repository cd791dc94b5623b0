"""The booking desk: what `hub.bookings_port.Bookings` promises, made of its parts.

Here are meetings; organisations, templates, pools and rooms have files of their own. What decides is pure (`booking`).
Left out: when rooms are made and taken down (`provisioning`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from uuid import UUID

from msgspec import UNSET

from vdxmedia.booking import access, checks
from vdxmedia.booking.audit import AuditOperation, changed_fields
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.choices import MeetingType
from vdxmedia.booking.drawing import check_custom_uri, draw_pins
from vdxmedia.booking.editing import Edit, check_deletable, edited
from vdxmedia.booking.meetings import Booked, BookedRoom
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.booking.pool_rules import fitting, is_reserved, starts_soon
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import Criterion, MeetingChange, NewMeeting
from vdxmedia.booking.room_making import attached, new_meeting, new_room, with_links
from vdxmedia.booking.room_options import Template
from vdxmedia.clock import Clock
from vdxmedia.errors import BadField, NotFound, Refused
from vdxmedia.hub.booking_parts import BookingParts, BookingSetUp, Dice, person_of
from vdxmedia.hub.booking_pools import PoolDesk
from vdxmedia.hub.booking_store import BookingRows, BookingStore, Clash, MeetingQuery, Place, Taken
from vdxmedia.hub.booking_templates import STAMPS
from vdxmedia.hub.bookings_port import LIST_PAGE
from vdxmedia.hub.organisation_cache import OrganisationCache

_WHY = {
    Clash.UUID: (Why.UUID_TAKEN, "the uuid is in use"),
    Clash.SHORT_ID: (Why.SHORT_ID_FAILED, "no short id could be made of the uuid"),
    Clash.EXTERNAL_ID: (Why.EXTERNAL_ID_TAKEN, "the organisation has a meeting with this externalId"),
    Clash.URI: (Why.URI_TAKEN, "the room's address is in use"),
}


MeetingChanged = Callable[[UUID, int | None], Awaitable[None]]


async def _nobody(_meeting: UUID, _starts_at: int | None) -> None:
    """Nobody is to be told."""


class BookingDesk(PoolDesk):
    """All methods on the event loop, several at once."""

    def __init__(self, store: BookingStore, clock: Clock, set_up: BookingSetUp, *, dice: Dice | None = None) -> None:
        super().__init__(BookingParts(store, OrganisationCache(store, clock), clock, set_up, dice or Dice()))
        self.tell: MeetingChanged = _nobody
        """Told of a meeting's new start, or (None) that it is cancelled; set by whoever sends reminders."""

    # ── booking ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def book(self, caller: Caller, request: NewMeeting) -> Booked:
        access.require_booker(caller)
        checks.check_new(request)
        organizer = access.organiser(caller, request.organized_by_email)
        organisation = await self.parts.organisations.of(caller)
        tree = await self.tree()

        async def work(rows: BookingRows) -> Booked:
            booked = await self._book(rows, tree, caller, organisation, organizer, request)
            uuid, code = booked.meeting.uuid, organisation.code
            await self.parts.note(rows, caller, AuditOperation.CREATE, "meeting", uuid, organisation=code)
            return booked

        try:
            booked = await self.parts.store.run(work)
        except Taken as error:
            raise _refused(error) from error
        await self.parts.live.follow((booked.room, booked))
        return booked

    async def _book(
        self,
        rows: BookingRows,
        tree: Tree,
        caller: Caller,
        organisation: Organisation,
        organizer: str,
        request: NewMeeting,
    ) -> Booked:
        uuid = request.uuid or self.parts.dice.uuid()
        if request.uuid is not None and await rows.booked(uuid) is not None:
            raise BookingRefused(Why.UUID_TAKEN, "the uuid is in use")
        meeting = new_meeting(
            request,
            uuid=uuid,
            organisation=organisation.code,
            person=person_of(caller),
            organizer=organizer,
            now=self.parts.now(),
        )
        portal = self.parts.set_up.portal_link
        standing = await self._standing_room(rows, tree, organisation, request)
        if standing is not None:
            room = attached(standing, request, uuid=uuid, organisation=organisation.code, now=self.parts.now())
            room = with_links(room, await rows.template(room.template), portal, meeting)
            await rows.save_room(room, was=standing.uuid)
            await rows.add_meeting(meeting, None)
            return Booked(meeting, room)
        template = await self.parts.chosen_template(rows, tree, organisation.code, request.template)
        room = await self._own_room(rows, template, caller, organisation, uuid, request)
        booked = Booked(meeting, with_links(room, template, portal, meeting))
        await rows.add_meeting(booked.meeting, booked.room)
        return booked

    async def _standing_room(
        self, rows: BookingRows, tree: Tree, organisation: Organisation, request: NewMeeting
    ) -> BookedRoom | None:
        """A pool's room that is given to the meeting; None: it gets one of its own. Raises: BookingRefused."""
        now = self.parts.now()
        names_pin = request.guest_pin is not None or request.host_pin is not None
        if request.reservation is not None:
            if names_pin:
                raise BookingRefused(Why.RESERVATION_WITH_PIN, "a reserved room has its PINs")
            reserved = await rows.reserved_room(request.reservation)
            if reserved is None or reserved.organisation != organisation.code or not is_reserved(reserved, now):
                raise BookingRefused(Why.RESERVATION_UNKNOWN, "there is no such reservation of this organisation")
        wants_pool = request.meeting_type is MeetingType.POOL
        helper = tree.find(organisation.overflow) if organisation.overflow else None
        if wants_pool and not organisation.pool_size and helper is None:
            raise BookingRefused(Why.AD_HOC_NOT_ALLOWED, "the organisation has no pool for ad hoc meetings")
        if request.uri_without_domain or names_pin:
            return None
        if request.reservation is not None:
            return reserved
        if not starts_soon(request.starts_at, now):
            if wants_pool:
                raise BadField("a meeting in a room of the pool starts now", field="$.startTime")
            return None
        for pool in (organisation, helper):
            room = None if pool is None else fitting(await rows.pool_rooms(pool.code), request, now)
            if room is not None:
                return room
        if wants_pool:
            raise BookingRefused(Why.NO_FREE_POOL_ROOM, "no room of the pool is free")
        return None

    async def _own_room(
        self,
        rows: BookingRows,
        template: Template,
        caller: Caller,
        organisation: Organisation,
        uuid: UUID,
        request: NewMeeting,
    ) -> BookedRoom:
        """Raises: BookingRefused."""
        dice = self.parts.dice
        if request.uri_without_domain and not organisation.allow_custom_uri_without_domain:
            raise BookingRefused(Why.CUSTOM_URI_NOT_ALLOWED, "the organisation may not choose addresses")
        if request.uri_without_domain:
            uri = request.uri_without_domain, template.uri_domain or self.parts.set_up.uri_domain
            check_custom_uri(*uri)
        else:
            uri = await self.parts.free_uri(rows, template)
        return new_room(
            template,
            uuid=uuid,
            organisation=organisation.code,
            room_id=dice.room_id(),
            uri=uri,
            pins=draw_pins(
                template,
                dice.number,
                host=request.host_pin,
                guest=request.guest_pin,
                needs_guest=request.guest_pin_required,
            ),
            person=person_of(caller),
            now=self.parts.now(),
            request=request,
        )

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

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
        checks.check_criterion(criterion)
        if access.sees_nothing(caller):
            return
        query = MeetingQuery(
            organisation=caller.organisation, criterion=criterion, organized_by=access.own_email(caller)
        )
        after: Place | None = None
        while True:
            page = await self._found(query, after)
            if page:
                yield page
            if len(page) < LIST_PAGE:
                return
            after = page[-1].meeting.starts_at, page[-1].meeting.uuid

    async def _found(self, query: MeetingQuery, after: Place | None) -> Sequence[Booked]:
        return await self.parts.store.read(lambda rows: rows.search(query, after, LIST_PAGE))

    # ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def change(self, caller: Caller, uuid: UUID, change: MeetingChange, *, revision: int | None = None) -> Booked:
        access.require_booker(caller)
        checks.check_change(change)
        tree = await self.tree()

        async def work(rows: BookingRows) -> tuple[Booked, bool]:
            before = await self._changeable(rows, caller, uuid, revision)
            organisation = tree.find(before.meeting.organisation)
            edit = Edit(
                person=person_of(caller),
                organizer=_organizer(caller, before, change),
                now=self.parts.now(),
                has_pool=organisation is not None and organisation.pool_size > 0,
                template=await rows.template(before.room.template) or Template(),
                provisioning=self.parts.set_up.provisioning,
                portal=self.parts.set_up.portal_link,
            )
            after = edited(before, change, edit, self.parts.dice.number)
            if after is not before:
                await rows.save_room(after.room)
                await rows.save_meeting(after.meeting)
                await self._note_change(rows, caller, before, after)
            return after, after is not before

        booked, is_changed = await self.parts.store.run(work)
        if is_changed:
            await self.parts.live.follow((booked.room, booked))
            await self.tell(uuid, booked.meeting.starts_at)
        return booked

    async def cancel(self, caller: Caller, uuid: UUID, *, revision: int | None = None) -> None:
        access.require_booker(caller)

        async def work(rows: BookingRows) -> None:
            booked = await self._changeable(rows, caller, uuid, revision)
            check_deletable(booked.room)
            await rows.delete_meeting(uuid)
            code = booked.meeting.organisation
            await self.parts.note(rows, caller, AuditOperation.DELETE, "meeting", uuid, organisation=code)

        await self.parts.store.run(work)
        await self.tell(uuid, None)

    async def _note_change(self, rows: BookingRows, caller: Caller, before: Booked, after: Booked) -> None:
        fields = {
            *changed_fields(before.meeting, after.meeting, besides=STAMPS),
            *changed_fields(before.room, after.room, besides=STAMPS),
        }
        meeting = after.meeting
        await self.parts.note(
            rows,
            caller,
            AuditOperation.UPDATE,
            "meeting",
            meeting.uuid,
            organisation=meeting.organisation,
            fields=fields,
        )

    async def _changeable(self, rows: BookingRows, caller: Caller, uuid: UUID, revision: int | None) -> Booked:
        booked = _visible(caller, await rows.booked(uuid))
        if revision is not None and revision != booked.meeting.revision:
            raise Refused("the meeting has been changed meanwhile", code="changed_meanwhile")
        return booked


def _organizer(caller: Caller, before: Booked, change: MeetingChange) -> str | None:
    """Who organises it from now on. Raises: NotAllowed."""
    email = change.organized_by_email
    if email is UNSET or email.lower() == before.meeting.organized_by.email.lower():
        return None
    return access.organiser(caller, email)


def _visible(caller: Caller, booked: Booked | None) -> Booked:
    if booked is None or not access.sees_meeting(caller, booked):
        raise NotFound("there is no such meeting", code="meeting_unknown")
    return booked


def _refused(error: Taken) -> Exception:
    """A room id or reservation that was drawn twice stays as it is: nobody will see it."""
    return BookingRefused(*_WHY[error.what]) if error.what in _WHY else error
