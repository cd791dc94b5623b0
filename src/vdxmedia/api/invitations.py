"""What a link leads to, for the page before the call: who invites, whom to phone, and whether the room is open.

Asked with the link's own token, so it tells nothing to anyone who could not join. What is booked comes with it, unless
the meeting is over. The subject may say why somebody meets a doctor: it is for those who are in the call, and for a
link only where the organisation has switched it on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from vdxmedia.api.operations import Credential, Operation
from vdxmedia.api.resources import moment
from vdxmedia.api.rooms import RoomBook
from vdxmedia.clock import Clock
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import GuestVisibility, RoomMode
from vdxmedia.hub.meeting_facts import FactsOfMeetings
from vdxmedia.hub.ports import Grant


class InvitationState(StrEnum):
    OPEN = "open"
    NOT_YET = "notYet"
    CLOSED = "closed"


class Invitation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The room as somebody with a link may see it before joining."""

    room_id: str
    organisation: Annotated[str, Meta(description="Who invites; empty when nothing was said.")]
    help_line: Annotated[
        str, Meta(description="A telephone number, as it should be written; empty when there is none.")
    ]
    opens_at: datetime | None
    closes_at: datetime | None
    starts_at: Annotated[datetime | None, Meta(description="Of the meeting; null when none is booked.")]
    ends_at: datetime | None
    host_name: Annotated[
        str, Meta(description="Whom one is going to meet: the first host with a link of his own; empty when none has.")
    ]
    host_function: str
    subject: Annotated[
        str | None,
        Meta(description="Null unless the organisation has switched on that links show it (`showsSubject`); always "
             "null for who has to knock."),
    ]  # fmt: skip
    state: Annotated[InvitationState, Meta(description="By the room's times alone; it may still be full.")]
    role: Role
    mode: RoomMode
    guest_visibility: Annotated[
        GuestVisibility,
        Meta(
            description="Who will see and hear a guest: tell him before he joins, and say so in the join "
            "(`knowsWhoSees`). A host is seen and heard by all."
        ),
    ]
    name: Annotated[str | None, Meta(description="The name that the token fixes; null when the person chooses one.")]


class InvitationOperations:
    """The handler. Holds no state of its own."""

    def __init__(self, book: RoomBook, facts: FactsOfMeetings, *, clock: Clock) -> None:
        self._book = book
        self._facts = facts
        self._clock = clock

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="/api/v1/invitation",
                name="showInvitation",
                summary="Show what a join token leads to",
                handler=self._show,
                credential=Credential.JOIN_TOKEN,
                body=None,
                answer=Invitation,
                status=HTTPStatus.OK,
                errors=("room_unknown", "room_closed"),
            ),
        )

    async def show(self, grant: Grant) -> Invitation:
        """Raises: NotFound `room_unknown`, Refused `room_closed`."""
        settings = self._book.settings_for(grant)
        now = self._clock.unix_s()
        state = InvitationState.OPEN
        if settings.closes_at is not None and settings.closes_at <= now:
            state = InvitationState.CLOSED
        elif settings.opens_at is not None and settings.opens_at > now:
            state = InvitationState.NOT_YET
        facts = None
        if state is not InvitationState.CLOSED:
            facts = await self._facts.of_room(grant.room, knocks=grant.knocks)
        return Invitation(
            room_id=grant.room,
            organisation=settings.organisation,
            help_line=settings.help_line,
            opens_at=moment(settings.opens_at),
            closes_at=moment(settings.closes_at),
            starts_at=moment(None if facts is None else facts.starts_at),
            ends_at=moment(None if facts is None else facts.ends_at),
            host_name="" if facts is None else facts.host_name,
            host_function="" if facts is None else facts.host_function,
            subject=None if facts is None else facts.subject,
            state=state,
            role=Role(grant.role),
            mode=settings.mode,
            guest_visibility=settings.guest_visibility,
            name=grant.name,
        )

    async def _show(self, path: Mapping[str, str], grant: Grant) -> Invitation:
        return await self.show(grant)
