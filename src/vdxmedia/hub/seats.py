"""Who holds which seat of a conference: secrets, identities and live connections. The core knows nothing of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vdxmedia.conference.kinds import EndReason, Role, SourceKind
from vdxmedia.conference.quality import EXPECTED_WEAK_S, QualityMeter
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.bandwidth import Bandwidth
from vdxmedia.hub.client import Client, ClientEvent
from vdxmedia.hub.devices import Device
from vdxmedia.hub.ports import Grant, LayersWanted, MediaQuality, SlotPaused
from vdxmedia.ids import ParticipantId, SessionSecret, SourceId, new_participant_id, new_session_secret

_RIGHTS = ("room", "role", "organisation", "function", "can_publish", "can_subscribe", "is_film", "knocks")
"""What a token says its holder may do, and what others are told of him."""


@dataclass(slots=True)
class Seat:
    """Owned by the room's task."""

    participant: ParticipantId
    secret: SessionSecret
    grant: Grant
    """Of the first join. A later token with other rights gets another seat."""
    sources: Mapping[SourceKind, SourceId]
    name: str = ""
    function: str = ""
    first_sequence: int = 0
    """The number of the snapshot that the seat began with."""
    client: Client | None = None
    """None while reconnecting."""
    device: Device | None = None
    """Of the latest connection."""
    is_offering: bool = False
    """The plane is working on an offer; one at a time."""
    quality: QualityMeter = field(default_factory=QualityMeter)
    bandwidth: Bandwidth = field(default_factory=Bandwidth)
    """Of the media connection; a new one starts anew."""

    @classmethod
    def make(cls, grant: Grant, sources: Mapping[SourceKind, SourceId], *, expects_weak: bool = False) -> Seat:
        meter = QualityMeter(EXPECTED_WEAK_S if expects_weak else 0.0)
        return cls(new_participant_id(), new_session_secret(), grant, sources, quality=meter)

    def give_up_client(self, successor: Client) -> None:
        """Another connection has the seat now; unless it is the same, the old one is told."""
        if self.client is not None and self.client is not successor:
            self.client.end(EndReason.REPLACED, can_rejoin=False)
        self.client = None

    def tell(self, event: ClientEvent) -> None:
        """Whoever is away hears of it when he comes back."""
        if self.client is not None:
            self.client.send(event)

    def read_quality(self, event: MediaQuality) -> bool:
        """Whether the quality is another now."""
        return self.quality.read(
            event.uplink_loss,
            event.downlink_loss,
            event.rtt_s,
            is_silent=event.is_silent,
            period_s=event.period_s,
        )

    def read_uplink(self, event: MediaQuality, *, is_camera_on: bool) -> bool:
        """Whether there is something new to be told of the bandwidth."""
        return self.bandwidth.read_uplink(
            event.uplink_loss, event.uplink_bps, is_camera_on=is_camera_on, period_s=event.period_s
        )

    def read_layers(self, event: SlotPaused | LayersWanted) -> bool:
        """The same."""
        if isinstance(event, SlotPaused):
            return self.bandwidth.pause(event.index, is_paused=event.is_paused, is_given_up=event.is_given_up)
        return self.bandwidth.want(event.kind, event.layers)

    def has_rights_of(self, grant: Grant) -> bool:
        """Whether a token grants what this seat has, no less and no more. Its time, name and person do not matter."""
        return all(getattr(self.grant, right) == getattr(grant, right) for right in _RIGHTS)


class Seats:
    """At most the room's maximum; one per participant."""

    def __init__(self) -> None:
        self._by_participant: dict[ParticipantId, Seat] = {}
        self._by_secret: dict[SessionSecret, Seat] = {}
        self._by_identity: dict[str, Seat] = {}

    def add(self, seat: Seat) -> None:
        self._by_participant[seat.participant] = seat
        self._by_secret[seat.secret] = seat
        if seat.grant.identity:
            self._by_identity[seat.grant.identity] = seat

    def remove(self, participant: ParticipantId) -> Seat | None:
        seat = self._by_participant.pop(participant, None)
        if seat is not None:
            del self._by_secret[seat.secret]
            if seat.grant.identity:
                del self._by_identity[seat.grant.identity]
        return seat

    def all(self) -> list[Seat]:
        """In the order of joining."""
        return list(self._by_participant.values())

    def end_clients(self, *, can_rejoin: bool) -> None:
        for seat in self._by_participant.values():
            if seat.client is not None:
                seat.client.end(EndReason.ENDED, can_rejoin=can_rejoin)
                seat.client = None

    def get(self, participant: ParticipantId) -> Seat | None:
        return self._by_participant.get(participant)

    def tell(self, to: Iterable[ParticipantId], event: ClientEvent) -> None:
        """Those of them who have a seat and are connected; hundreds, so without a question more than that."""
        seats = self._by_participant
        for participant in to:
            seat = seats.get(participant)
            if seat is not None and (client := seat.client) is not None:
                client.send(event)

    def by_secret(self, secret: SessionSecret) -> Seat | None:
        return self._by_secret.get(secret)

    def by_identity(self, identity: str) -> Seat | None:
        """None for the empty identity: each join with it is a new person."""
        return self._by_identity.get(identity) if identity else None

    def by_client(self, client: Client) -> Seat | None:
        return next((seat for seat in self._by_participant.values() if seat.client is client), None)

    def of_client(self, participant: ParticipantId, client: Client) -> Seat:
        """The seat, if `client` is the one that holds it. Raises: NotFound, Refused."""
        seat = self._by_participant.get(participant)
        if seat is None:
            raise NotFound("the seat is gone", code="participant_unknown")
        if seat.client is not client:
            raise Refused("another connection has taken the seat", code="participant_unknown")
        return seat

    def counts(self) -> Mapping[Role, int]:
        counts: Counter[Role] = Counter()
        for seat in self._by_participant.values():
            if not seat.grant.is_film:
                counts[Role(seat.grant.role)] += 1
        return counts
