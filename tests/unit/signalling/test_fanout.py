"""Turns of writing: at once, then at a pace, everyone who is due together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import orjson
import pytest

from tests.patience import PATIENCE_S
from vdxmedia.clock import SystemClock
from vdxmedia.signalling import fanout
from vdxmedia.signalling.fanout import Bodies, FanOut, Line

PACE_S = 0.05


@pytest.fixture
def fan() -> Iterator[FanOut]:
    made = FanOut(SystemClock())
    yield made
    made.close()


class Reader:
    """Notes when it was written to, and with whose bodies."""

    def __init__(self, fan: FanOut) -> None:
        self.line = Line(self._flush, self._check)
        self.flushed_s: list[float] = []
        self.bodies: list[Bodies] = []
        self.checks = 0
        self.again_s: list[float] = []
        self._fan = fan

    def _flush(self, bodies: Bodies) -> None:
        self.flushed_s.append(asyncio.get_running_loop().time())
        self.bodies.append(bodies)

    def _check(self) -> float | None:
        self.checks += 1
        return self.again_s.pop() if self.again_s else None

    def mark(self) -> None:
        self._fan.mark(self.line)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.flushed_s) < count:
                await asyncio.sleep(0.001)


async def test_first_comes_at_once_and_the_next_waits_for_the_pace(fan: FanOut) -> None:
    reader = Reader(fan)
    reader.mark()
    assert reader.flushed_s == [], "not within the room's turn: more may come"
    reader.mark()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(reader.flushed_s) == 1, "with the loop's next turn"
    reader.mark()
    reader.mark()
    await reader.until(2)
    await asyncio.sleep(2 * PACE_S)
    first_s, second_s = reader.flushed_s
    assert second_s - first_s >= PACE_S


async def test_those_who_are_due_together_are_written_to_in_one_turn(fan: FanOut) -> None:
    readers = [Reader(fan) for _ in range(5)]
    for _ in range(2):
        for reader in readers:
            reader.mark()
        for reader in readers:
            await reader.until(len(readers[0].flushed_s) or 1)
    for reader in readers:
        await reader.until(2)
        assert [reader.bodies[0], reader.bodies[1]] == [readers[0].bodies[0], readers[0].bodies[1]]
    assert readers[0].bodies[0] is not readers[0].bodies[1]


async def test_reader_that_marks_itself_while_it_is_written_to_gets_another_turn(fan: FanOut) -> None:
    reader = Reader(fan)
    flush = reader.line.flush

    def again(bodies: Bodies) -> None:
        flush(bodies)
        if len(reader.flushed_s) == 1:
            reader.mark()

    reader.line.flush = again
    reader.mark()
    await reader.until(2)


async def test_watched_reader_is_looked_at_once_after_its_time(fan: FanOut, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(fan)
    reader.again_s = [0.01]
    before_s = asyncio.get_running_loop().time()
    fan.watch(reader.line, 0.01)
    fan.watch(reader.line, 0.01)
    async with asyncio.timeout(PATIENCE_S):
        while reader.checks < 2:
            await asyncio.sleep(0.01)
    assert asyncio.get_running_loop().time() - before_s >= 0.02
    await asyncio.sleep(2 * fanout.CHECK_GRID_S)
    assert reader.checks == 2, "it asked for one more look only"


async def test_closed_fan_calls_nobody(fan: FanOut) -> None:
    reader = Reader(fan)
    reader.mark()
    fan.watch(reader.line, 0.0)
    fan.close()
    await asyncio.sleep(fanout.CHECK_GRID_S)
    assert (reader.flushed_s, reader.checks) == ([], 0)


def test_equal_lists_are_put_together_once() -> None:
    bodies = Bodies(0.0)
    joined, left, own = b'{"type":"participantJoined"}', b'{"type":"participantLeft"}', b'{"type":"bindings"}'
    body = bodies.body([joined, left])
    assert bodies.body([joined, left]) is body
    assert orjson.loads(body) == ["events", [{"type": "participantJoined"}, {"type": "participantLeft"}]]
    assert orjson.loads(bodies.body([joined, left, own]))[1][2] == {"type": "bindings"}
    assert orjson.loads(bodies.body([left, joined]))[1][0] == {"type": "participantLeft"}
    assert orjson.loads(bodies.body([])) == ["events", []]


def test_lists_that_are_gone_lend_their_names_to_nobody() -> None:
    """Objects are told apart by where they are in memory, so what was made must be kept."""
    bodies = Bodies(0.0)
    for number in range(2_000):
        assert orjson.loads(bodies.body([b'{"n":%d}' % number])) == ["events", [{"n": number}]]
