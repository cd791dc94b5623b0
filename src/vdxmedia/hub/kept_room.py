"""A live room as the store keeps it: the conference, and whose seats are in it. Bytes that only `Room` understands.

It holds the seats' secrets, so that the same clients get them back; it is never logged, and deleted with the
conference.
"""

from __future__ import annotations

import msgspec

from vdxmedia.conference.kept import KeptConference
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.errors import BadInput
from vdxmedia.hub.ports import Grant
from vdxmedia.hub.seats import Seat
from vdxmedia.ids import ParticipantId, SessionSecret, SourceId

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


class KeptRoom(msgspec.Struct, frozen=True):
    version: int
    conference: KeptConference
    seats: tuple[KeptSeat, ...]


def encode(conference: KeptConference, seats: list[Seat]) -> bytes:
    return msgspec.json.encode(KeptRoom(VERSION, conference, tuple(KeptSeat.of(seat) for seat in seats)))


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
