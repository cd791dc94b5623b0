"""What passes between a room and one connected client, in the hub's words. Signalling puts it on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from vdxmedia.conference.documents import Document
from vdxmedia.conference.events import (
    Binding,
    BindingsChanged,
    DocumentChanged,
    DocumentWithdrawn,
    SequencedEvent,
    Snapshot,
    SpeakersChanged,
    Transferred,
    Uttered,
    WaiterAdmitted,
    WaiterRefused,
    WaiterTold,
)
from vdxmedia.conference.kinds import EndReason, Quality, SourceKind
from vdxmedia.conference.settings import GuestVisibility, RoomMode
from vdxmedia.hub.devices import Device
from vdxmedia.hub.ports import Grant
from vdxmedia.hub.rounds import RosterNews
from vdxmedia.ids import ParticipantId, SessionSecret

# ── room to client ────────────────────────────────────────────────────────────────────────────────────────────────


class QualityChanged(msgspec.Struct, frozen=True):
    """Whose media connection became better or worse."""

    qualities: Mapping[ParticipantId, Quality]


class DecodeRefused(msgspec.Struct, frozen=True):
    """A video slot stays empty: the client did not offer the source's codec."""

    index: int
    participant: ParticipantId


class BandwidthChanged(msgspec.Struct, frozen=True):
    """What the client's connection carries; the whole state."""

    paused: tuple[int, ...]
    """Video slots whose picture does not fit."""
    layers: Mapping[SourceKind, tuple[int, ...]]
    """Of the client's own sources, the layers that anybody takes; a source that is not named: all."""
    advises_camera_off: bool
    given_up: tuple[int, ...] = ()
    """Of `paused`: those that the server has given up because it has too much to do."""


class MediaGone(msgspec.Struct, frozen=True):
    """The plane has given up the client's media connection."""

    reason: str


class Waiting(msgspec.Struct, frozen=True):
    """No seat yet."""

    participant: ParticipantId
    session: SessionSecret
    told: WaiterTold


class SentToLobby(msgspec.Struct, frozen=True):
    """The seat is gone, and its holder waits: as the answer to a join."""

    waiting: Waiting


class ServerStopping(msgspec.Struct, frozen=True):
    reconnect_after_s: float


ClientEvent = (
    SequencedEvent
    | RosterNews
    | BindingsChanged
    | SpeakersChanged
    | DocumentChanged
    | DocumentWithdrawn
    | Uttered
    | QualityChanged
    | BandwidthChanged
    | DecodeRefused
    | MediaGone
    | ServerStopping
    | SentToLobby
    | WaiterTold
    | WaiterAdmitted
    | WaiterRefused
    | Transferred
)


class Client(Protocol):
    """One live connection as the room sees it. Called on the loop; never blocks, never raises."""

    def send(self, event: ClientEvent) -> None:
        """Queues it. A client that can't keep up closes itself; the room hears of it by `lost`."""
        ...

    def end(self, reason: EndReason, *, can_rejoin: bool) -> None:
        """The last that the room says to this client."""
        ...


# ── client to room ────────────────────────────────────────────────────────────────────────────────────────────────


class ResumeRequest(msgspec.Struct, frozen=True):
    session: SessionSecret
    sequence: int


class JoinRequest(msgspec.Struct, frozen=True):
    grant: Grant
    """Verified; for this room."""
    name: str
    video_slots: int
    resume: ResumeRequest | None
    knows_who_sees: GuestVisibility | None = None
    """What the person was told before joining."""
    function: str = ""
    """As the person says; where the token names none."""
    accepts_terms: str = ""
    """The version of the terms that the person says he has accepted."""
    expects_weak: bool = False
    """A check of his network says so."""
    device: Device | None = None
    """What the connection comes from; None: not known."""
    lacks_terms: bool = False
    """Others are demanded of him; set by the registry."""

    def expects_guests_to_see(self, mode: RoomMode) -> bool:
        """In a meeting that is what people expect; in group training it must have been said."""
        if self.knows_who_sees is None:
            return mode is RoomMode.MEETING
        return self.knows_who_sees is GuestVisibility.ALL


class Seated(msgspec.Struct, frozen=True):
    """A new seat, or an old one whose holder must start from a snapshot."""

    participant: ParticipantId
    session: SessionSecret
    snapshot: Snapshot
    media_alive: bool


class SeatResumed(msgspec.Struct, frozen=True):
    """The old seat, and all that its holder missed."""

    participant: ParticipantId
    sequence: int
    missed: tuple[SequencedEvent, ...]
    documents: tuple[Document, ...]
    bindings: tuple[Binding, ...]
    media_alive: bool
