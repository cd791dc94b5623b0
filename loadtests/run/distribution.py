"""How long something took, many times: in buckets that grow with the value, so that several processes' can be added.

16 buckets to a doubling, as the native generator's (`src/loadgen/src/histogram.rs`): a quantile is right to 6 %.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

STEPS = 16


class Distribution(msgspec.Struct):
    """Microseconds. Not task-safe."""

    counts: dict[int, int] = {}
    """By the largest value of the bucket."""
    total_us: int = 0
    max_us: int = 0

    def record(self, seconds: float) -> None:
        value_us = max(0, round(seconds * 1e6))
        upper_us = upper_bound_us(value_us)
        self.counts[upper_us] = self.counts.get(upper_us, 0) + 1
        self.total_us += value_us
        self.max_us = max(self.max_us, value_us)

    def add(self, other: Distribution) -> None:
        for upper_us, count in other.counts.items():
            self.counts[upper_us] = self.counts.get(upper_us, 0) + count
        self.total_us += other.total_us
        self.max_us = max(self.max_us, other.max_us)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def mean_s(self) -> float:
        return self.total_us / self.count / 1e6 if self.counts else 0.0

    @property
    def max_s(self) -> float:
        return self.max_us / 1e6

    def quantile_s(self, share: float) -> float:
        """The value below which this share lies; 0 without any."""
        wanted, seen = max(1, -int(-share * self.count // 1)), 0
        for upper_us in sorted(self.counts):
            seen += self.counts[upper_us]
            if seen >= wanted:
                return min(upper_us, self.max_us) / 1e6
        return 0.0


def upper_bound_us(value_us: int) -> int:
    """The largest value of the bucket that this one is in."""
    if value_us < STEPS:
        return value_us
    doublings = value_us.bit_length() - 5
    return (((value_us >> doublings) + 1) << doublings) - 1


def of_buckets(buckets: Iterable[tuple[int, int]], mean_us: int, max_us: int) -> Distribution:
    """From what a generator said."""
    counts = dict(buckets)
    return Distribution(counts, mean_us * sum(counts.values()), max_us)
