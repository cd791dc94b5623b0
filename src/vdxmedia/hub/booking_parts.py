"""What the parts of the booking desk share: where they keep things, what they draw, how the server is set up."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import msgspec

from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.choices import Provisioning
from vdxmedia.booking.drawing import MAX_TRIES, Draw, check_uri_setup, draw_pins, draw_uri
from vdxmedia.booking.meetings import BookedRoom, Person
from vdxmedia.booking.organisations import Tree
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.room_making import made_template, new_room, with_links
from vdxmedia.booking.room_options import Template
from vdxmedia.booking.template_choice import default_among
from vdxmedia.clock import Clock
from vdxmedia.conference.settings import MAX_PARTICIPANTS
from vdxmedia.hub.booking_store import BookingRows, BookingStore
from vdxmedia.hub.live_rooms import LiveRooms, NoLiveRooms
from vdxmedia.hub.organisation_cache import OrganisationCache
from vdxmedia.ids import new_room_id


class BookingSetUp(msgspec.Struct, frozen=True, kw_only=True):
    """Of the whole server."""

    provisioning: Provisioning = Provisioning.BUILT_IN
    uri_domain: str
    """Where a template names none."""
    portal_link: str
    """With placeholders (`booking.portal_links`)."""
    max_participants: int = MAX_PARTICIPANTS
    """Of one room of this server."""


@dataclass(slots=True)
class Dice:
    """What is drawn; tests load them."""

    number: Draw = lambda low, high: low + secrets.randbelow(high - low + 1)
    uuid: Callable[[], UUID] = uuid4
    room_id: Callable[[], str] = new_room_id


@dataclass(slots=True)
class BookingParts:
    store: BookingStore
    organisations: OrganisationCache
    clock: Clock
    set_up: BookingSetUp
    dice: Dice
    live: LiveRooms = field(default_factory=NoLiveRooms)
    """Set by whoever makes the rooms."""

    def now(self) -> int:
        return int(self.clock.unix_s())

    async def note(
        self,
        rows: BookingRows,
        caller: Caller,
        operation: AuditOperation,
        resource: str,
        identifier: object,
        *,
        organisation: str,
        fields: Iterable[str] = (),
    ) -> None:
        """Into the audit log, in the change's own transaction."""
        await rows.note(note_of(organisation, caller, operation, resource, str(identifier), self.now(), fields))

    async def free_uri(self, rows: BookingRows, template: Template) -> tuple[str, str]:
        """Without domain, and the domain. Raises: BookingRefused (`template_uri_invalid`, `no_free_uri`)."""
        domain = template.uri_domain or self.set_up.uri_domain
        check_uri_setup(template, domain)
        for _ in range(MAX_TRIES):
            uri = draw_uri(template, self.dice.number)
            if not await rows.uri_is_taken(f"{uri}@{domain}"):
                return uri, domain
        raise BookingRefused(Why.NO_FREE_URI, "no free address was found in the template's range")

    async def chosen_template(self, rows: BookingRows, tree: Tree, organisation: str, wanted: int | None) -> Template:
        """The one asked for, else the default of the organisation, of those above, the shared one, or one that is made
        now. Raises: BookingRefused (`template_unknown`, `template_of_another_organisation`)."""
        upwards = [one.code for one in tree.upwards(organisation)]
        if wanted is not None:
            found = await rows.template(wanted)
            if found is None or found.is_deleted:
                raise BookingRefused(Why.TEMPLATE_UNKNOWN, "there is no such template")
            if found.organisation not in ("", *upwards):
                raise BookingRefused(Why.TEMPLATE_OF_ANOTHER, "the template is of another organisation")
            return found
        default = default_among(await rows.templates([*upwards, ""]), upwards)
        return default or await rows.add_template(made_template(organisation))

    async def make_pool_room(
        self, rows: BookingRows, template: Template, organisation: str, person: Person
    ) -> BookedRoom:
        """Raises: BookingRefused, as booking does."""
        room = new_room(
            template,
            uuid=self.dice.uuid(),
            organisation=organisation,
            room_id=self.dice.room_id(),
            uri=await self.free_uri(rows, template),
            pins=draw_pins(template, self.dice.number, host=None, guest=None, needs_guest=False),
            person=person,
            now=self.now(),
        )
        room = with_links(room, template, self.set_up.portal_link, None)
        await rows.add_room(room)
        return room


def person_of(caller: Caller) -> Person:
    return Person(caller.organisation, caller.email)
