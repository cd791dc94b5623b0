"""How long the server's threads had to wait for a core while others had it: the participants, or somebody's other work.

A thread's wait is told when it ends, so one of a second is seen as a second however often is looked. Left out: what a
hypervisor takes, which counts as running.
"""

from __future__ import annotations

import asyncio
import contextlib

from loadtests.processor import waits_ns
from loadtests.run.distribution import Distribution
from loadtests.run.hub import Hub
from loadtests.run.level import RESTART, SERVER

EVERY_S = 0.1


class Waits:
    """Of a server on this machine; of another nothing is known."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: dict[int, int] = {}
        self._pid = 0
        self._since = Distribution()
        self._starts = Distribution()

    async def sample(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(EVERY_S)

    def look(self) -> None:
        """The longest of any thread since the last look, counted for as long as it took: what came then, waited."""
        if self._hub.process is None:
            return
        with contextlib.suppress(OSError):  # it has ended, and another is about to be started
            pid = self._hub.process.pid
            known, self._known = self._known, waits_ns(pid)
            if self._pid not in (0, pid):
                self._starts.record(self._known[pid] / 1e9)
            self._pid = pid
            waited_s = max((ns - known.get(thread, ns) for thread, ns in self._known.items()), default=0) / 1e9
            for _ in range(max(1, round(waited_s / EVERY_S))):
                self._since.record(waited_s)

    def take(self) -> dict[str, Distribution]:
        """Those since it was asked last, by name; of a server that took the place of another, what its start waited."""
        taken = {SERVER: self._since, RESTART: self._starts}
        self._since, self._starts = Distribution(), Distribution()
        return {name: found for name, found in taken.items() if found.count}
