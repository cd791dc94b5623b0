"""What the history API asks for: calls that are over, of an organisation and those below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

T = TypeVar("T")

MAX_PAGE = 1_000
DEFAULT_PAGE = 20


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """All conditions hold; None and empty: any. Times are Unix seconds."""

    starts_from: float | None = None
    starts_before: float | None = None
    ends_from: float | None = None
    ends_before: float | None = None
    call: str = ""
    participant: str = ""
    meeting: str = ""
    """A UUID in lower case."""
    limit: int = DEFAULT_PAGE
    offset: int = 0


class ScoreSum(msgspec.Struct, frozen=True, kw_only=True):
    """How many gave a call this score, and how many of them said that something was wrong."""

    score: int
    answers: int
    sound: int
    picture: int
    other: int


class KnownCall(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    room: str
    organisation: str
    meeting: str
    """Its uuid; empty: the room had none."""
    uri: str
    """The room's address when the call began; empty: none."""
    starts_at: float
    ends_at: float
    participants: tuple[str, ...]
    ratings: tuple[ScoreSum, ...] = ()
    """By score; scores that nobody gave are left out."""


class KnownStay(msgspec.Struct, frozen=True, kw_only=True):
    call: str
    participant: str
    place: str
    """The room's address, or its id."""
    role: str
    name: str | None
    starts_at: float
    ends_at: float


class Page(msgspec.Struct, Generic[T], frozen=True):
    total: int
    rows: Sequence[T]


class CallHistory(Protocol):
    """Implemented by `store.call_rows`. All raise Refused `store_unavailable`."""

    async def organisation_of_key(self, key_hash: str) -> str | None:
        """The code of the organisation whose history API key has this SHA-256."""
        ...

    async def calls(self, top: str, query: HistoryQuery) -> Page[KnownCall]:
        """Of `top` and all below it, by start."""
        ...

    async def stays(self, top: str, query: HistoryQuery) -> Page[KnownStay]:
        """The same calls' stays."""
        ...
