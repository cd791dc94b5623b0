"""What a wire did while a page was recorded, and when it had settled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from loadtests.netns.call import Viewer
from loadtests.netns.wire import Wire, WireCounts

WIRE_SAMPLE_S = 0.25


@dataclass
class WireLog:
    """What a wire did while a page was recorded, on the page's clock."""

    seen: list[tuple[float, WireCounts]] = field(default_factory=list)

    async def follow(self, wire: Wire, person: Viewer) -> None:
        loop = asyncio.get_running_loop()
        offset = await person.now() - loop.time()
        while True:
            self.seen.append((loop.time() + offset, wire.counts()))
            await asyncio.sleep(WIRE_SAMPLE_S)

    def settled_at(self, since: float, until: float, *, span_s: float = 1.0, overflow_limit: float) -> float | None:
        """From when on each span lost no more than this share at the client's downlink's bottleneck."""
        settled = None
        inside = [(at, counts.down) for at, counts in self.seen if since <= at <= until]
        for at, counts in inside:
            later = [after for end, after in inside if end >= at + span_s]
            if not later:
                break
            offered = later[0].packets - counts.packets
            dropped = later[0].overflowed - counts.overflowed
            if dropped > overflow_limit * max(offered, 1):
                settled = None
            elif settled is None:
                settled = at
        return settled


@contextlib.asynccontextmanager
async def followed(person: Viewer) -> AsyncIterator[WireLog]:
    log = WireLog()
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(log.follow(person.client.wire, person), name="wire-log")
        try:
            yield log
        finally:
            following.cancel()
