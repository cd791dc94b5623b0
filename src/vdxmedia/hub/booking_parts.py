"""What the parts of the booking desk share: where they keep things, what they draw, how the server is set up."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

import msgspec

from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.choices import Provisioning
from vdxmedia.booking.drawing import MAX_TRIES, Draw, check_uri_setup, draw_uri
from vdxmedia.booking.meetings import Person
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.room_options import Template
from vdxmedia.clock import Clock
from vdxmedia.hub.booking_store import BookingRows, BookingStore
from vdxmedia.hub.organisation_cache import OrganisationCache
from vdxmedia.ids import new_room_id


class BookingSetUp(msgspec.Struct, frozen=True, kw_only=True):
    """Of the whole server."""

    provisioning: Provisioning = Provisioning.BUILT_IN
    uri_domain: str
    """Where a template names none."""
    portal_link: str
    """With placeholders (`booking.portal_links`)."""
    max_participants: int = 500
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


def person_of(caller: Caller) -> Person:
    return Person(caller.organisation, caller.email)
