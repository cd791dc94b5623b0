"""What a conference says after a command, in the order in which it happened.

Each event names in `to` who is told; nobody else may learn of it.

- *Sequenced* events are the roster. Their numbers rise, with gaps that say nothing about anybody: they follow the
  time. A client that was away names the last one it has and gets what it missed.
- *Utterances* are said once, in their order.
- *Documents* are whole states, of which only the latest matters (`documents.py`); so are bindings and speakers.
- `MediaChanged`, `FloorNoted`, `SeatGivenUp` and `ConferenceEnded` are for the hub.
"""

from __future__ import annotations

import msgspec

from vdxmedia.conference.documents import Document
from vdxmedia.conference.floor_request import FloorTransition
from vdxmedia.conference.floor_rules import FloorKind
from vdxmedia.conference.kinds import Connection, FilmAction, LeaveReason, Role, SlotKind, SourceKind
from vdxmedia.conference.media import MediaChange
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.waiting import WaitReason
from vdxmedia.ids import ParticipantId, RoomId, SourceId


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
    is_film: bool = False


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
    """Has come, or may be known of from now on."""

    sequence: int
    to: tuple[ParticipantId, ...]
    participant: ParticipantState


class ParticipantChanged(msgspec.Struct, frozen=True):
    sequence: int
    to: tuple[ParticipantId, ...]
    participant: ParticipantState


class ParticipantLeft(msgspec.Struct, frozen=True):
    sequence: int
    to: tuple[ParticipantId, ...]
    participant: ParticipantId
    reason: LeaveReason


SequencedEvent = ParticipantJoined | ParticipantChanged | ParticipantLeft

# ── private, unnumbered, and for the hub ──────────────────────────────────────────────────────────────────────────


class BindingsChanged(msgspec.Struct, frozen=True):
    """All slots of one participant."""

    participant: ParticipantId
    bindings: tuple[Binding, ...]


class SpeakersChanged(msgspec.Struct, frozen=True):
    to: tuple[ParticipantId, ...]
    speakers: tuple[tuple[ParticipantId, float], ...]
    """Loudest first."""


class DocumentChanged(msgspec.Struct, frozen=True):
    to: tuple[ParticipantId, ...]
    document: Document


class DocumentWithdrawn(msgspec.Struct, frozen=True):
    """There is no document of this kind for them any more; what they were told of it is to be forgotten."""

    to: tuple[ParticipantId, ...]
    kind: type[Document]


class Utterance(msgspec.Struct, frozen=True):
    """Base of what is said once and kept nowhere: who is away never hears of it."""


class Uttered(msgspec.Struct, frozen=True):
    to: tuple[ParticipantId, ...]
    utterance: Utterance


class Answered(msgspec.Struct, frozen=True):
    """What the one who asked is told at once, beside that it was done."""

    answer: object


class WaiterTold(msgspec.Struct, frozen=True):
    """To somebody who waits: why, and what a host says."""

    participant: ParticipantId
    reason: WaitReason
    since: float
    """Unix seconds."""
    notice: str


class WaiterAdmitted(msgspec.Struct, frozen=True):
    """He may join now."""

    participant: ParticipantId


class WaiterRefused(msgspec.Struct, frozen=True):
    """He waits no longer, and is not let in."""

    participant: ParticipantId
    reason: str
    """A host's words; perhaps empty."""


class WaiterGone(msgspec.Struct, frozen=True):
    """For the hub: left, lost, or the conference is over."""

    participant: ParticipantId
    reason: LeaveReason


class Transferred(msgspec.Struct, frozen=True):
    """Before his seat is given up: where he goes."""

    participant: ParticipantId
    room: RoomId


class SeatGivenUp(msgspec.Struct, frozen=True):
    """For the hub, at once; the others hear of it by the roster."""

    participant: ParticipantId
    reason: LeaveReason


class PersonRecognised(msgspec.Struct, frozen=True):
    """For the hub: a host has ticked that this is the person expected, or has taken it back."""

    participant: ParticipantId
    is_recognised: bool


class SettingsChosen(msgspec.Struct, frozen=True):
    """For the hub: a host has changed the room, which outlives the conference; it comes back as `ChangeSettings`."""

    settings: RoomSettings


class FilmOrdered(msgspec.Struct, frozen=True):
    """For the hub: a host wants this of the film."""

    load: int
    """Which loading it concerns; comes back in `FilmHeard`."""
    action: FilmAction
    clip: str
    position_s: float
    is_on: bool


class FloorNoted(msgspec.Struct, frozen=True):
    """For the hub's log: what became of somebody's request."""

    floor: FloorKind
    change: FloorTransition


class MediaChanged(msgspec.Struct, frozen=True):
    changes: tuple[MediaChange, ...]


class ConferenceEnded(msgspec.Struct, frozen=True):
    """Everyone has been told to go: the closing time, or `End`. The last event."""


Event = (
    SequencedEvent
    | BindingsChanged
    | SpeakersChanged
    | DocumentChanged
    | DocumentWithdrawn
    | Uttered
    | Answered
    | SettingsChosen
    | PersonRecognised
    | FilmOrdered
    | FloorNoted
    | MediaChanged
    | SeatGivenUp
    | WaiterTold
    | WaiterAdmitted
    | WaiterRefused
    | WaiterGone
    | Transferred
    | ConferenceEnded
)


class Snapshot(msgspec.Struct, frozen=True):
    """The whole room at one sequence number, as one participant may know it."""

    sequence: int
    settings: RoomSettings
    participants: tuple[ParticipantState, ...]
    """In the order of joining, the asking one among them."""
    documents: tuple[Document, ...]
    bindings: tuple[Binding, ...]
    """The asking participant's own."""
