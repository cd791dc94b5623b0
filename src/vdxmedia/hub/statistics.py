"""How a conference's media is doing, per source and slot, as values: what the plane answers when it is asked.

Rates are of the last second, counts since the connection began; ids only, nobody's name. The relay writes layers and
figures of slots by these names (`src/relay/src/statistics.rs`), so nothing lies between.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vdxmedia.conference.kinds import SlotKind, SourceKind
from vdxmedia.ids import ParticipantId


class LayerStatistics(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One encoding of a source, as it reaches the server."""

    layer: int
    """Lowest 0."""
    is_live: bool
    is_wanted: bool
    """Somebody takes it."""
    bps: int
    fps: int
    loss: float
    """0..1, before retransmissions."""
    jitter_ms: float
    nacks: int
    """Packets that the server asked for again."""
    keyframe_requests: int


class SourceStatistics(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    kind: SourceKind
    layers: Sequence[LayerStatistics]


class SlotFigures(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of one outgoing stream, whoever it shows."""

    kind: SlotKind
    index: int
    temporal_level: int
    """The highest that is sent; 7: all."""
    is_paused: bool
    """The participant's connection does not carry it."""
    bps: int
    packets: int
    loss: float
    """0..1, by the participant's last report."""
    nacks: int
    """Packets that the participant asked for again."""
    resent: int
    keyframe_requests: int
    freezes: int
    """How often nothing was sent for a second although the picture was there."""
    frozen_ms: int


class SlotStatistics(SlotFigures, frozen=True, kw_only=True, rename="camel"):
    """One outgoing stream of a participant."""

    participant: ParticipantId | None
    """Whose source it shows."""
    source_kind: SourceKind | None
    layer: int | None
    """Lowest 0; null while nothing is sent."""


class ConnectionStatistics(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One participant's media connection."""

    participant: ParticipantId
    rtt_ms: float | None
    estimate_bps: int | None
    """What the way to the participant carries."""
    sources: Sequence[SourceStatistics]
    slots: Sequence[SlotStatistics]
