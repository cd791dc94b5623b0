"""When clients are written to: at once, then at most every `PACE_S`; those who are due together with one wake-up.

A room tells everyone of the same thing at the same time. So the lists of one turn are looked at together: equal ones
are put together once, and a client who was written to a moment ago waits for what else comes. Left out: what is
written (`outbox.py`), and how (`engine.py`).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vdxmedia.clock import Clock

PACE_S = 0.05
"""Between two lists to one client: shorter than what people notice, and 20 lists a second are more than they can."""
PACE_GRID_S = 0.01
"""Who is due within this is written to together."""
CHECK_GRID_S = 0.25
"""The same for looking whether a client has acknowledged; small against the time it has for that."""


class Bodies:
    """Of the lists of one turn, each made once: `["events",[…]]`."""

    __slots__ = ("_last", "_made", "now_s")

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        """Of the clock, when the turn began."""
        self._made: dict[tuple[int, ...], tuple[Sequence[bytes], bytes]] = {}
        self._last: tuple[Sequence[bytes], bytes] = (), b""

    def body(self, batch: Sequence[bytes]) -> bytes:
        """`batch` are encoded events; a room's events are the same objects for all of its clients."""
        if batch == self._last[0]:
            return self._last[1]
        made = self._last = self._make(batch)
        return made[1]

    def _make(self, batch: Sequence[bytes]) -> tuple[Sequence[bytes], bytes]:
        key = tuple(map(id, batch))
        made = self._made.get(key)
        if made is None:
            # The batch is kept, so that no other object gets one of these ids meanwhile.
            made = self._made[key] = (batch, b'["events",[' + b",".join(batch) + b"]]")
        return made


@dataclass(slots=True, eq=False)
class Line:
    """One client's. `flush` writes what there is; `check` gives when to look again, None: not before the next call."""

    flush: Callable[[Bodies], None]
    check: Callable[[], float | None]
    not_before_s: float = 0.0
    is_marked: bool = False
    is_watched: bool = False


class _Turns:
    """Timers of the loop, shared by all that is due within `grid_s`."""

    def __init__(self, grid_s: float, run: Callable[[list[Line]], None]) -> None:
        self._grid_s = grid_s
        self._run = run
        self._due: dict[int, tuple[list[Line], asyncio.Handle]] = {}
        self._next: list[Line] = []
        """In the loop's next turn."""
        self._next_s = -math.inf
        """What was due then is among the next ones; none yet: nothing was."""
        self._coming: asyncio.Handle | None = None

    def add(self, line: Line, due_s: float) -> None:
        """`due_s`: of the loop's clock; what is past comes in the loop's next turn."""
        if due_s <= self._next_s:  # nearly all of a crowd, after the first
            self._next.append(line)
            return
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        if due_s <= now_s:
            self._next.append(line)
            self._next_s = now_s
            self._coming = self._coming or loop.call_soon(self._come_next)
            return
        turn = math.ceil(due_s / self._grid_s)
        if (waiting := self._due.get(turn)) is not None:
            waiting[0].append(line)
        else:
            self._due[turn] = [line], loop.call_at(turn * self._grid_s, self._come, turn)

    def _come(self, turn: int) -> None:
        self._run(self._due.pop(turn)[0])

    def _come_next(self) -> None:
        lines, self._next, self._next_s, self._coming = self._next, [], -math.inf, None
        self._run(lines)

    def close(self) -> None:
        for _, timer in self._due.values():
            timer.cancel()
        if self._coming is not None:
            self._coming.cancel()
        self._due.clear()
        self._next, self._next_s, self._coming = [], -math.inf, None


class FanOut:
    """One per server. Event loop only; what it calls must not raise."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._flushes = _Turns(PACE_GRID_S, self._flush)
        self._checks = _Turns(CHECK_GRID_S, self._check)

    def mark(self, line: Line) -> None:
        """The client has something to be sent."""
        if not line.is_marked:
            line.is_marked = True
            self._flushes.add(line, line.not_before_s)

    def watch(self, line: Line, within_s: float) -> None:
        """Looks at it after so long, if nothing is to be looked at before."""
        if not line.is_watched:
            line.is_watched = True
            self._checks.add(line, asyncio.get_running_loop().time() + within_s)

    def close(self) -> None:
        """Nobody is written to or looked at any more."""
        self._flushes.close()
        self._checks.close()

    def _flush(self, lines: list[Line]) -> None:
        bodies, again_s = Bodies(self._clock.monotonic_s()), asyncio.get_running_loop().time() + PACE_S
        for line in lines:
            line.is_marked = False
            line.not_before_s = again_s
            line.flush(bodies)

    def _check(self, lines: list[Line]) -> None:
        for line in lines:
            line.is_watched = False
            if (within_s := line.check()) is not None:
                self.watch(line, within_s)
