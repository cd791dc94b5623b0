"""A media plane without media: remembers what rooms told it, and lets a test say what media does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from vdxmedia.errors import BadSdp
from vdxmedia.hub.ports import (
    AnsweredSlot,
    BindSlot,
    Gate,
    MediaAnswer,
    MediaChange,
    MediaEvent,
    MediaOffer,
    MediaSeat,
    SetGate,
    SetHears,
    SetSourceClasses,
    SlotKind,
)
from vdxmedia.hub.statistics import ConnectionStatistics
from vdxmedia.ids import ConferenceKey, ParticipantId, SourceId


@dataclass
class FakeMediaPlane:
    """Answers every offer but `garbage`; the state is what a relay would enforce."""

    listeners: dict[ConferenceKey, Callable[[MediaEvent], None]] = field(default_factory=dict)
    seats: dict[ParticipantId, MediaSeat] = field(default_factory=dict)
    """Those with a connection."""
    offers: list[MediaOffer] = field(default_factory=list)
    changes: list[MediaChange] = field(default_factory=list)
    gates: dict[tuple[SourceId, Gate], bool] = field(default_factory=dict)
    classes: dict[SourceId, int] = field(default_factory=dict)
    hears: dict[ParticipantId, int] = field(default_factory=dict)
    bound: dict[tuple[ParticipantId, SlotKind, int], tuple[SourceId | None, int]] = field(default_factory=dict)
    gone: list[ParticipantId] = field(default_factory=list)
    """Disconnected for good."""
    hold: asyncio.Event | None = None
    """When set, offers wait for it."""
    offered_video_slots: int | None = None
    """As if the offer had so many; None: as many as it may."""

    def open_conference(self, conference: ConferenceKey, listener: Callable[[MediaEvent], None]) -> None:
        self.listeners[conference] = listener

    def close_conference(self, conference: ConferenceKey) -> None:
        self.listeners.pop(conference, None)
        for participant in [p for p, seat in self.seats.items() if seat.conference == conference]:
            del self.seats[participant]

    async def statistics(self, conference: ConferenceKey) -> list[ConnectionStatistics]:
        return []

    async def connect(self, seat: MediaSeat, offer: MediaOffer) -> MediaAnswer:
        if self.hold is not None:
            await self.hold.wait()
        if offer.sdp == "garbage":
            raise BadSdp("no m-line")
        is_new = offer.sdp != "again" or seat.participant not in self.seats
        self.seats[seat.participant] = seat
        self.offers.append(offer)
        video = seat.video_slots if self.offered_video_slots is None else self.offered_video_slots
        counts = {SlotKind.SPEAKER: 3, SlotKind.PROGRAMME: 1, SlotKind.VIDEO: video}
        slots = [
            AnsweredSlot(f"{kind.value[0]}{index}", kind, index) for kind, n in counts.items() for index in range(n)
        ]
        return MediaAnswer("v=0 answer", slots, is_new)

    def apply(self, conference: ConferenceKey, changes: Iterable[MediaChange]) -> None:
        for change in changes:
            self.changes.append(change)
            match change:
                case SetGate():
                    self.gates[change.source, change.gate] = change.is_open
                case SetSourceClasses():
                    self.classes[change.source] = change.classes
                case SetHears():
                    self.hears[change.participant] = change.classes
                case BindSlot():
                    self.bound[change.participant, change.kind, change.index] = (change.source, change.max_layer)

    async def fence(self) -> None:
        return None

    def disconnect(self, conference: ConferenceKey, participant: ParticipantId, *, is_gone: bool) -> None:
        if is_gone:
            self.gone.append(participant)
        self.seats.pop(participant, None)
        self.hears.pop(participant, None)
        for key in [key for key in self.bound if key[0] == participant]:
            del self.bound[key]

    def say(self, event: MediaEvent) -> None:
        """The event, to every open conference."""
        for listener in list(self.listeners.values()):
            listener(event)

    def shown(self, participant: str, kind: SlotKind = SlotKind.VIDEO) -> dict[int, SourceId]:
        """Slot to source, empty slots left out."""
        return {
            index: source
            for (who, what, index), (source, _) in self.bound.items()
            if who == participant and what is kind and source is not None
        }
