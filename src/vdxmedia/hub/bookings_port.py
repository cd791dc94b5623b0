"""What the APIs ask of the booking desk (`hub.bookings`), as one protocol; and what the desk needs of the store.

All methods take who asks first and check what he may: nothing that a caller may not see is ever returned, and what he
may not know of is NotFound. A booking that is answered is on the disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from vdxmedia.booking.callers import Caller
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.meetings import Booked, BookedRoom
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.booking.requests import Criterion, MeetingChange, NewMeeting, PoolState, ProvisionReport
from vdxmedia.booking.room_options import RoomOptions, Template

LIST_PAGE = 200
"""Meetings or rooms that a streamed list hands over at once: some 5 ms of the event loop."""


class Bookings(Protocol):
    """Raises, all: NotAllowed `not_permitted` (the role may not), BookingRefused, BadField, NotFound
    (`meeting_unknown`, `template_unknown`, `organisation_unknown`), Refused `store_unavailable`."""

    # ── meetings ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def book(self, caller: Caller, request: NewMeeting) -> Booked: ...

    async def meeting(self, caller: Caller, uuid: UUID) -> Booked: ...

    async def meeting_by_uri(self, caller: Caller, uri: str, *, with_domain: bool) -> Booked: ...

    def search(self, caller: Caller, criterion: Criterion) -> AsyncIterator[Sequence[Booked]]:
        """In the order of start, then uuid; pages of at most `LIST_PAGE`."""
        ...

    async def change(self, caller: Caller, uuid: UUID, change: MeetingChange, *, revision: int | None = None) -> Booked:
        """`revision`: only if it is still this one, else Refused `changed_meanwhile`. `ends_at` of now or before ends
        the meeting."""
        ...

    async def cancel(self, caller: Caller, uuid: UUID, *, revision: int | None = None) -> None: ...

    # ── rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def room(self, caller: Caller, uuid: UUID) -> tuple[BookedRoom, Booked | None]:
        """With its meeting, if it has one."""
        ...

    def rooms(
        self, caller: Caller, starts_from: int, ends_to: int, status: ProvisionStatus
    ) -> AsyncIterator[Sequence[tuple[BookedRoom, Booked | None]]]:
        """Of meetings; those that are there from, or whose meeting ends, within the window, both inclusive."""
        ...

    async def rooms_of_uris(self, caller: Caller, uris: Sequence[str]) -> Mapping[str, BookedRoom]:
        """By address with domain in lower case: those that stand in the caller's organisation and below, for
        administrators."""
        ...

    async def add_pool_room(self, caller: Caller, organisation: str, template: int) -> BookedRoom: ...

    async def report(self, caller: Caller, uuid: UUID, report: ProvisionReport) -> tuple[BookedRoom, Booked | None]:
        """From an external provisioner; refused when this server makes the rooms itself."""
        ...

    async def due_for_provision(self, caller: Caller) -> Sequence[tuple[BookedRoom, Booked | None]]: ...

    async def due_for_deprovision(self, caller: Caller) -> Sequence[tuple[BookedRoom, Booked | None]]: ...

    async def reserve(self, caller: Caller, options: RoomOptions) -> BookedRoom: ...

    async def reservation(self, caller: Caller, uuid: UUID) -> BookedRoom: ...

    # ── templates and pools ───────────────────────────────────────────────────────────────────────────────────────

    async def templates(self, caller: Caller) -> Sequence[Template]: ...

    async def template(self, caller: Caller, template: int) -> Template: ...

    async def add_template(self, caller: Caller, template: Template) -> Template: ...

    async def replace_template(self, caller: Caller, template: Template) -> Template:
        """The one with its `id`."""
        ...

    async def delete_template(self, caller: Caller, template: int) -> None: ...

    async def pools(self, caller: Caller) -> Sequence[PoolState]: ...

    # ── organisations ─────────────────────────────────────────────────────────────────────────────────────────────

    async def tree(self) -> Tree:
        """As it is now; nothing is checked here."""
        ...

    async def add_organisation(self, caller: Caller, organisation: Organisation) -> Organisation:
        """Under its `parent`, which the caller must be at or above. Raises: Refused `organisation_exists`."""
        ...

    async def change_organisation(self, caller: Caller, organisation: Organisation) -> Organisation: ...
