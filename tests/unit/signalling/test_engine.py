"""What the engine writes and when it pings, without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest

from vdxmedia.signalling.engine import EngineSocket, PingWheel, text_frame


class Loop:
    """Stands for the event loop: its time moves when told, and what is due then is called in order."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._timers: list[Timer] = []

    def time(self) -> float:
        return self._now_s

    def call_at(self, due_s: float, call: Callable[[], None]) -> Timer:
        self._timers.append(timer := Timer(self._timers, due_s, call))
        return timer

    def advance(self, seconds: float) -> None:
        ends_s = self._now_s + seconds
        while (timer := min(self._timers, key=lambda one: one.due_s, default=None)) and timer.due_s <= ends_s:
            timer.cancel()
            self._now_s = max(self._now_s, timer.due_s)
            timer.call()
        self._now_s = ends_s


@dataclass(eq=False)
class Timer:
    timers: list[Timer]
    due_s: float
    call: Callable[[], None]

    def cancel(self) -> None:
        if self in self.timers:
            self.timers.remove(self)


class Pinged:
    """Stands for a socket; the wheel only pings it."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self.at_s: list[float] = []

    def ping(self) -> None:
        self.at_s.append(self._loop.time())


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    made = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: made)
    return made


def sockets(loop: Loop, count: int) -> list[EngineSocket]:
    return [cast(EngineSocket, Pinged(loop)) for _ in range(count)]


def pings(one: EngineSocket) -> list[float]:
    return cast(Any, one).at_s  # type: ignore[no-any-return]


def test_sockets_are_pinged_together_and_no_more_than_may_be_at_once(loop: Loop) -> None:
    wheel = PingWheel(10.0, together=3)
    *crowd, other = sockets(loop, 4)
    for one in crowd:
        wheel.add(one)
    loop.advance(4.0)
    wheel.add(other)
    loop.advance(30.0)
    assert [pings(one) for one in crowd] == [[10.0, 20.0, 30.0]] * 3
    assert pings(other) == [14.0, 24.0, 34.0], "a moment of its own"


def test_place_that_comes_free_is_taken_and_an_empty_wheel_has_no_timer(loop: Loop) -> None:
    wheel = PingWheel(10.0, together=2)
    first, second, third = sockets(loop, 3)
    for one in (first, second):
        wheel.add(one)
    wheel.remove(first)
    wheel.remove(first)
    loop.advance(4.0)
    wheel.add(third)
    loop.advance(6.0)
    assert (pings(first), pings(second), pings(third)) == ([], [10.0], [10.0])
    wheel.remove(second)
    wheel.remove(third)
    assert not loop._timers
    loop.advance(50.0)
    assert (pings(second), pings(third)) == ([10.0], [10.0])


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_frame_has_the_shortest_length_that_fits_and_no_mask(size: int, header: bytes) -> None:
    """RFC 6455 §5.2."""
    text = b"x" * size
    assert text_frame(text[:1], text[1:]) == header + text
