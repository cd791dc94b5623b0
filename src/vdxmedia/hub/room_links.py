"""What hosts in a call are told of the meeting behind their room, and the personal links that they make there.

A host's join token stands for the right: it is checked by the API. The tokens of links that are there already are told
to nobody here, so that a host cannot come in as somebody else; a link is told once, to who made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from vdxmedia.booking.callers import Caller, HostInCall
from vdxmedia.booking.invitations import Invitation, InvitedAs
from vdxmedia.booking.meetings import Booked
from vdxmedia.booking.organisations import Tree
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotFound
from vdxmedia.hub.booking_store import BookingStore
from vdxmedia.hub.devices import Device
from vdxmedia.hub.invitations import Invitations, Link, NewInvitation
from vdxmedia.hub.presence import RoomPresence
from vdxmedia.ids import ParticipantId, RoomId

NOBODY = HostInCall()
"""In the audit log: somebody in the call."""


class LiveRooms(Protocol):
    def settings_of(self, room: RoomId) -> RoomSettings:
        """Raises: NotFound `room_unknown`."""
        ...

    def presence_in(self, room: RoomId) -> RoomPresence: ...


class TreeSource(Protocol):
    async def tree(self) -> Tree: ...


class RoomFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Times are Unix seconds; None: none was said."""

    is_booked: bool
    subject: str
    organisation: str
    help_line: str
    starts_at: float | None
    ends_at: float | None
    closes_at: float | None
    """When the server ends the call; None: it does not."""
    organised_by: str = ""
    """An e-mail; empty: nobody was said."""
    expected: tuple[Invitation, ...] = ()
    """Who has a personal link with a name, hosts first."""


class RoomLinks:
    """Event loop only. Raises, all: Refused `store_unavailable`."""

    def __init__(
        self, store: BookingStore, invitations: Invitations, rooms: LiveRooms, organisations: TreeSource
    ) -> None:
        self._store = store
        self._invitations = invitations
        self._rooms = rooms
        self._organisations = organisations

    async def facts(self, room: str) -> RoomFacts:
        """Raises: NotFound `room_unknown`."""
        settings = self._rooms.settings_of(RoomId(room))
        booked = await self._booked(room)
        if booked is None:
            return RoomFacts(
                is_booked=False,
                subject=settings.subject,
                organisation=settings.organisation,
                help_line=settings.help_line,
                starts_at=settings.opens_at,
                ends_at=settings.closes_at,
                closes_at=settings.closes_at,
            )
        organisation = (await self._organisations.tree()).find(booked.meeting.organisation)
        links = await self._invitations.list(_host_of(booked), booked.meeting.uuid)
        named = [link.invitation for link in links if not link.invitation.is_shared and link.invitation.name]
        return RoomFacts(
            is_booked=True,
            subject=booked.meeting.subject,
            organisation=settings.organisation if organisation is None else organisation.name,
            help_line=settings.help_line if organisation is None else organisation.help_line,
            starts_at=booked.meeting.starts_at,
            ends_at=booked.meeting.ends_at,
            closes_at=settings.closes_at,
            organised_by=booked.meeting.organized_by.email,
            expected=tuple(sorted(named, key=lambda one: (one.role is not InvitedAs.HOST, one.created_at, one.id))),
        )

    def devices(self, room: str) -> Sequence[tuple[ParticipantId, Device]]:
        """What people are in the meeting with."""
        return self._rooms.presence_in(RoomId(room)).devices

    async def personal(self, room: str) -> tuple[str, Sequence[Invitation]]:
        """The meeting's short id, and the guests' personal links, the newest first. Raises: NotFound
        `meeting_unknown`."""
        booked = await self._required(room)
        links = await self._invitations.list(_host_of(booked), booked.meeting.uuid)
        return booked.meeting.short_id, [link.invitation for link in reversed(links) if _is_guests(link.invitation)]

    async def add(self, room: str, *, name: str, function: str, by: HostInCall) -> Link:
        """A guest's. Raises: BadField, NotFound `meeting_unknown`, Refused `too_many_invitations`."""
        booked = await self._required(room)
        return await self._invitations.add(
            by.caller(booked.meeting.organisation),
            booked.meeting.uuid,
            NewInvitation(role=InvitedAs.GUEST, name=name, function=function),
        )

    async def revoke(self, room: str, invitation: str, by: HostInCall) -> None:
        """A guest's personal link. Raises: NotFound `meeting_unknown`, `invitation_unknown`."""
        booked = await self._required(room)
        found = await self._invitations.find(_host_of(booked), booked.meeting.uuid, invitation)
        if not _is_guests(found.invitation):
            raise NotFound("there is no such invitation", code="invitation_unknown")
        await self._invitations.revoke(by.caller(booked.meeting.organisation), booked.meeting.uuid, invitation)

    async def _required(self, room: str) -> Booked:
        booked = await self._booked(room)
        if booked is None:
            raise NotFound("this room has no meeting", code="meeting_unknown")
        return booked

    async def _booked(self, room: str) -> Booked | None:
        found = await self._store.read(lambda rows: rows.room_by_id(room))
        return None if found is None else found[1]


def _is_guests(invitation: Invitation) -> bool:
    return not invitation.is_shared and invitation.role is InvitedAs.GUEST


def _host_of(booked: Booked) -> Caller:
    """Who reads."""
    return NOBODY.caller(booked.meeting.organisation)
