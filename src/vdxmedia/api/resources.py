"""What the REST API takes and gives, as types: checked by them, documented from them. JSON names are camelCase."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from vdxmedia.conference.emergency import MAX_NOTE_CHARS
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import (
    MAX_HELP_LINE_CHARS,
    MAX_ORGANISATION_CHARS,
    MAX_SUBJECT_CHARS,
    Codec,
    FloorPolicy,
    GuestVisibility,
    RoomMode,
    RoomSettings,
)

Moment = Annotated[datetime, Meta(tz=True, examples=["2026-11-24T10:30:00+01:00"])]
DEFAULT_MAXIMUM = RoomSettings().maximum
MAX_TTL_S = 400 * 24 * 3600


class RoomRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A room to open. Every field has a default, so `{}` opens a plain meeting."""

    subject: Annotated[str, Meta(max_length=MAX_SUBJECT_CHARS, description="Shown to participants; never logged.")] = ""
    organisation: Annotated[
        str, Meta(max_length=MAX_ORGANISATION_CHARS, description="Who invites, as people know it.")
    ] = ""
    help_line: Annotated[
        str, Meta(max_length=MAX_HELP_LINE_CHARS, description="A telephone number to show, as it should be written.")
    ] = ""
    mode: RoomMode = RoomMode.MEETING
    floor_policy: Annotated[
        FloorPolicy, Meta(description="Stored now; `queue` and `moderated` are not enforced yet.")
    ] = FloorPolicy.FREE
    guest_visibility: Annotated[
        GuestVisibility, Meta(description="Stored now; `hosts` and `spotlight` are not enforced yet.")
    ] = GuestVisibility.ALL
    maximum: Annotated[
        int | None,
        Meta(description="Participants at the same time; 50, or the server's limit if lower, when left out."),
    ] = None
    codec: Annotated[Codec, Meta(description="The one codec that cameras and screens send in this room.")] = Codec.VP8
    opens_at: Annotated[Moment | None, Meta(description="RFC 3339 with a zone; open from now on when left out.")] = None
    closes_at: Annotated[
        Moment | None,
        Meta(description="RFC 3339 with a zone; the call ends then. Links last until then, else a day."),
    ] = None


class RoomResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A room as it is stored."""

    room_id: str
    subject: str
    organisation: str
    help_line: str
    mode: RoomMode
    floor_policy: FloorPolicy
    guest_visibility: GuestVisibility
    maximum: int
    codec: Codec
    opens_at: datetime | None
    closes_at: datetime | None
    participants: Annotated[int, Meta(description="In the call now, those that are reconnecting included.")]


class RoomCreated(RoomResource, frozen=True, kw_only=True, rename="camel"):
    """A new room with the links that lead into it. Each link is a secret: it carries a token in its fragment."""

    host_url: str
    guest_url: str
    links_expire_at: datetime


class NoteRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Whom to send help to when somebody who is trained at home falls. Only hosts of the conference are told; it is in
    the token alone, and the server neither logs nor stores it."""

    phone: Annotated[str, Meta(max_length=MAX_NOTE_CHARS)] = ""
    address: Annotated[str, Meta(max_length=MAX_NOTE_CHARS)] = ""
    relative: Annotated[str, Meta(max_length=MAX_NOTE_CHARS, description="Whom to phone, and the number.")] = ""


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A participant to let in."""

    role: Role = Role.GUEST
    name: Annotated[
        Annotated[str, Meta(max_length=80)] | None,
        Meta(description="Fixes the name others see; else the person is asked for it."),
    ] = None
    organisation: Annotated[str, Meta(max_length=120)] = ""
    function: Annotated[str, Meta(max_length=120, description="As `læge`, `tolk`, `pårørende`.")] = ""
    identity: Annotated[
        Annotated[str, Meta(min_length=1, max_length=64)] | None,
        Meta(description="Joining again with the same identity replaces the earlier connection."),
    ] = None
    can_publish_sources: Annotated[list[SourceKind], Meta(max_length=4)] = msgspec.field(
        default_factory=lambda: list(SourceKind)
    )
    can_subscribe: bool = True
    emergency_note: NoteRequest | None = None
    ttl: Annotated[
        Annotated[int, Meta(ge=10, le=MAX_TTL_S)] | None,
        Meta(description="Seconds; until the room closes, or a day, when left out."),
    ] = None


class TokenCreated(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    token: Annotated[str, Meta(description="JWT for the socket.io connect payload; see docs/protocol.md.")]
    url: Annotated[str, Meta(description="The page with this token in its fragment.")]
    identity: str
    expires_at: datetime


def settings_of(request: RoomRequest, *, limit: int) -> RoomSettings:
    """The request in the core's words; times become Unix seconds. `limit` is the server's for participants."""
    return RoomSettings(
        subject=request.subject,
        organisation=request.organisation,
        help_line=request.help_line,
        mode=request.mode,
        floor_policy=request.floor_policy,
        guest_visibility=request.guest_visibility,
        maximum=min(DEFAULT_MAXIMUM, limit) if request.maximum is None else request.maximum,
        codec=request.codec,
        opens_at=request.opens_at.timestamp() if request.opens_at else None,
        closes_at=request.closes_at.timestamp() if request.closes_at else None,
    )


def moment(unix_s: float | None) -> datetime | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)
