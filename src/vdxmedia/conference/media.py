"""What a conference wants of the packets, as values: the plane carries it out, the relay enforces it.

Everything is denied until one of these allows it. They are idempotent and applied in order; the conference sends only
differences to what it sent last (`ledger.py`).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec

from vdxmedia.conference.kinds import SlotKind
from vdxmedia.ids import ParticipantId, SourceId


class Gate(StrEnum):
    """Why a source may be silenced; a packet passes only when every gate is open. All start open but `FLOOR`'s owner
    decides per policy."""

    MUTE = "mute"
    FLOOR = "floor"


class Priority(IntEnum):
    """Which of a viewer's pictures come first when bandwidth is short; sound comes before all of them."""

    OTHERS = 0
    SCREEN = 1
    SPEAKER = 2


class SetGate(msgspec.Struct, frozen=True, tag=True):
    source: SourceId
    gate: Gate
    is_open: bool


class SetSourceClasses(msgspec.Struct, frozen=True, tag=True):
    """The audience classes a source belongs to (bitset of 64). 0, the start, is heard and seen by nobody."""

    source: SourceId
    classes: int


class SetHears(msgspec.Struct, frozen=True, tag=True):
    """The classes a participant may receive. 0, the start, is nothing."""

    participant: ParticipantId
    classes: int


class BindSlot(msgspec.Struct, frozen=True, tag=True):
    """Show a source in a slot; a speaker slot with `source` None goes back to the loudest."""

    participant: ParticipantId
    kind: SlotKind
    index: int
    source: SourceId | None
    max_layer: int = 2
    """0 lowest (q), 1 (h), 2 highest (f): chosen from the tile's size; the relay may go below it, never above."""
    priority: Priority = Priority.OTHERS


class SetShedding(msgspec.Struct, frozen=True, tag=True):
    """What of a picture is given up first where bandwidth is short: frames (the start), or size."""

    source: SourceId
    is_size_first: bool


MediaChange = SetGate | SetSourceClasses | SetHears | BindSlot | SetShedding
