"""What can be asked of, or told to, a conference: values only; `Conference.handle` takes them with the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar

import msgspec

from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.conference.kinds import ContentHint, FilmStatus, LeaveReason, Role, SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.ids import ParticipantId, SourceId


class Right(StrEnum):
    """Who may ask for something: the table in docs/topics/permissions.md is made of it."""

    ANYONE = "anyone"
    """Everybody in the conference, for himself."""
    HOST = "host"
    ADMITTER = "admitter"
    """A host of an organisation that admits (`RoomSettings.admitters`)."""


class Asked(msgspec.Struct, frozen=True):
    """Base of what a participant asks for by a command of his own. Each desk has its subclasses."""

    right: ClassVar[Right] = Right.ANYONE
    participant: ParticipantId
    """Who asks."""


class Join(msgspec.Struct, frozen=True):
    """Take a seat."""

    participant: ParticipantId
    name: str
    role: Role
    organisation: str
    function: str
    publish: Mapping[SourceKind, SourceId]
    """The kinds granted, each with the id it will have; nothing else can ever be published."""
    can_subscribe: bool
    video_slots: int
    says_function_himself: bool = False
    """It is not from his token: it is shown, and gives him no right."""
    is_film: bool = False
    """Not a person: plays an exercise film for the hosts."""
    note: EmergencyNote | None = None
    knows_who_sees: bool = True
    """Was told, before joining, that everybody will see and hear him."""
    admission_keys: tuple[str, ...] = ()
    """Who he is to the lobby (`admissions.key_of`)."""
    knocks: bool = False
    """Comes in through the lobby, whatever the room's policy."""


class Wait(msgspec.Struct, frozen=True):
    """Stand in the lobby; after `Conference.why_wait` has said so."""

    participant: ParticipantId
    name: str
    organisation: str
    function: str
    admission_keys: tuple[str, ...]
    knocks: bool = False
    since_s: float | None = None
    """He stood in the row before the server's restart; None: he comes now, to its end."""


class LoseWaiter(msgspec.Struct, frozen=True):
    """His connection is gone; his place in the order is kept for a while."""

    participant: ParticipantId


class ReturnWaiter(msgspec.Struct, frozen=True):
    participant: ParticipantId


class LeaveWaiter(msgspec.Struct, frozen=True):
    participant: ParticipantId


class Disconnect(msgspec.Struct, frozen=True):
    """The signalling connection is gone; the seat is kept for a while and media flows on."""

    participant: ParticipantId


class Reconnect(msgspec.Struct, frozen=True):
    """The signalling connection is back (or a newer one has taken the seat)."""

    participant: ParticipantId
    video_slots: int
    note: EmergencyNote | None = None
    """As in the token; a restart of the server has forgotten it."""


class Leave(msgspec.Struct, frozen=True):
    participant: ParticipantId
    reason: LeaveReason = LeaveReason.LEFT


class SetSource(msgspec.Struct, frozen=True):
    participant: ParticipantId
    kind: SourceKind
    is_active: bool
    content_hint: ContentHint | None = None
    """None: as it was."""


class Tile(msgspec.Struct, frozen=True):
    index: int
    width: int
    """Device pixels; 0 with height 0: not on screen."""
    height: int


class SetTiles(msgspec.Struct, frozen=True):
    participant: ParticipantId
    tiles: Sequence[Tile]


class MediaEstablished(msgspec.Struct, frozen=True):
    """The plane has answered an offer: it knows the participant's sources and slots from now on."""

    participant: ParticipantId
    speaker_slots: int
    programme_slots: int
    video_slots: int
    is_new: bool
    """False when a live connection was renegotiated: what was sent for its sources and slots still holds."""


class MediaClosed(msgspec.Struct, frozen=True):
    """The plane has no connection of the participant any more."""

    participant: ParticipantId


class SpeakersHeard(msgspec.Struct, frozen=True):
    speakers: Sequence[tuple[SourceId, float]]
    """Loudest first, level 0..1; empty: all are silent."""


class FilmHeard(msgspec.Struct, frozen=True):
    """How the film is doing, from its player."""

    load: int
    """Of the `FilmOrdered` that it was loaded by."""
    status: FilmStatus
    position_s: float
    at_unix_s: float
    """When it was there."""
    duration_s: float
    is_looping: bool
    code: str | None
    text: str | None


class ChangeSettings(msgspec.Struct, frozen=True):
    settings: RoomSettings
    opens_at_s: float | None
    """The settings' times, in the conference's time."""
    closes_at_s: float | None


class End(msgspec.Struct, frozen=True):
    """Close the conference for everyone."""


Command = (
    Join
    | Wait
    | LoseWaiter
    | ReturnWaiter
    | LeaveWaiter
    | Disconnect
    | Reconnect
    | Leave
    | SetSource
    | SetTiles
    | MediaEstablished
    | MediaClosed
    | SpeakersHeard
    | FilmHeard
    | ChangeSettings
    | End
    | Asked
)
