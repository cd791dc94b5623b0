"""What the booking desk needs of the store (`store.bookings`): rows within one transaction.

`BookingStore.run` gives a unit of work its `BookingRows`; what it does is on the disk when `run` returns, or has not
happened. Units take turns, so what a unit has read is still so when it writes. Reads beside them see whole states.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from enum import Enum
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import Criterion
from vdxmedia.booking.room_options import Template
from vdxmedia.errors import VdxError

T = TypeVar("T")


class Clash(Enum):
    """What only one may have."""

    UUID = "uuid"
    SHORT_ID = "shortId"
    EXTERNAL_ID = "externalId"
    URI = "uri"
    ROOM_ID = "roomId"
    RESERVATION = "reservation"
    ORGANISATION = "organisation"
    HISTORY_API_KEY = "historyApiKey"


class Taken(VdxError):
    """Another row has it; the unit of work has done nothing."""

    default_code = "value_taken"

    def __init__(self, what: Clash) -> None:
        super().__init__(f"{what.value} is taken")
        self.what = what


class MeetingQuery(msgspec.Struct, frozen=True, kw_only=True):
    organisation: str
    criterion: Criterion
    organized_by: str | None = None
    """An e-mail in lower case: only his; None: everyone's."""


class RoomQuery(msgspec.Struct, frozen=True, kw_only=True):
    starts_from: int
    ends_to: int
    """Both inclusive; the room is there from, or its meeting ends, between them."""
    status: ProvisionStatus
    organisations: frozenset[str] | None = None
    """None: all."""
    organized_by: str | None = None


RoomRow = tuple[BookedRoom, Booked | None]
"""A room, and with its meeting, if it has one."""
Place = tuple[int, UUID]
"""Where a page ended: start and uuid of its last row."""


class BookingRows(Protocol):
    """Of one transaction. Writing raises Taken; after that the unit is over."""

    async def note(self, note: AuditNote) -> None:
        """Into the audit log."""
        ...

    async def organisations(self) -> Sequence[Organisation]: ...

    async def newest_organisation(self) -> int:
        """Its `group_id`; 0: there is none."""
        ...

    async def add_organisation(self, organisation: Organisation) -> Organisation:
        """With its `group_id`."""
        ...

    async def save_organisation(self, organisation: Organisation) -> None: ...

    async def templates(self, organisations: Collection[str]) -> Sequence[Template]:
        """Of these, "" those that all share; by id, without deleted ones."""
        ...

    async def template(self, template: int) -> Template | None:
        """Also a deleted one."""
        ...

    async def add_template(self, template: Template) -> Template:
        """With its id."""
        ...

    async def save_template(self, template: Template) -> None: ...

    async def booked(self, uuid: UUID) -> Booked | None: ...

    async def booked_by_uri(self, uri: str, *, with_domain: bool, organisation: str | None) -> Booked | None:
        """`organisation` None: of any. Without domain it may be several; then the one that starts last."""
        ...

    async def search(self, query: MeetingQuery, after: Place | None, most: int) -> Sequence[Booked]:
        """By start and uuid, from behind `after`."""
        ...

    async def add_meeting(self, meeting: Meeting, room: BookedRoom | None) -> None:
        """`room`: is new too; None: it is there, and saved beside this."""
        ...

    async def save_meeting(self, meeting: Meeting) -> None: ...

    async def delete_meeting(self, uuid: UUID) -> None:
        """With its room, labels and links."""
        ...

    async def room(self, uuid: UUID) -> RoomRow | None: ...

    async def room_by_id(self, room_id: str) -> RoomRow | None:
        """By the live room's id."""
        ...

    async def booked_by_short_id(self, short_id: str) -> Booked | None: ...

    async def rooms_by_uri(self, uris: Collection[str]) -> Sequence[BookedRoom]:
        """With domain, in lower case."""
        ...

    async def reserved_room(self, reservation: UUID) -> BookedRoom | None: ...

    async def add_room(self, room: BookedRoom) -> None: ...

    async def save_room(self, room: BookedRoom, was: UUID | None = None) -> None:
        """`was`: its uuid until now, when it changes: a pool's room gets that of its meeting."""
        ...

    async def delete_room(self, uuid: UUID) -> None: ...

    async def uri_is_taken(self, uri: str) -> bool: ...

    async def rooms(self, query: RoomQuery, after: Place | None, most: int) -> Sequence[RoomRow]:
        """By start and uuid, from behind `after`."""
        ...

    async def starting(self, status: ProvisionStatus, until: int, most: int) -> Sequence[RoomRow]:
        """Rooms that are to be there by `until`, earliest first; those of pools at once. As the next two, without what
        cannot be read, which is logged."""
        ...

    async def ending(
        self, status: ProvisionStatus, until: int, most: int, after: Place | None = None
    ) -> Sequence[RoomRow]:
        """Rooms whose meeting ends by `until`, or that a pool gives up, earliest first. `after`: an end and a uuid."""
        ...

    async def in_status(self, status: ProvisionStatus, after: UUID | None, most: int) -> Sequence[RoomRow]:
        """By uuid, from behind `after`."""
        ...

    async def next_start(self, status: ProvisionStatus, after: int) -> int | None: ...

    async def next_end(self, status: ProvisionStatus, after: int) -> int | None: ...

    async def pool_rooms(self, organisation: str) -> Sequence[BookedRoom]:
        """Made for its pool and without a meeting, oldest first; reserved ones and those not ready too."""
        ...

    async def pools(self) -> Sequence[str]:
        """Organisations with rooms as `pool_rooms` gives."""
        ...


class BookingStore(Protocol):
    """Both raise Refused `store_unavailable`, BadInput `store_rejected` and what `work` raises; `run` also Taken."""

    async def run(self, work: Callable[[BookingRows], Awaitable[T]]) -> T: ...

    async def read(self, work: Callable[[BookingRows], Awaitable[T]]) -> T: ...
