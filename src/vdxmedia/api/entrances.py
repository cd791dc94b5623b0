"""The way in for people, over REST: a link, a short link or an address with a PIN becomes a join token.

Asked by the page, without any credential; the secrets are in the body, which no log and no proxy keeps. What leads
nowhere is answered 200 with a state, because it is what the page shows; 429 tells how long to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import A_WAY_IN
from vdxmedia.api.invitations import Invitation, InvitationOperations
from vdxmedia.api.operations import Called, Credential, Operation
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.booking.invitations import MAX_RETURN_URL_CHARS
from vdxmedia.hub.entrances import MAX_PIN_CHARS, MAX_URI_CHARS, Asked, Entered, Entrances, EntranceState
from vdxmedia.hub.ports import Tokens


class EntranceRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One of `invitation`, `shortId` and `url`."""

    invitation: Annotated[str, Meta(max_length=64, description="The token of a personal link, `/i#TOKEN`.")] = ""
    short_id: Annotated[str, Meta(max_length=64, description="Of a short link, `/m/SHORT_ID`.")] = ""
    url: Annotated[
        str, Meta(max_length=MAX_URI_CHARS, description="The room's address, as `1234@moede.example.dk` or `1234`.")
    ] = ""
    pin: Annotated[str, Meta(max_length=MAX_PIN_CHARS)] = ""
    return_url: Annotated[
        str, Meta(max_length=MAX_RETURN_URL_CHARS, description="Where the page would like to go after the call.")
    ] = ""


class Entrance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    state: EntranceState
    organisation: Annotated[str, Meta(description="Who invites; empty when that is not told.")]
    help_line: str
    opens_at: Annotated[datetime | None, Meta(description="When `notYet`: when to ask again.")]
    starts_at: Annotated[datetime | None, Meta(description="When `notYet`: when the meeting begins.")]
    ends_at: Annotated[datetime | None, Meta(description="When `notYet`, of a personal link; as the next three.")]
    host_name: str
    host_function: str
    subject: Annotated[str | None, Meta(description="As in `invitation`.")]
    tries_left: Annotated[int | None, Meta(description="When `wrongPin`: before one has to wait.")]
    token: Annotated[str | None, Meta(description="When `open`: the join token, for some two hours.")]
    invitation: Annotated[Invitation | None, Meta(description="When `open`: as `/api/v1/invitation` tells.")]
    return_url: Annotated[
        str | None,
        Meta(description="Where the page goes after the call: what was asked for, or what is booked, where the "
             "organisation allows its origin."),
    ]  # fmt: skip


class EntranceOperations:
    """The handler."""

    def __init__(
        self, entrances: Entrances, invitations: InvitationOperations, tokens: Tokens, requests: RateLimit
    ) -> None:
        """`requests`: of one address, right ones too."""
        self._entrances = entrances
        self._invitations = invitations
        self._tokens = tokens
        self._requests = requests

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="POST",
                path="/api/v1/entrances",
                name="enter",
                summary="Show what a link or an address leads to; a join token when it is open",
                handler=self._enter,
                body=EntranceRequest,
                answer=Entrance,
                status=HTTPStatus.OK,
                errors=("pin_locked",),
                credential=Credential.NONE,
                audit=A_WAY_IN,
                tag="Entrances",
            ),
        )

    async def _enter(self, path: Mapping[str, str], called: Called) -> Entrance:
        body: EntranceRequest = called.body
        self._requests.spend(called.address)
        entered = await self._entrances.enter(
            Asked(
                invitation=body.invitation,
                short_id=body.short_id,
                uri=body.url,
                pin="".join(body.pin.split()),
                return_url=body.return_url,
                address=called.address,
            )
        )
        return await self._told(entered)

    async def _told(self, entered: Entered) -> Entrance:
        grant, facts = entered.grant, entered.facts
        return Entrance(
            state=entered.state,
            organisation=entered.organisation,
            help_line=entered.help_line,
            opens_at=_moment(entered.opens_at),
            starts_at=_moment(entered.starts_at),
            ends_at=_moment(None if facts is None else facts.ends_at),
            host_name="" if facts is None else facts.host_name,
            host_function="" if facts is None else facts.host_function,
            subject=None if facts is None else facts.subject,
            tries_left=entered.tries_left,
            token=None if grant is None else self._tokens.issue(grant),
            invitation=None if grant is None else await self._invitations.show(grant),
            return_url=entered.return_url or None,
        )


def _moment(unix_s: int | None) -> datetime | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)
