"""A live room as the store keeps it: the conference, and whose seats are in it. Bytes that only `Room` understands.

It holds the seats' secrets, so that the same clients get them back; it is never logged, and deleted with the
conference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar, cast

import msgspec

from vdxmedia.conference.kept import KeptConference, KeptPerson
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadInput
from vdxmedia.hub.ports import Grant
from vdxmedia.hub.seats import Seat
from vdxmedia.ids import ParticipantId, SessionSecret, SourceId

_encode = msgspec.json.Encoder().encode
T = TypeVar("T")
VERSION = 1
"""Of all that is in it, the desks' states too. A server reads its own version only: after an upgrade in the middle of a
call the room begins anew."""


class KeptSeat(msgspec.Struct, frozen=True):
    participant: ParticipantId
    secret: SessionSecret
    grant: Grant
    """Without the emergency note, which is never stored: it comes again with the token."""
    sources: dict[SourceKind, SourceId]

    @classmethod
    def of(cls, seat: Seat) -> KeptSeat:
        grant = msgspec.structs.replace(seat.grant, note=None)
        return cls(seat.participant, seat.secret, grant, dict(seat.sources))

    def seat(self) -> Seat:
        """Nobody's yet."""
        return Seat(self.participant, self.secret, self.grant, self.sources)


class KeptPlace(msgspec.Struct, frozen=True):
    """In the lobby's row, for who comes back with the secret: neither his name nor anything else of him."""

    participant: ParticipantId
    secret: SessionSecret
    waited_s: float


class KeptRoom(msgspec.Struct, frozen=True):
    version: int
    conference: KeptConference
    seats: tuple[KeptSeat, ...]
    places: tuple[KeptPlace, ...] = ()
    settings: RoomSettings | None = None
    """In force when this was written: what has changed since must have the same effect as on people who are there."""


class _EncodedOnce(Generic[T]):
    """A list of values, each encoded for as long as it is the same object; who is added at the end, as by a join, is
    added to what was put together before."""

    def __init__(self, form: Callable[[T], object]) -> None:
        self._form = form
        self._made: dict[int, tuple[T, bytes]] = {}
        """By identity, which no other object gets while the value is kept here."""
        self._ids: tuple[int, ...] = ()
        self._listed = b""
        """Those, encoded."""

    def of(self, values: Iterable[T]) -> msgspec.Raw:
        values = tuple(values)
        ids, known = tuple(map(id, values)), len(self._ids)
        if ids[:known] == self._ids:
            parts = [self._listed] if known else []
            parts += map(self._encoded, values[known:])
        else:
            self._made = {known_id: self._made[known_id] for known_id in ids if known_id in self._made}
            parts = [*map(self._encoded, values)]
        self._ids, self._listed = ids, b",".join(parts)
        return msgspec.Raw(b"[%b]" % self._listed)

    def _encoded(self, value: T) -> bytes:
        known = self._made.get(id(value))
        if known is None:
            known = self._made[id(value)] = value, _encode(self._form(value))
        return known[1]


class RoomWriter:
    """Of one room: of hundreds of people and seats nearly all are what they were the last time."""

    def __init__(self) -> None:
        self._people = _EncodedOnce[KeptPerson](lambda person: person)
        self._seats = _EncodedOnce[Seat](KeptSeat.of)

    def encode(
        self,
        conference: KeptConference,
        seats: Iterable[Seat],
        places: Iterable[KeptPlace],
        settings: RoomSettings,
    ) -> bytes:
        """Nothing that is kept of a seat changes while it is the same seat."""
        # For encoding only: the JSON in the lists' place.
        people = cast(tuple[KeptPerson, ...], self._people.of(conference.people))
        held = cast(tuple[KeptSeat, ...], self._seats.of(seats))
        written = msgspec.structs.replace(conference, people=people)
        return _encode(KeptRoom(VERSION, written, held, tuple(places), settings))


def decode(state: bytes) -> KeptRoom:
    """Raises: BadInput `store_unreadable`; the text says nothing of the content."""
    try:
        version = msgspec.json.decode(state, type=_Version).version
        if version != VERSION:
            raise BadInput(f"state of version {version}", code="store_unreadable")
        kept = msgspec.json.decode(state, type=KeptRoom)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadInput(type(error).__name__, code="store_unreadable") from None
    if {seat.participant for seat in kept.seats} != {person.id for person in kept.conference.people}:
        raise BadInput("seats and people differ", code="store_unreadable")
    return kept


class _Version(msgspec.Struct):
    version: int
