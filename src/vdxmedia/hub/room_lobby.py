"""The lobby of a live conference, on the hub's side: the connections of those who wait. The core decides who does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from vdxmedia.conference import commands, events
from vdxmedia.conference.admissions import key_of
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.kinds import EndReason, LeaveReason
from vdxmedia.conference.lobby import WAITER_KEPT_S
from vdxmedia.errors import NotFound
from vdxmedia.hub.client import Client, JoinRequest, SentToLobby, ServerStopping, Waiting
from vdxmedia.hub.kept_room import KeptPlace
from vdxmedia.hub.lobby_seats import LobbySeat, LobbySeats
from vdxmedia.hub.seats import Seat
from vdxmedia.ids import ParticipantId, RoomId, SessionSecret, new_participant_id, new_session_secret

logger = logging.getLogger(__name__)


def admission_keys(identity: str, secret: SessionSecret | None) -> tuple[str, ...]:
    """Who somebody is to the lobby: by his link, where that is his own, and by his device, where it had a seat."""
    keys = [key_of("i", identity)] if identity else []
    return (*keys, *([key_of("s", secret)] if secret else []))


class RoomLobby:
    """Owned by its `Room`, which carries out what the core has decided."""

    def __init__(self, room: RoomId, conference: Conference) -> None:
        self._room = room
        self._conference = conference
        self._seats = LobbySeats()
        self._places: dict[SessionSecret, KeptPlace] = {}
        """Of those who have not come back since the server's restart."""
        self._restored_at_s = 0.0

    def of(self, secret: SessionSecret | None, identity: str) -> LobbySeat | None:
        return self._seats.of(secret, identity)

    def wait(
        self, waited: LobbySeat | None, request: JoinRequest, client: Client, name: str, now_s: float
    ) -> tuple[Sequence[events.Event], Callable[[], Waiting]]:
        """At the end of the row, or where he stood: what the core says, and then the answer. Raises: Refused."""
        if waited is not None:
            self._replace(waited, client)
            waited.still = b""  # a page that was loaded again does not know of it, and shows it anew or not
            return self._conference.handle(commands.ReturnWaiter(waited.participant), now_s), lambda: self._told(waited)
        grant, secret = request.grant, None if request.resume is None else request.resume.session
        function = grant.function or request.function
        place = self._place_of(secret, now_s)
        if place is None:
            seat = LobbySeat(new_participant_id(), new_session_secret(), grant, name, function, client)
        else:
            seat = LobbySeat(place.participant, place.secret, grant, name, function, client)
        since_s = None if place is None else self._restored_at_s - place.waited_s
        keys = (*admission_keys(grant.identity, secret), *admission_keys("", seat.secret))
        wait = commands.Wait(seat.participant, name, grant.organisation, function, keys, grant.knocks, since_s)
        decided = self._conference.handle(wait, now_s)
        self._seats.add(seat)
        logger.info("participant_waits room=%s participant=%s", self._room, seat.participant)
        return decided, lambda: self._told(seat)

    def places(self, now_s: float) -> Sequence[KeptPlace]:
        """Of those who wait, for the time after a restart."""
        since_s = {one.id: one.since_s for one in self._conference.waiting()}
        here = [
            KeptPlace(seat.participant, seat.secret, now_s - since_s[seat.participant])
            for seat in self._seats.all()
            if seat.participant in since_s
        ]
        return [*here, *self._places.values()]

    def restore(self, places: Iterable[KeptPlace], now_s: float) -> None:
        self._places = {place.secret: place for place in places}
        self._restored_at_s = now_s

    def _place_of(self, secret: SessionSecret | None, now_s: float) -> KeptPlace | None:
        """As somebody whose connection was away, he is waited for so long."""
        if now_s >= self._restored_at_s + WAITER_KEPT_S:
            self._places.clear()
        return self._places.pop(secret, None) if secret is not None else None

    def take(self, waited: LobbySeat, client: Client) -> None:
        """He has come in, perhaps by another connection."""
        self._seats.remove(waited.participant)
        self._replace(waited, client)

    def take_in(self, seat: Seat) -> None:
        """His seat is gone, and in the core he waits already."""
        client, seat.client = seat.client, None
        waiting = LobbySeat(seat.participant, seat.secret, seat.grant, seat.name, seat.function, client)
        self._seats.add(waiting)
        if client is not None:
            client.send(SentToLobby(self._told(waiting)))

    def lost(self, client: Client) -> ParticipantId | None:
        """Whose connection this was, if he waits; he has none from now on."""
        waiting = self._seats.by_client(client)
        if waiting is None:
            return None
        waiting.client = None
        return waiting.participant

    def show_still(self, participant: ParticipantId, jpeg: bytes) -> None:
        """Raises: NotFound."""
        waiting = self._seats.get(participant)
        if waiting is None:
            raise NotFound("nobody of that name waits", code="participant_unknown")
        waiting.still = jpeg

    def stills(self) -> Sequence[tuple[ParticipantId, bytes]]:
        """First come first."""
        return [(one.participant, one.still) for one in self._seats.all() if one.still]

    def tell(self, event: events.WaiterTold | events.WaiterAdmitted | events.WaiterRefused | events.WaiterGone) -> None:
        waiting = self._seats.get(event.participant)
        if waiting is None:
            return
        client = waiting.client
        if client is not None and not isinstance(event, events.WaiterGone):
            client.send(event)
        if isinstance(event, events.WaiterRefused | events.WaiterGone):
            self._seats.remove(event.participant)
            if client is not None:
                reason, can_rejoin = _end_of(event)
                client.end(reason, can_rejoin=can_rejoin)

    def tell_all(self, event: ServerStopping) -> None:
        for waiting in self._seats.all():
            if waiting.client is not None:
                waiting.client.send(event)

    def end(self, *, can_rejoin: bool) -> None:
        for waiting in self._seats.all():
            if waiting.client is not None:
                waiting.client.end(EndReason.ENDED, can_rejoin=can_rejoin)
                waiting.client = None

    def _replace(self, waited: LobbySeat, client: Client) -> None:
        if waited.client is not None and waited.client is not client:
            waited.client.end(EndReason.REPLACED, can_rejoin=False)
        waited.client = client

    def _told(self, seat: LobbySeat) -> Waiting:
        told = self._conference.waiter(seat.participant)
        assert told is not None
        return Waiting(seat.participant, seat.secret, told)


def _end_of(event: events.WaiterRefused | events.WaiterGone) -> tuple[EndReason, bool]:
    if isinstance(event, events.WaiterRefused):
        return EndReason.REFUSED, False
    return (EndReason.LOST, True) if event.reason is LeaveReason.LOST else (EndReason.ENDED, False)
