"""What a conference says after a command, in the order in which it happened.

- *Sequenced* events go to everyone in the room and are numbered without gaps, so that a client which was away can get
  what it missed.
- *Private* events go to one participant; only the latest of a kind matters.
- `SpeakersChanged` goes to everyone, unnumbered; only the latest matters.
- `MediaChanged` and `ConferenceEnded` are for the hub.
"""

from __future__ import annotations

import msgspec

from vdxmedia.conference.kinds import Connection, LeaveReason, Role, SlotKind, SourceKind
from vdxmedia.conference.media import MediaChange
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.ids import ParticipantId, SourceId


class SourceState(msgspec.Struct, frozen=True):
    kind: SourceKind
    id: SourceId
    is_active: bool


class ParticipantState(msgspec.Struct, frozen=True, weakref=True):
    """A participant as others see them. One object for as long as nothing of it changes."""

    id: ParticipantId
    name: str
    role: Role
    organisation: str
    function: str
    connection: Connection
    sources: tuple[SourceState, ...]


class Binding(msgspec.Struct, frozen=True):
    """What a slot of one participant shows or plays."""

    kind: SlotKind
    index: int
    participant: ParticipantId | None
    """Whose place the slot is; None: nobody's (a speaker slot: the relay chooses)."""
    source: SourceId | None
    """None while the person whose place it is has the camera off."""
    source_kind: SourceKind | None


# ── sequenced ─────────────────────────────────────────────────────────────────────────────────────────────────────


class ParticipantJoined(msgspec.Struct, frozen=True):
    sequence: int
    participant: ParticipantState


class ParticipantChanged(msgspec.Struct, frozen=True):
    sequence: int
    participant: ParticipantState


class ParticipantLeft(msgspec.Struct, frozen=True):
    sequence: int
    participant: ParticipantId
    reason: LeaveReason


class RoomChanged(msgspec.Struct, frozen=True):
    sequence: int
    settings: RoomSettings


SequencedEvent = ParticipantJoined | ParticipantChanged | ParticipantLeft | RoomChanged

# ── private, unnumbered, and for the hub ──────────────────────────────────────────────────────────────────────────


class BindingsChanged(msgspec.Struct, frozen=True):
    """All slots of one participant."""

    participant: ParticipantId
    bindings: tuple[Binding, ...]


class SpeakersChanged(msgspec.Struct, frozen=True):
    speakers: tuple[tuple[ParticipantId, float], ...]
    """Loudest first."""


class MediaChanged(msgspec.Struct, frozen=True):
    changes: tuple[MediaChange, ...]


class ConferenceEnded(msgspec.Struct, frozen=True):
    """Everyone has been told to go: the closing time, or `End`. The last event."""


Event = SequencedEvent | BindingsChanged | SpeakersChanged | MediaChanged | ConferenceEnded


class Snapshot(msgspec.Struct, frozen=True):
    """The whole room at one sequence number, as a participant who joins must see it."""

    sequence: int
    settings: RoomSettings
    participants: tuple[ParticipantState, ...]
    """In the order of joining."""
    bindings: tuple[Binding, ...]
    """The asking participant's own."""
