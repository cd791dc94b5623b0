"""Totals of the hub and of signalling since the start: hits of bounds, refusals, drops. Read when Prometheus asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


class Counters:
    """Names are snake_case without prefix or unit, as `joins_refused_room_full`. Event loop only."""

    def __init__(self) -> None:
        self._totals: Counter[str] = Counter()

    def add(self, name: str, count: int = 1) -> None:
        """`name` comes from a closed set of ours, never from a client."""
        self._totals[name] += count

    def totals(self) -> Mapping[str, int]:
        return dict(self._totals)
