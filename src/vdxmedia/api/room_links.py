"""For hosts in a call, with their join token: what is booked, and links for those who are missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import BY_DESK
from vdxmedia.api.meeting_files import qr_code
from vdxmedia.api.operations import Credential, Joined, Operation
from vdxmedia.api.resources import moment
from vdxmedia.booking.invitations import MAX_NAME_CHARS, MAX_WORDS_CHARS, Invitation, InvitedAs
from vdxmedia.conference.kinds import Role
from vdxmedia.errors import NotAllowed
from vdxmedia.hub.devices import Browser, DeviceKind
from vdxmedia.hub.ports import Grant
from vdxmedia.hub.room_links import RoomLinks

PATH = "/api/v1/room-invitations"


class ExpectedPerson(msgspec.Struct, frozen=True, kw_only=True):
    role: InvitedAs
    name: str
    function: str
    organisation: str


class RoomDetails(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    is_booked: bool
    subject: str
    organisation: str
    help_line: str
    starts_at: datetime | None
    ends_at: datetime | None
    closes_at: Annotated[datetime | None, Meta(description="When the server ends the call; null: it does not.")]
    organised_by: Annotated[str, Meta(description="An e-mail; empty when nobody was said.")]
    expected: Annotated[list[ExpectedPerson], Meta(description="Who has a personal link with a name.")]


class PersonDevice(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    participant_id: str
    kind: DeviceKind
    browser: Browser


class RoomDevices(msgspec.Struct, frozen=True, kw_only=True):
    people: Annotated[list[PersonDevice], Meta(description="As their browsers say; not everybody's does.")]


class RoomInvitationRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=MAX_NAME_CHARS, description="Fixes the name others see.")] = ""
    function: Annotated[str, Meta(max_length=MAX_WORDS_CHARS, description="As `tolk`, `pårørende`.")] = ""


class RoomInvitation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    name: str
    function: str
    created_time: datetime | None


class RoomInvitationMade(RoomInvitation, frozen=True, kw_only=True, rename="camel"):
    url: Annotated[str, Meta(description="A secret, told this once: whoever has it comes in.")]
    qr: Annotated[str, Meta(description="The link as SVG.")]


class RoomInvitations(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    short_url: Annotated[str, Meta(description="For everyone; leads to the lobby.")]
    qr: Annotated[str, Meta(description="The short link as SVG.")]
    invitations: Annotated[list[RoomInvitation], Meta(description="Guests' personal links, the newest first.")]


class RoomLinkOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, links: RoomLinks, *, public_url: str, short_link_base: str) -> None:
        self._links = links
        self._public_url = public_url.rstrip("/")
        self._short_link_base = short_link_base

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                "GET", "/api/v1/room-details", "showRoomDetails", "Show what is booked, as a host in the call",
                self._details, body=None, answer=RoomDetails, status=HTTPStatus.OK,
                errors=("room_unknown", "store_unavailable"), credential=Credential.JOIN_TOKEN, tag="Meetings",
            ),
            Operation(
                "GET", "/api/v1/room-devices", "showRoomDevices", "Show what people are in the call with, as a host",
                self._devices, body=None, answer=RoomDevices, status=HTTPStatus.OK,
                errors=(), credential=Credential.JOIN_TOKEN, tag="Meetings",
            ),
            Operation(
                "GET", PATH, "listRoomInvitations", "Show the meeting's short link and list the guests' personal ones",
                self._list, body=None, answer=RoomInvitations, status=HTTPStatus.OK,
                errors=("meeting_unknown", "store_unavailable"), credential=Credential.JOIN_TOKEN, tag="Meetings",
            ),
            Operation(
                "POST", PATH, "addRoomInvitation", "Make a personal link for a guest, as a host in the call",
                self._add, body=RoomInvitationRequest, answer=RoomInvitationMade, status=HTTPStatus.CREATED,
                errors=("meeting_unknown", "too_many_invitations", "store_unavailable"),
                credential=Credential.JOIN_TOKEN, audit=BY_DESK, tag="Meetings",
            ),
            Operation(
                "DELETE", f"{PATH}/{{invitation}}", "revokeRoomInvitation",
                "Revoke a guest's personal link; whoever is in the call stays",
                self._revoke, body=None, answer=None, status=HTTPStatus.NO_CONTENT,
                errors=("meeting_unknown", "invitation_unknown", "store_unavailable"),
                credential=Credential.JOIN_TOKEN, audit=BY_DESK, tag="Meetings",
            ),
        )  # fmt: skip

    async def _details(self, path: Mapping[str, str], grant: Grant) -> RoomDetails:
        _require_host(grant)
        facts = await self._links.facts(grant.room)
        return RoomDetails(
            is_booked=facts.is_booked,
            subject=facts.subject,
            organisation=facts.organisation,
            help_line=facts.help_line,
            starts_at=moment(facts.starts_at),
            ends_at=moment(facts.ends_at),
            closes_at=moment(facts.closes_at),
            organised_by=facts.organised_by,
            expected=[
                ExpectedPerson(role=one.role, name=one.name, function=one.function, organisation=one.organisation)
                for one in facts.expected
            ],
        )

    async def _devices(self, path: Mapping[str, str], grant: Grant) -> RoomDevices:
        _require_host(grant)
        found = self._links.devices(grant.room)
        return RoomDevices(
            people=[PersonDevice(participant_id=who, kind=one.kind, browser=one.browser) for who, one in found]
        )

    async def _list(self, path: Mapping[str, str], grant: Grant) -> RoomInvitations:
        _require_host(grant)
        short_id, invitations = await self._links.personal(grant.room)
        url = self._short_link_base + short_id
        return RoomInvitations(short_url=url, qr=_qr(url), invitations=[_resource(one) for one in invitations])

    async def _add(self, path: Mapping[str, str], joined: Joined) -> RoomInvitationMade:
        _require_host(joined.grant)
        asked: RoomInvitationRequest = joined.body
        link = await self._links.add(joined.grant.room, name=asked.name, function=asked.function, by=joined.by)
        url = self._public_url + link.path
        return RoomInvitationMade(**msgspec.structs.asdict(_resource(link.invitation)), url=url, qr=_qr(url))

    async def _revoke(self, path: Mapping[str, str], joined: Joined) -> None:
        _require_host(joined.grant)
        await self._links.revoke(joined.grant.room, path["invitation"], joined.by)


def _require_host(grant: Grant) -> None:
    if grant.role != Role.HOST:
        raise NotAllowed("only hosts see this")


def _resource(one: Invitation) -> RoomInvitation:
    return RoomInvitation(id=one.id, name=one.name, function=one.function, created_time=moment(one.created_at))


def _qr(url: str) -> str:
    return qr_code(url).decode()
