"""A small picture of who waits, for the hosts who are there: shown by the person, kept in memory while he waits.

Both sides ask with the token that they were given in the room; a link's own does not do. Left out: a moving picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import OF_ONESELF
from vdxmedia.api.operations import Credential, Joined, Operation
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.clock import Clock
from vdxmedia.errors import NotAllowed, NotFound
from vdxmedia.hub.ports import Grant
from vdxmedia.hub.still import MAX_BYTES, MAX_SIDE, cleaned
from vdxmedia.ids import ParticipantId, RoomId

MAX_PICTURES = 30
"""In one answer: of those who have waited longest."""
SHOWN_EVERY_S, SHOWN_BURST = 5.0, 3.0
ASKED_EVERY_S, ASKED_BURST = 1.0, 10.0


class ShownPicture(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    jpeg: Annotated[
        bytes,
        Meta(max_length=MAX_BYTES, description=f"Baseline, at most {MAX_SIDE} × {MAX_SIDE} pixels; empty: none."),
    ]


class WaitingPicture(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    waiting_id: str
    jpeg: bytes


class WaitingPictures(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pictures: Annotated[Sequence[WaitingPicture], Meta(description=f"At most {MAX_PICTURES}.")]


class Door(Protocol):
    """What the operations need of a live room."""

    def show_still(self, participant: ParticipantId, jpeg: bytes) -> None:
        """Empty: none any more. Raises: NotFound `participant_unknown`."""
        ...

    def stills(self) -> Sequence[tuple[ParticipantId, bytes]]: ...

    def is_host(self, participant: ParticipantId) -> bool: ...


class WaitingPictureOperations:
    """The handlers. Holds no picture."""

    def __init__(self, door_of: Callable[[RoomId], Door | None], clock: Clock) -> None:
        self._door_of = door_of
        self._shown = RateLimit(per_second=1 / SHOWN_EVERY_S, burst=SHOWN_BURST, clock=clock)
        self._asked = RateLimit(per_second=1 / ASKED_EVERY_S, burst=ASKED_BURST, clock=clock)

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                "PUT", "/api/v1/waiting-picture", "showWaitingPicture",
                "Show the hosts a small picture of oneself while one waits; it is gone when one no longer does",
                self._show, body=ShownPicture, answer=None, status=HTTPStatus.NO_CONTENT,
                errors=("participant_unknown",), credential=Credential.JOIN_TOKEN, audit=OF_ONESELF,
            ),
            Operation(
                "GET", "/api/v1/waiting-pictures", "listWaitingPictures",
                "The pictures of those who wait and have shown one, for a host who is in the room",
                self._list, body=None, answer=WaitingPictures, status=HTTPStatus.OK,
                errors=(), credential=Credential.JOIN_TOKEN,
            ),
        )  # fmt: skip

    async def _show(self, path: Mapping[str, str], joined: Joined) -> None:
        who, door = self._who(joined.grant)
        if door is None:
            raise NotFound("nobody of that name waits", code="participant_unknown")
        jpeg: bytes = joined.body.jpeg
        if jpeg:  # taking it back is never refused
            self._shown.spend(who)
        door.show_still(who, cleaned(jpeg) if jpeg else b"")

    async def _list(self, path: Mapping[str, str], grant: Grant) -> WaitingPictures:
        who, door = self._who(grant)
        if door is None or not door.is_host(who):
            raise NotAllowed("only a host who is in the room sees who waits")
        self._asked.spend(who)
        stills = door.stills()[:MAX_PICTURES]
        return WaitingPictures(pictures=[WaitingPicture(waiting_id=who, jpeg=jpeg) for who, jpeg in stills])

    def _who(self, grant: Grant) -> tuple[ParticipantId, Door | None]:
        return ParticipantId(grant.participant), self._door_of(RoomId(grant.room))
