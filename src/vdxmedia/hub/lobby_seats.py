"""Who stands in the lobby of a conference: secrets, identities and live connections, as `seats.py` for those inside."""

from __future__ import annotations

from dataclasses import dataclass

from vdxmedia.hub.client import Client
from vdxmedia.hub.ports import Grant
from vdxmedia.ids import ParticipantId, SessionSecret


@dataclass(slots=True)
class LobbySeat:
    """Owned by the room's task."""

    participant: ParticipantId
    secret: SessionSecret
    grant: Grant
    name: str
    function: str
    client: Client | None
    """None while the connection is away."""
    still: bytes = b""
    """A small picture that he shows to the hosts; gone with his place. Empty: none."""


class LobbySeats:
    """Bounded by the core's lobby."""

    def __init__(self) -> None:
        self._by_participant: dict[ParticipantId, LobbySeat] = {}

    def add(self, seat: LobbySeat) -> None:
        self._by_participant[seat.participant] = seat

    def remove(self, participant: ParticipantId) -> LobbySeat | None:
        return self._by_participant.pop(participant, None)

    def get(self, participant: ParticipantId) -> LobbySeat | None:
        return self._by_participant.get(participant)

    def all(self) -> list[LobbySeat]:
        return list(self._by_participant.values())

    def of(self, secret: SessionSecret | None, identity: str) -> LobbySeat | None:
        """By the device's secret, else by the token's identity. The empty identity is nobody's."""
        seats = self._by_participant.values()
        by_secret = next((seat for seat in seats if seat.secret == secret), None)
        if by_secret is not None or not identity:
            return by_secret
        return next((seat for seat in seats if seat.grant.identity == identity), None)

    def by_client(self, client: Client) -> LobbySeat | None:
        return next((seat for seat in self._by_participant.values() if seat.client is client), None)
