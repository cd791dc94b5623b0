"""Time as an argument: the pure core never reads a clock, the shell reads it here.

`monotonic_s` for durations and deadlines, `unix_s` for what people and tokens see.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def monotonic_s(self) -> float: ...

    def unix_s(self) -> float: ...


class SystemClock:
    """The machine's clocks."""

    def monotonic_s(self) -> float:
        return time.monotonic()

    def unix_s(self) -> float:
        return time.time()


class ManualClock:
    """A clock that moves only when told: for simulations."""

    def __init__(self, unix_s: float = 1_800_000_000.0) -> None:
        self._now_s = 0.0
        self._unix_epoch_s = unix_s

    def monotonic_s(self) -> float:
        return self._now_s

    def unix_s(self) -> float:
        return self._unix_epoch_s + self._now_s

    def advance(self, seconds: float) -> None:
        assert seconds >= 0
        self._now_s += seconds


def beat_s(interval_s: float, now_s: float) -> float:
    """How long to wait for the next whole multiple of `interval_s`: what is done once a second in several places is
    done in the same moment, and an idle process is woken once. Half an interval to one and a half."""
    wait_s = interval_s - now_s % interval_s
    return wait_s if wait_s >= interval_s / 2 else wait_s + interval_s


def next_beat_s(interval_s: float, now_s: float) -> float:
    """The next whole multiple of `interval_s`: what is asked for within an interval is due together, at its end."""
    return (now_s // interval_s + 1) * interval_s
