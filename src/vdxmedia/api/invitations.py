"""What a link leads to, for the page before the call: who invites, whom to phone, and whether the room is open.

Asked with the link's own token, so it tells nothing to anyone who could not join. The subject is left out: it may say
why somebody meets a doctor, and is for those who are in the call.
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
from vdxmedia.hub.ports import Grant
from vdxmedia.ids import RoomId


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

    def __init__(self, book: RoomBook, *, clock: Clock) -> None:
        self._book = book
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
                errors=("room_unknown",),
            ),
        )

    def show(self, grant: Grant) -> Invitation:
        """Raises: NotFound `room_unknown`."""
        settings = self._book.settings_of(RoomId(grant.room))
        now = self._clock.unix_s()
        state = InvitationState.OPEN
        if settings.closes_at is not None and settings.closes_at <= now:
            state = InvitationState.CLOSED
        elif settings.opens_at is not None and settings.opens_at > now:
            state = InvitationState.NOT_YET
        return Invitation(
            room_id=grant.room,
            organisation=settings.organisation,
            help_line=settings.help_line,
            opens_at=moment(settings.opens_at),
            closes_at=moment(settings.closes_at),
            state=state,
            role=Role(grant.role),
            mode=settings.mode,
            guest_visibility=settings.guest_visibility,
            name=grant.name,
        )

    async def _show(self, path: Mapping[str, str], grant: Grant) -> Invitation:
        return self.show(grant)
