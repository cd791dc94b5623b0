"""The links of meetings: making, listing, revoking. Who may is checked by the booking desk, which is asked first.

Every meeting has two shared links, one for hosts and one for guests, made when somebody first asks for them: a meeting
that another system has booked gets them too. A shared link that is revoked is followed by a new one, a personal link
by none.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from vdxmedia.booking.audit import AuditNote, AuditOperation, note_of
from vdxmedia.booking.callers import BOOKS, Caller
from vdxmedia.booking.connection_tests import ConnectionTest
from vdxmedia.booking.invitations import (
    MAX_NAME_CHARS,
    MAX_PER_MEETING,
    MAX_WORDS_CHARS,
    SHARED,
    TOKEN_BYTES,
    Invitation,
    InvitedAs,
    token_hash,
)
from vdxmedia.booking.meetings import Booked
from vdxmedia.clock import Clock
from vdxmedia.conference.names import one_line
from vdxmedia.errors import BadField, NotAllowed, NotFound, Refused
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.sealing import Sealer

ID_BYTES = 9


class StoredInvitation(msgspec.Struct, frozen=True):
    invitation: Invitation
    token_hash: str
    sealed_token: str
    last_test: ConnectionTest | None = None
    """Of the connection of who has the link."""


class InvitationStore(Protocol):
    """Implemented by `store.invitations`. All raise Refused `store_unavailable`."""

    async def add(self, invitations: Sequence[StoredInvitation], *, most: int, note: AuditNote | None = None) -> bool:
        """What is there already stays as it is. False: its meeting would have more than `most`; nothing is added. The
        note is written into the audit log with it."""
        ...

    async def of_meeting(self, meeting: UUID) -> Sequence[StoredInvitation]:
        """The shared ones first, then by when they were made."""
        ...

    async def by_hash(self, token_hash: str) -> StoredInvitation | None: ...

    async def save_test(self, token_hash: str, test: ConnectionTest) -> bool:
        """Instead of an earlier one. False: there is no such link."""
        ...

    async def delete(self, meeting: UUID, invitation: str, note: AuditNote) -> bool:
        """Whether it was there; then the note is in the audit log."""
        ...


class Link(msgspec.Struct, frozen=True):
    """An invitation with its secret."""

    invitation: Invitation
    token: str
    last_test: ConnectionTest | None = None

    @property
    def path(self) -> str:
        """Below the server's public address. The token is in the fragment, which browsers send to nobody."""
        return f"/i#{self.token}"


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True):
    role: InvitedAs = InvitedAs.GUEST
    name: str = ""
    function: str = ""
    organisation: str = ""


class Invitations:
    """Event loop only. Raises, all: what the booking desk raises for a meeting that the caller may not see, and
    Refused `store_unavailable`."""

    def __init__(self, bookings: Bookings, store: InvitationStore, *, sealer: Sealer, clock: Clock) -> None:
        self._bookings = bookings
        self._store = store
        self._sealer = sealer
        self._clock = clock

    async def shared(self, caller: Caller, booked: Booked) -> tuple[Link | None, Link]:
        """The hosts' link and the guests', as the caller may see them: only who books meetings gets the hosts'."""
        found = await self.shared_of(booked)
        return (found[0] if caller.has(*BOOKS) else None), found[1]

    async def shared_of(self, booked: Booked) -> tuple[Link, Link]:
        """For parts of this server; nothing is checked. The hosts' and the guests'."""
        meeting = booked.meeting.uuid
        stored = {one.invitation.id: one for one in await self._store.of_meeting(meeting)}
        missing = [role for role in InvitedAs if role.value not in stored]
        if missing:
            made = [self._made(meeting, role.value, NewInvitation(role=role)) for role in missing]
            await self._store.add(made, most=MAX_PER_MEETING + len(SHARED))
            stored = {one.invitation.id: one for one in await self._store.of_meeting(meeting)}
        if not all(name in stored for name in SHARED):  # the meeting is being deleted at this moment
            raise NotFound("there is no such meeting", code="meeting_unknown")
        return self._opened(stored[InvitedAs.HOST]), self._opened(stored[InvitedAs.GUEST])

    async def list(self, caller: Caller, meeting: UUID) -> Sequence[Link]:
        """The shared ones first. Raises: NotAllowed."""
        await self.shared_of(await self._booked(caller, meeting))
        return [self._opened(stored) for stored in await self._store.of_meeting(meeting)]

    async def add(self, caller: Caller, meeting: UUID, asked: NewInvitation) -> Link:
        """A personal link. Raises: BadField, NotAllowed, Refused `too_many_invitations`."""
        booked = await self._booked(caller, meeting)
        cleaned = msgspec.structs.replace(
            asked,
            name=_line(asked.name, MAX_NAME_CHARS, "$.name"),
            function=_line(asked.function, MAX_WORDS_CHARS, "$.function"),
            organisation=_line(asked.organisation, MAX_WORDS_CHARS, "$.organisation"),
        )
        made = self._made(meeting, secrets.token_urlsafe(ID_BYTES), cleaned)
        note = self._note(booked, caller, AuditOperation.CREATE, made.invitation.id)
        if not await self._store.add([made], most=MAX_PER_MEETING + len(SHARED), note=note):
            raise Refused(f"a meeting has at most {MAX_PER_MEETING} personal links", code="too_many_invitations")
        return self._opened(made)

    async def find(self, caller: Caller, meeting: UUID, invitation: str) -> Link:
        """Raises: NotAllowed, NotFound `invitation_unknown`."""
        for link in await self.list(caller, meeting):
            if link.invitation.id == invitation:
                return link
        raise NotFound("there is no such invitation", code="invitation_unknown")

    async def revoke(self, caller: Caller, meeting: UUID, invitation: str) -> None:
        """It opens nothing any more; whoever is in the call stays. Raises: NotAllowed, NotFound
        `invitation_unknown`."""
        booked = await self._booked(caller, meeting)
        note = self._note(booked, caller, AuditOperation.DELETE, invitation)
        if not await self._store.delete(meeting, invitation, note):
            raise NotFound("there is no such invitation", code="invitation_unknown")

    async def _booked(self, caller: Caller, meeting: UUID) -> Booked:
        booked = await self._bookings.meeting(caller, meeting)
        if not caller.has(*BOOKS):
            raise NotAllowed("links are for who books meetings")
        return booked

    def _note(self, booked: Booked, caller: Caller, operation: AuditOperation, invitation: str) -> AuditNote:
        name = f"{booked.meeting.uuid} {invitation}"
        return note_of(booked.meeting.organisation, caller, operation, "invitation", name, int(self._clock.unix_s()))

    def _made(self, meeting: UUID, name: str, asked: NewInvitation) -> StoredInvitation:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = int(self._clock.unix_s())
        invitation = Invitation(id=name, meeting=meeting, created_at=now, **msgspec.structs.asdict(asked))
        return StoredInvitation(invitation, token_hash(token), self._sealer.seal(token, _context(invitation)))

    def _opened(self, stored: StoredInvitation) -> Link:
        token = self._sealer.open(stored.sealed_token, _context(stored.invitation))
        return Link(stored.invitation, token, stored.last_test)


def _context(invitation: Invitation) -> str:
    return f"invitation {invitation.meeting} {invitation.id}"


def _line(text: str, most: int, field: str) -> str:
    line = one_line(text)
    if len(line) > most:
        raise BadField(f"at most {most} characters", field=field)
    return line
