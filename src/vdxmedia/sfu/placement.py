"""Which worker of the relay a new peer goes to. Pure: loads and the room's home in, a worker out.

A room on one worker shares nothing with others, so its peers go to its home until that is busy; then to the least
loaded, which mirrors what its peers look at. Peers never move. What is left out: measuring (the plane does it).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

HOME_FULL: Final = 0.60
"""A home above this share of a core takes no more peers: what it has may still grow (layers, speakers)."""
ALL_FULL: Final = 0.95
"""When every worker is above this, no new connection is made: packets would wait, for those in calls too. A guess; a
burst of joins gets here, for newcomers are refused before (`hub.overload`), after pictures were made smaller."""


def least_loaded(loads: Sequence[float]) -> int:
    """The first of those with the smallest load."""
    return min(range(len(loads)), key=lambda worker: loads[worker])


def place(loads: Sequence[float], home: int | None, *, is_known: bool = False, full: float = ALL_FULL) -> int | None:
    """The worker for a new peer of a room; None: all are too busy.

    `loads` is each worker's share of a core, 0 to 1; `home` is where the room's first peer went. `is_known`: he had a
    connection in this call before, so he is load already and may always build it anew. `full`: `ALL_FULL`, or what the
    configuration says instead.
    """
    if home is not None and loads[home] <= HOME_FULL:
        return home
    best = least_loaded(loads)
    return best if is_known or loads[best] <= full else None


class LoadMeter:
    """Shares of a core from CPU times, smoothed over some seconds so that one keyframe is no load."""

    def __init__(self, workers: int) -> None:
        self.loads = [0.0] * workers
        self._before: tuple[float, list[int]] | None = None

    def measure(self, cpu_ns: Sequence[int], now_s: float) -> None:
        """To be called about once a second with each worker's CPU time since its start."""
        if self._before is not None and len(cpu_ns) == len(self.loads):
            before_s, before_ns = self._before
            elapsed_s = now_s - before_s
            if elapsed_s <= 0:
                return
            for worker, (was, is_now) in enumerate(zip(before_ns, cpu_ns, strict=True)):
                share = min((is_now - was) / 1e9 / elapsed_s, 1.0)
                self.loads[worker] += (share - self.loads[worker]) * min(elapsed_s / SMOOTHING_S, 1.0)
        self._before = (now_s, list(cpu_ns))


SMOOTHING_S: Final = 3.0
"""Time constant of the loads: longer than a burst of joins, shorter than people notice."""
