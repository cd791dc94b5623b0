"""What the REST API takes and gives, as types: checked by them, documented from them. JSON names are camelCase."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from vdxmedia.conference.emergency import MAX_NOTE_CHARS
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import (
    ALL_MEDIA,
    MAX_HELP_LINE_CHARS,
    MAX_ORGANISATION_CHARS,
    MAX_SUBJECT_CHARS,
    ChatPolicy,
    Codec,
    FloorPolicy,
    GuestVisibility,
    LastHostPolicy,
    LayoutChoice,
    LobbyPolicy,
    PictureQuality,
    RoomMode,
    RoomSettings,
    StartMicrophone,
)

Moment = Annotated[datetime, Meta(tz=True, examples=["2026-11-24T10:30:00+01:00"])]
DEFAULT_MAXIMUM = RoomSettings().maximum
MAX_TTL_S = 400 * 24 * 3600


class RoomRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A room to open. Every field has a default, so `{}` opens a plain meeting. The names are those of
    `RoomSettings`."""

    subject: Annotated[str, Meta(max_length=MAX_SUBJECT_CHARS, description="Shown to participants; never logged.")] = ""
    guests_see_subject: Annotated[bool, Meta(description="False: the subject is sent to hosts only.")] = True
    organisation: Annotated[
        str, Meta(max_length=MAX_ORGANISATION_CHARS, description="Who invites, as people know it.")
    ] = ""
    help_line: Annotated[
        str, Meta(max_length=MAX_HELP_LINE_CHARS, description="A telephone number to show, as it should be written.")
    ] = ""
    mode: RoomMode = RoomMode.MEETING
    floor_policy: Annotated[FloorPolicy, Meta(description="`queue` and `moderated` silence who has not the floor.")] = (
        FloorPolicy.FREE
    )
    max_speakers: Annotated[int, Meta(description="Who may have the floor at the same time.")] = 1
    turn_s: Annotated[int, Meta(description="Seconds that one has the floor; 0: no end.")] = 0
    hosts_exempt: Annotated[bool, Meta(description="Hosts are heard without having the floor.")] = True
    shows_speaker: Annotated[bool, Meta(description="Whoever has the floor is shown big.")] = True
    screen_policy: Annotated[FloorPolicy, Meta(description="Of the floor for sharing a screen.")] = FloorPolicy.FREE
    guest_visibility: Annotated[
        GuestVisibility,
        Meta(description="Whom guests know of, see and hear; widening holds for those present who agree."),
    ] = GuestVisibility.ALL
    lobby: Annotated[LobbyPolicy, Meta(description="What guests do before they are let in.")] = LobbyPolicy.OFF
    admitters: Annotated[
        tuple[str, ...], Meta(description="Organisations whose hosts let people in; none: all hosts.")
    ] = ()
    last_host: Annotated[LastHostPolicy, Meta(description="What becomes of the others when the last host leaves.")] = (
        LastHostPolicy.STAY
    )
    guest_microphone: Annotated[
        StartMicrophone, Meta(description="At the start; a training begins muted where this is `on`.")
    ] = StartMicrophone.ON
    guests_may_unmute: bool = True
    host_layout: Annotated[str, Meta(description="A layout's name; empty: the mode's own.")] = ""
    guest_layout: str = ""
    layout_choice: LayoutChoice = LayoutChoice.EACH
    shows_names: Annotated[bool, Meta(description="Each picture has its name on it.")] = True
    presenter_is_main: Annotated[
        bool, Meta(description="Who shares a screen is the main one for everybody, whoever speaks or has the floor.")
    ] = False
    call_type: Annotated[
        int,
        Meta(
            description="What guests send and receive, VDX `callType`: AudioSend 2, AudioRecv 4, VideoSend 8, "
            "VideoRecv 16, PresSend 32, PresRecv 64, added up."
        ),
    ] = ALL_MEDIA
    chat: ChatPolicy = ChatPolicy.ALL
    private_chat: Annotated[bool, Meta(description="Guests may write to one person whom they may see.")] = True
    attendance: Annotated[bool, Meta(description="Who was there, from when to when, is kept for its term.")] = False
    host_pin: Annotated[
        str, Meta(description="4 to 9 digits, typed by who has no link; empty: none. Never answered or logged.")
    ] = ""
    guest_pin: str = ""
    maximum: Annotated[
        int | None,
        Meta(
            description="Participants at the same time, at most `limits.participants_per_room`; "
            "50, or that limit if lower, when left out."
        ),
    ] = None
    quality: Annotated[PictureQuality, Meta(description="How large cameras are for others: `sd` is 360 lines.")] = (
        PictureQuality.HD
    )
    codec: Annotated[Codec, Meta(description="The one codec that cameras and screens send in this room.")] = Codec.VP8
    opens_at: Annotated[Moment | None, Meta(description="RFC 3339 with a zone; open from now on when left out.")] = None
    closes_at: Annotated[
        Moment | None,
        Meta(description="RFC 3339 with a zone; the call ends then. Links last until then, else a day."),
    ] = None


class RoomPatch(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to be different; fields left out stay. Those in the call are told. The codec cannot be changed, and
    links that were made keep their time: mint new ones after moving the closing time."""

    subject: Annotated[str, Meta(max_length=MAX_SUBJECT_CHARS)] | UnsetType = UNSET
    guests_see_subject: bool | UnsetType = UNSET
    organisation: Annotated[str, Meta(max_length=MAX_ORGANISATION_CHARS)] | UnsetType = UNSET
    help_line: Annotated[str, Meta(max_length=MAX_HELP_LINE_CHARS)] | UnsetType = UNSET
    mode: RoomMode | UnsetType = UNSET
    floor_policy: FloorPolicy | UnsetType = UNSET
    max_speakers: int | UnsetType = UNSET
    turn_s: int | UnsetType = UNSET
    hosts_exempt: bool | UnsetType = UNSET
    shows_speaker: bool | UnsetType = UNSET
    screen_policy: FloorPolicy | UnsetType = UNSET
    guest_visibility: GuestVisibility | UnsetType = UNSET
    lobby: LobbyPolicy | UnsetType = UNSET
    admitters: tuple[str, ...] | UnsetType = UNSET
    last_host: LastHostPolicy | UnsetType = UNSET
    guest_microphone: StartMicrophone | UnsetType = UNSET
    guests_may_unmute: bool | UnsetType = UNSET
    host_layout: str | UnsetType = UNSET
    guest_layout: str | UnsetType = UNSET
    layout_choice: LayoutChoice | UnsetType = UNSET
    shows_names: bool | UnsetType = UNSET
    presenter_is_main: bool | UnsetType = UNSET
    call_type: int | UnsetType = UNSET
    chat: ChatPolicy | UnsetType = UNSET
    private_chat: bool | UnsetType = UNSET
    attendance: bool | UnsetType = UNSET
    host_pin: Annotated[str, Meta(description="Empty: nobody becomes a host by typing.")] | UnsetType = UNSET
    guest_pin: str | UnsetType = UNSET
    maximum: int | UnsetType = UNSET
    quality: PictureQuality | UnsetType = UNSET
    opens_at: Moment | UnsetType | None = UNSET
    closes_at: Annotated[Moment | None, Meta(description="Now or before: the call ends.")] | UnsetType = UNSET


class RoomResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A room as it is stored; of its PINs only whether there are any."""

    room_id: str
    subject: str
    guests_see_subject: bool
    organisation: str
    help_line: str
    mode: RoomMode
    floor_policy: FloorPolicy
    max_speakers: int
    turn_s: int
    hosts_exempt: bool
    shows_speaker: bool
    screen_policy: FloorPolicy
    guest_visibility: GuestVisibility
    lobby: LobbyPolicy
    admitters: tuple[str, ...]
    last_host: LastHostPolicy
    guest_microphone: StartMicrophone
    guests_may_unmute: bool
    host_layout: str
    guest_layout: str
    layout_choice: LayoutChoice
    shows_names: bool
    presenter_is_main: bool
    call_type: int
    chat: ChatPolicy
    private_chat: bool
    attendance: bool
    maximum: int
    quality: PictureQuality
    codec: Codec
    opens_at: datetime | None
    closes_at: datetime | None
    has_host_pin: bool
    has_guest_pin: bool
    participants: Annotated[int, Meta(description="In the call now, those that are reconnecting included.")]


class RoomCreated(RoomResource, frozen=True, kw_only=True, rename="camel"):
    """A new room with the links that lead into it. Each link is a secret: it carries a token in its fragment."""

    host_url: str
    guest_url: str
    links_expire_at: Annotated[
        datetime,
        Meta(description="As it is agreed now: a room's links go on working when its closing time is put off."),
    ]


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
        Meta(
            description="Seconds, whatever becomes of the room. Left out: until the room closes, also when that is put "
            "off later; or a day."
        ),
    ] = None


class TokenCreated(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    token: Annotated[str, Meta(description="JWT for the socket.io connect payload; see docs/protocol.md.")]
    url: Annotated[str, Meta(description="The page with this token in its fragment.")]
    identity: str
    expires_at: datetime


def settings_of(request: RoomRequest, *, limit: int) -> RoomSettings:
    """The request in the core's words; times become Unix seconds. `limit` is the server's for participants."""
    given = msgspec.structs.asdict(request) | {
        "maximum": min(DEFAULT_MAXIMUM, limit) if request.maximum is None else request.maximum,
        "opens_at": request.opens_at.timestamp() if request.opens_at else None,
        "closes_at": request.closes_at.timestamp() if request.closes_at else None,
    }
    return RoomSettings(**given)


def patched(settings: RoomSettings, patch: RoomPatch) -> RoomSettings:
    """With what the patch says."""
    given: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(patch).items():
        if value is not UNSET:
            given[name] = value.timestamp() if isinstance(value, datetime) else value
    return msgspec.structs.replace(settings, **given)


def moment(unix_s: float | None) -> datetime | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)
