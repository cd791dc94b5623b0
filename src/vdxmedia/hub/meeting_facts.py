"""What the page before the call may say of a booked meeting: when it is, whom one is going to meet, what it is about.

The host is the first one who has a link of his own with a name on it; a meeting whose hosts share a link has none. The
subject may be a health fact: it is told only where the organisation has switched that on (`shows_subject`), and never
to who came by something that can be guessed and still has to knock.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

import msgspec

from vdxmedia.booking.invitations import Invitation
from vdxmedia.booking.meetings import Booked
from vdxmedia.booking.organisations import Tree
from vdxmedia.errors import Refused
from vdxmedia.hub.booking_store import BookingStore


class MeetingFacts(msgspec.Struct, frozen=True, kw_only=True):
    starts_at: int
    ends_at: int
    host_name: str = ""
    host_function: str = ""
    subject: str | None = None


class HostSource(Protocol):
    async def named_host(self, meeting: UUID) -> Invitation | None:
        """The first that was made for a host by name. Raises: Refused `store_unavailable`."""
        ...


class TreeSource(Protocol):
    async def tree(self) -> Tree: ...


class FactsOfMeetings:
    """Event loop only. Only a help: where the store does not answer, nothing is told."""

    def __init__(self, store: BookingStore, hosts: HostSource, organisations: TreeSource) -> None:
        self._store = store
        self._hosts = hosts
        self._organisations = organisations

    async def of_room(self, room: str, *, knocks: bool) -> MeetingFacts | None:
        """None: it was made without a booking."""
        try:
            found = await self._store.read(lambda rows: rows.room_by_id(room))
        except Refused:
            return None
        booked = None if found is None else found[1]
        return None if booked is None else await self.of(booked, knocks=knocks)

    async def of(self, booked: Booked, *, knocks: bool) -> MeetingFacts | None:
        """`knocks`: he is no one in particular until a host has seen him."""
        meeting = booked.meeting
        try:
            host = await self._hosts.named_host(meeting.uuid)
            organisation = (await self._organisations.tree()).find(meeting.organisation)
        except Refused:
            return None
        shows_subject = organisation is not None and organisation.shows_subject and not knocks
        return MeetingFacts(
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            host_name="" if host is None else host.name,
            host_function="" if host is None else host.function,
            subject=(meeting.subject or None) if shows_subject else None,
        )
