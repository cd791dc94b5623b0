"""Which terms a guest must have accepted before he joins a room: those of the organisation that booked it, if it
demands them.

Asked with each guest's join, so answers are kept for a moment, and several who ask at once ask together. While the
store does not answer, what was known last holds; of a room that was never asked about nothing is demanded then, which
is counted: a store that is away must not keep citizens out of their meetings.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import msgspec

from vdxmedia.clock import Clock
from vdxmedia.conference.kinds import Role
from vdxmedia.errors import Refused
from vdxmedia.hub.branding import ShownLook
from vdxmedia.hub.client import JoinRequest
from vdxmedia.hub.counters import Counters

KEPT_S = 10.0
"""After this a change of the terms holds for who joins."""
MAX_KEPT = 2_000
"""Rooms; full: the oldest goes."""


class LooksOfRooms(Protocol):
    """As `hub.branding.BrandingDesk`."""

    async def of_room(self, room: str) -> ShownLook:
        """Raises: Refused `store_unavailable`."""
        ...


class DemandedTerms(Protocol):
    """As `RoomTerms`."""

    async def demanded(self, room: str) -> str:
        """The version that a guest must have accepted; empty: none."""
        ...


async def with_terms(terms: DemandedTerms | None, request: JoinRequest) -> JoinRequest:
    """The request, and whether it lacks terms. Hosts and the players of films are not asked."""
    grant = request.grant
    if terms is None or grant.role != Role.GUEST.value or grant.is_film:
        return request
    demanded = await terms.demanded(grant.room)
    return msgspec.structs.replace(request, lacks_terms=demanded not in ("", request.accepts_terms))


@dataclass(slots=True)
class _Kept:
    version: str
    until_s: float


class RoomTerms:
    """Event loop only."""

    def __init__(self, looks: LooksOfRooms, clock: Clock, counters: Counters) -> None:
        self._looks = looks
        self._clock = clock
        self._counters = counters
        self._kept: dict[str, _Kept] = {}
        self._asked: dict[str, asyncio.Future[None]] = {}

    async def demanded(self, room: str) -> str:
        """The version; empty: none."""
        while True:
            kept = self._kept.get(room)
            if kept is not None and self._clock.monotonic_s() < kept.until_s:
                return kept.version
            asked = self._asked.get(room)
            if asked is None:
                return await self._ask(room)
            await asked

    async def _ask(self, room: str) -> str:
        done = self._asked[room] = asyncio.get_running_loop().create_future()
        try:
            version = await self._version(room)
            self._kept.pop(room, None)
            if len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[room] = _Kept(version, self._clock.monotonic_s() + KEPT_S)
            return version
        finally:  # also when who asked has gone: the others then ask themselves
            del self._asked[room]
            done.set_result(None)

    async def _version(self, room: str) -> str:
        try:
            branding = (await self._looks.of_room(room)).branding
        except Refused:
            kept = self._kept.get(room)
            self._counters.add("terms_unknown" if kept is None else "terms_not_looked_up")
            return "" if kept is None else kept.version
        return branding.terms_version if branding.terms_demanded else ""
