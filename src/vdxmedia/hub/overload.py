"""What the server gives up when it has too much to do, in this order, so that sound never suffers.

    level 1  upper layers     of pictures: others' to the lowest, the speaker's and a screen's to the middle one
    level 2  others' video    all but the speaker, the spotlight, sign interpreters and screens
    level 3  newcomers        refused with `server_busy`; who was in a call always comes back to it

Two things raise the level: how busy the relay's workers are (each sheds for the connections that it has; newcomers are
refused when even the least busy one is at level 3), and how late the event loop wakes (for all). One level at a time,
after the cause has lasted; back down when it has been away for longer. What is given back makes load again, so each
relapse doubles the time that is waited for, up to five minutes.

`Ladder` is pure; `Overload` feeds it and carries out what follows. Left out: sharing a participant's own bandwidth,
which the relay does for each connection, and a worker so busy that it takes no connection at all (`sfu.placement`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from vdxmedia.clock import Clock, beat_s
from vdxmedia.errors import Refused
from vdxmedia.observability import Metrics

logger = logging.getLogger(__name__)


class Level(IntEnum):
    NORMAL = 0
    UPPER_LAYERS = 1
    LOW_VIDEO = 2
    NEWCOMERS = 3


RELIEF: Final = 0.15
"""Of a core: so much less must a worker have to do before something is given back."""


@dataclass(frozen=True, slots=True)
class Scale:
    rises: Sequence[float]
    """Three: at or above it for `rise_s`, the next level."""
    falls: Sequence[float]
    """Below it for as long as the ladder holds: the level before."""
    rise_s: float

    @classmethod
    def of_relay(cls, shares: Sequence[float], rise_s: float) -> Scale:
        """Of a core, of one worker."""
        return cls(shares, [share - RELIEF for share in shares], rise_s)

    @classmethod
    def of_loop(cls, lates_s: Sequence[float], rise_s: float) -> Scale:
        """Seconds by which the event loop wakes late."""
        return cls(lates_s, [late_s / 3 for late_s in lates_s], rise_s)


RELAY: Final = Scale.of_relay((0.70, 0.78, 0.85), 2.0)
"""Guesses, but for the last, above which packets wait (docs/benchmarks.md)."""
LOOP: Final = Scale.of_loop((0.3, 0.6, 1.0), 5.0)
"""A guess: nobody notices 0.3 s in what he presses, everybody a second."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The configuration's `[overload]`; these are its defaults."""

    relay: Scale = RELAY
    loop: Scale = LOOP
    hold_s: float = 10.0
    retry_s: float = 30.0
    """What newcomers are told to wait: longer than a page tries by itself, so that the person is told at once."""


DEFAULTS: Final = Marks()
MAX_HOLD_S: Final = 300.0
RELAPSE_S: Final = 60.0
"""A rise so soon after a fall says that the fall was too early."""
INTERVAL_S: Final = 1.0


class Ladder:
    """One cause. Time and load are arguments."""

    def __init__(self, scale: Scale, first_hold_s: float) -> None:
        self.level = Level.NORMAL
        self.hold_s = self._first_hold_s = first_hold_s
        self._scale = scale
        self._above_since: float | None = None
        self._below_since: float | None = None
        self._fell_at = float("-inf")

    def read(self, load: float, now_s: float) -> Level:
        """To be told about once a second."""
        level = self.level
        is_above = level < Level.NEWCOMERS and load >= self._scale.rises[level]
        is_below = level > Level.NORMAL and load < self._scale.falls[level - 1]
        self._above_since = (self._above_since if self._above_since is not None else now_s) if is_above else None
        self._below_since = (self._below_since if self._below_since is not None else now_s) if is_below else None
        if self._above_since is not None and now_s - self._above_since >= self._scale.rise_s:
            if now_s - self._fell_at < RELAPSE_S:
                self.hold_s = min(2 * self.hold_s, MAX_HOLD_S)
                self._fell_at = float("-inf")  # one relapse of one fall
            self._step(Level(level + 1))
        elif self._below_since is not None and now_s - self._below_since >= self.hold_s:
            self._step(Level(level - 1))
            self._fell_at = now_s
        elif level is Level.NORMAL and now_s - self._fell_at > MAX_HOLD_S:
            self.hold_s = self._first_hold_s
        return self.level

    def _step(self, level: Level) -> None:
        self.level = level
        self._above_since = self._below_since = None


class Overload:
    """Event loop only. `shed` is told the level of pictures (0 to 2) for each worker of the relay when one changes, and
    gives what it has given up, by the names of the metric."""

    def __init__(
        self,
        clock: Clock,
        metrics: Metrics,
        *,
        workers: int,
        shed: Callable[[Sequence[Level]], Mapping[str, int]],
        marks: Marks = DEFAULTS,
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._shed = shed
        self._workers = [Ladder(marks.relay, marks.hold_s) for _ in range(workers)]
        self._loop = Ladder(marks.loop, marks.hold_s)
        self._retry_s = marks.retry_s
        self._pictures = [Level.NORMAL] * workers
        self.level = Level.NORMAL

    def read(self, loads: Sequence[float], lag_s: float) -> None:
        """Each worker's share of a core, and how late the loop is. Once a second."""
        now_s = self._clock.monotonic_s()
        loop = self._loop.read(lag_s, now_s)
        workers = [ladder.read(load, now_s) for ladder, load in zip(self._workers, loads, strict=True)]
        pictures = [min(max(level, loop), Level.LOW_VIDEO) for level in workers]
        if pictures != self._pictures:
            self._pictures = pictures
            for what, count in self._shed(pictures).items():
                self._metrics.overload_shed.labels(what).inc(count)
        level = max(loop, min(workers), *pictures)
        if level is not self.level:
            logger.log(
                logging.WARNING if level > self.level else logging.INFO,
                "overload_level level=%d before=%d busiest=%.2f lag_s=%.3f",
                level, self.level, max(loads), lag_s,
            )  # fmt: skip
            self.level = level
            self._metrics.overload_level.set(level)

    def refuse_newcomer(self) -> None:
        """Raises: Refused `server_busy`."""
        if self.level is Level.NEWCOMERS:
            self._metrics.overload_shed.labels("newcomers").inc()
            raise Refused(
                "the server is at its limit and takes nobody new", code="server_busy", retry_after_s=self._retry_s
            )

    async def watch(self, loads: Callable[[], Sequence[float]]) -> None:
        """Until cancelled."""
        while True:
            wait_s = beat_s(INTERVAL_S, asyncio.get_running_loop().time())
            before_s = time.monotonic()
            await asyncio.sleep(wait_s)
            self.read(loads(), max(0.0, time.monotonic() - before_s - wait_s))
