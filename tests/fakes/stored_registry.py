"""A registry of rooms whose store outlasts it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.fakes.media_plane import FakeMediaPlane
from tests.fakes.store import FakeStore
from vdxmedia.clock import ManualClock
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.store_keeping import Retention, StoreKeeping
from vdxmedia.observability import Metrics


class Stage:
    """A store and a clock that outlast the servers."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.clock = ManualClock()
        self.keeping: StoreKeeping

    @asynccontextmanager
    async def server(self, rooms: int = 10, retention: Retention | None = None) -> AsyncIterator[Registry]:
        counters, metrics = Counters(), Metrics()
        limits = HubLimits(rooms=rooms, idle_room_kept_s=100, seat_kept_s=0.05)
        async with (
            StoreKeeping(self.store, self.clock, counters=counters, metrics=metrics, retention=retention) as keeping,
            Registry(
                FakeMediaPlane(), self.clock, limits=limits, metrics=metrics, counters=counters, keeping=keeping
            ) as registry,
        ):
            self.keeping = keeping
            yield registry
