"""The drain by itself: what is refused when, and what happens at the deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from vdxmedia.clock import SystemClock
from vdxmedia.errors import Refused
from vdxmedia.hub.drain import MAX_DEADLINE_S, Drain, DrainReason
from vdxmedia.hub.tasks import TaskScope

SOON_S = 0.02


class Calls:
    """What the registry does, written down."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def cut_off(self) -> None:
        self.done.append("cut off")
        await self.may_end.wait()
        self.done.append("ended")

    def take_up(self) -> None:
        self.done.append("taken up")


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Drain, Calls, list[bool]]]:
    told: list[bool] = []
    drain, calls = Drain(SystemClock(), changed=told.append), Calls()
    async with TaskScope("test") as scope:
        scope.start(drain.run(calls), "drain")
        yield drain, calls, told


async def until(calls: Calls, *done: str) -> None:
    async with asyncio.timeout(5.0):
        while calls.done != list(done):
            await asyncio.sleep(0.001)


def refuses(drain: Drain) -> tuple[bool, bool]:
    """Newcomers, and those who come back."""
    said = [_refusal(ask) for ask in (drain.refuse_new, drain.refuse_all)]
    assert all(one in (None, ("server_stopping", 5.0)) for one in said)
    return said[0] is not None, said[1] is not None


def _refusal(ask: Callable[[], None]) -> tuple[str, float | None] | None:
    try:
        ask()
    except Refused as error:
        return error.code, error.retry_after_s
    return None


async def test_a_drain_refuses_newcomers_until_it_is_undone() -> None:
    async with running() as (drain, calls, told):
        assert refuses(drain) == (False, False)
        assert drain.begin(60.0).reason is DrainReason.OPERATOR
        assert refuses(drain) == (True, False)
        await drain.undo(calls)
        assert refuses(drain) == (False, False)
        assert drain.state is None
        assert told == [True, False]
        await asyncio.sleep(0)
        assert calls.done == [], "the deadline that was undone is none"


async def test_calls_are_cut_off_at_the_deadline_and_taken_up_by_the_undo() -> None:
    async with running() as (drain, calls, _):
        drain.begin(SOON_S)
        await until(calls, "cut off", "ended")
        assert refuses(drain) == (True, True)
        await drain.undo(calls)
        assert calls.done == ["cut off", "ended", "taken up"]
        assert refuses(drain) == (False, False)
        drain.begin(0.0)
        await until(calls, "cut off", "ended", "taken up", "cut off", "ended")


async def test_a_second_begin_moves_the_deadline_both_ways() -> None:
    async with running() as (drain, calls, _):
        first = drain.begin(SOON_S)
        later = drain.begin(MAX_DEADLINE_S)
        assert later.since == first.since
        assert later.deadline > first.deadline + 3600
        await asyncio.sleep(2 * SOON_S)
        assert calls.done == []
        drain.begin(0.0)
        await until(calls, "cut off", "ended")


async def test_undo_while_calls_are_being_cut_off_waits_for_their_end() -> None:
    async with running() as (drain, calls, _):
        calls.may_end.clear()
        drain.begin(0.0)
        await until(calls, "cut off")
        async with asyncio.TaskGroup() as tasks:
            undoing = tasks.create_task(drain.undo(calls))
            await asyncio.sleep(0)
            assert not undoing.done()
            assert refuses(drain) == (True, True)
            calls.may_end.set()
        assert calls.done == ["cut off", "ended", "taken up"]


async def test_a_process_that_ends_is_neither_drained_by_an_operator_nor_brought_back() -> None:
    async with running() as (drain, calls, told):
        drain.begin(60.0)
        assert drain.finish(0.0).reason is DrainReason.SIGNAL
        assert refuses(drain) == (True, True)
        for attempt in (drain.undo(calls), drain.undo(calls)):
            with pytest.raises(Refused):
                await attempt
        with pytest.raises(Refused):
            drain.begin(60.0)
        assert drain.state is not None
        assert drain.state.reason is DrainReason.SIGNAL
        await asyncio.sleep(SOON_S)
        assert calls.done == [], "who ends the process ends the calls"
        assert False not in told


async def test_undo_of_nothing_is_fine() -> None:
    async with running() as (drain, calls, told):
        await drain.undo(calls)
        assert (calls.done, told) == ([], [])
