"""What the clients of a room are told of their media connections: how good they are, what they carry, that they ended.

A part of `Room`, which hands it what the plane measures. Left out: who is heard and shown, which the core decides.
"""

from __future__ import annotations

from collections.abc import Mapping

from vdxmedia.conference.conference import Conference
from vdxmedia.conference.kinds import Quality, SourceKind
from vdxmedia.hub.bandwidth import Bandwidth
from vdxmedia.hub.client import DecodeRefused, MediaGone, QualityChanged
from vdxmedia.hub.ports import LayersWanted, MediaQuality, SlotCannotDecode, SlotPaused
from vdxmedia.hub.seats import Seat, Seats
from vdxmedia.ids import ParticipantId, SourceId


class Connections:
    """Owned by its room; reads the room's seats and owners of sources."""

    def __init__(self, seats: Seats, owners: Mapping[SourceId, ParticipantId], conference: Conference) -> None:
        self._seats = seats
        self._owners = owners
        self._conference = conference

    def read_quality(self, event: MediaQuality) -> Quality | None:
        """What it is now; None: there is no such connection any more."""
        seat = self._seats.get(event.participant)
        if seat is None or not self._conference.has_media(seat.participant):
            return None
        self._tell_quality(seat, changed=seat.read_quality(event))
        is_camera_on = self._conference.is_active(seat.participant, SourceKind.CAMERA)
        is_fixed_anew = self._fix_layers(seat)
        if seat.read_uplink(event, is_camera_on=is_camera_on) or is_fixed_anew:
            seat.tell(seat.bandwidth.told())
        return seat.quality.quality

    def read_layers(self, event: SlotPaused | LayersWanted) -> None:
        seat = self._seats.get(event.participant)
        if seat is None:
            return
        is_fixed_anew = self._fix_layers(seat)
        if seat.read_layers(event) or is_fixed_anew:
            seat.tell(seat.bandwidth.told())

    def cannot_decode(self, event: SlotCannotDecode) -> None:
        seat, owner = self._seats.get(event.participant), self._owners.get(event.source)
        if seat is not None and owner is not None:
            seat.tell(DecodeRefused(event.index, owner))

    def lost(self, seat: Seat, reason: str) -> None:
        seat.tell(MediaGone(reason))
        self._forget_bandwidth(seat)
        self._tell_quality(seat, changed=seat.quality.lose())

    def forget(self, seat: Seat) -> None:
        """What was measured of a connection that is gone."""
        seat.quality = seat.quality.anew()
        self._forget_bandwidth(seat)

    def _fix_layers(self, seat: Seat) -> bool:
        """Asked with every event of the connection, so it follows what hosts do within a second."""
        return seat.bandwidth.fix(self._conference.layers_to_send(seat.participant))

    def _forget_bandwidth(self, seat: Seat) -> None:
        was_plain, seat.bandwidth = seat.bandwidth.is_plain, Bandwidth()
        if not was_plain:
            seat.tell(seat.bandwidth.told())

    def _tell_quality(self, seat: Seat, *, changed: bool) -> None:
        if changed:
            told = QualityChanged({seat.participant: seat.quality.quality})
            self._seats.tell(self._conference.who_know(seat.participant), told)
