"""Requests that may be repeated: the same `Idempotency-Key` makes the same meeting once (draft-ietf-httpapi-
idempotency-key-header-07).

The key is on the disk, with the uuid that the meeting will have, before the meeting is made. So a repetition finds the
meeting whether the first answer got lost on the way, in a crash, or not at all; no answer is stored, which would hold
links in plain text. A request that is refused forgets its key: the mended one may use it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

import msgspec

from vdxmedia.clock import Clock
from vdxmedia.errors import BadInput, Refused

KEPT_S = 24 * 3600
MAX_KEY_CHARS = 128
BUSY_RETRY_S = 1.0


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    caller: str
    """A digest."""
    key_hash: str
    request_digest: str
    resource: UUID
    """The meeting that it makes."""
    created_at: int
    is_made: bool = False
    """It was there once; cancelled since, it is not made again."""


class RequestMemory(Protocol):
    """Implemented by `store.invitations`. All raise Refused `store_unavailable`."""

    async def remember(self, request: Remembered, *, forget_before: int) -> Remembered:
        """What is remembered of this caller and key: this, or the earlier one. Older ones are forgotten."""
        ...

    async def made(self, request: Remembered) -> None:
        """Its resource is there."""
        ...

    async def forget(self, request: Remembered) -> None: ...


class Idempotency:
    """Event loop only."""

    def __init__(self, memory: RequestMemory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock
        self._working: set[tuple[str, str]] = set()
        """Bounded by the requests being answered."""

    @asynccontextmanager
    async def once(self, caller: str, key: str, request: bytes, resource: UUID) -> AsyncIterator[Remembered]:
        """What is remembered: its `resource` is another than the given one for a repetition.

        Raises: BadInput `idempotency_key_reused` for another request, Refused `request_in_progress`.
        """
        mine = Remembered(
            caller=_digest(caller.encode()),
            key_hash=_digest(key.encode()),
            request_digest=_digest(request),
            resource=resource,
            created_at=int(self._clock.unix_s()),
        )
        place = (mine.caller, mine.key_hash)
        if place in self._working:
            raise Refused(
                "the first request with this key is being answered",
                code="request_in_progress",
                retry_after_s=BUSY_RETRY_S,
            )
        self._working.add(place)
        try:
            first = await self._memory.remember(mine, forget_before=mine.created_at - KEPT_S)
            if first.request_digest != mine.request_digest:
                raise BadInput("this key came with another request", code="idempotency_key_reused")
            yield first
        finally:
            self._working.discard(place)

    async def made(self, remembered: Remembered) -> None:
        """Before the caller is answered."""
        await self._memory.made(remembered)

    async def forget(self, remembered: Remembered) -> None:
        """The request was refused."""
        await self._memory.forget(remembered)


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
