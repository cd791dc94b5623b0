"""The one question after a call: how it was, and what was wrong. Once for each stay, and nobody's.

What is kept is a sum per call and score, and that a stay has answered. In a call of two people the sum says what one of
them meant; it is for who sees the history of the organisation's calls, not for the others in the call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Set
from enum import StrEnum
from typing import Protocol

import msgspec

from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import Grant
from vdxmedia.ids import ParticipantId, RoomId

LOWEST, HIGHEST = 1, 5


class Trouble(StrEnum):
    """The order is that of the question."""

    SOUND = "sound"
    PICTURE = "picture"
    OTHER = "other"


class CallRating(msgspec.Struct, frozen=True):
    score: int
    """`LOWEST` is bad, `HIGHEST` is good."""
    troubles: Set[Trouble] = frozenset()


class Rated(StrEnum):
    DONE = "done"
    BEFORE = "before"
    """The stay had answered; nothing was changed."""
    UNKNOWN = "unknown"
    """There is no such stay."""


class RatingStore(Protocol):
    """Implemented by `store.call_ratings`."""

    async def add(self, room: RoomId, participant: ParticipantId, rating: CallRating) -> Rated:
        """Raises: Refused `store_unavailable`."""
        ...


class CallRatings:
    """Holds no state of its own. `written`: waits until the stays that have begun are in the store, False: they are
    not."""

    def __init__(self, store: RatingStore, written: Callable[[], Awaitable[bool]], counters: Counters) -> None:
        self._store = store
        self._written = written
        self._counters = counters

    async def rate(self, grant: Grant, rating: CallRating) -> None:
        """By a token that was made in the call.

        Raises: NotFound `call_unknown`, Refused `rated_already`, `store_unavailable`.
        """
        if not grant.participant or grant.is_film:
            raise NotFound("this token is of no call", code="call_unknown")
        if not await self._written():
            raise Refused("the store cannot be written to", code="store_unavailable", retry_after_s=5.0)
        match await self._store.add(RoomId(grant.room), ParticipantId(grant.participant), rating):
            case Rated.UNKNOWN:
                raise NotFound("the history has no such call", code="call_unknown")
            case Rated.BEFORE:
                self._counters.add("call_ratings_repeated")
                raise Refused("this was answered before", code="rated_already")
            case Rated.DONE:
                self._counters.add(f"call_ratings_{rating.score}")
