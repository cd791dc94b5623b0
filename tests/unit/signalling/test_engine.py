"""What the engine writes and when it pings, without sockets."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from tests.patience import PATIENCE_S
from vdxmedia.signalling.engine import EngineSocket, PingWheel, text_frame


class Pinged:
    """Stands for a socket; the wheel only pings it."""

    def __init__(self) -> None:
        self.at_s: list[float] = []

    def ping(self) -> None:
        self.at_s.append(asyncio.get_running_loop().time())


def socket() -> EngineSocket:
    return cast(EngineSocket, Pinged())


def pings(one: EngineSocket) -> list[float]:
    return cast(Any, one).at_s  # type: ignore[no-any-return]


async def until_pinged(one: EngineSocket, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(pings(one)) < count:
            await asyncio.sleep(0.001)


async def test_sockets_are_pinged_together_and_no_more_than_may_be_at_once() -> None:
    wheel = PingWheel(0.05, together=3)
    sockets = [socket() for _ in range(4)]
    for one in sockets[:3]:
        wheel.add(one)
    await asyncio.sleep(0.02)
    wheel.add(sockets[3])
    await until_pinged(sockets[3], 2)
    assert [len(group.sockets) for group in wheel._groups] == [3, 1]
    first, second, third, other = (pings(one) for one in sockets)
    assert len(first) == len(second) == len(third)
    assert first[-1] < other[-1], "a moment of its own"
    assert other[1] - other[0] > 0.04
    for one in sockets:
        wheel.remove(one)


async def test_place_that_comes_free_is_taken_and_an_empty_wheel_has_no_timer() -> None:
    wheel = PingWheel(0.02, together=2)
    first, second, third = socket(), socket(), socket()
    for one in (first, second):
        wheel.add(one)
    wheel.remove(first)
    wheel.remove(first)
    wheel.add(third)
    await until_pinged(third, 1)
    assert len(wheel._groups) == 1
    wheel.remove(second)
    wheel.remove(third)
    assert not wheel._groups
    before = len(pings(third))
    await asyncio.sleep(0.05)
    assert (len(pings(first)), len(pings(third))) == (0, before)


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
