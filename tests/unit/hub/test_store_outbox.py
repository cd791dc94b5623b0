"""What waits to be written, with a store that fails when told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.fakes.hub_clients import until
from tests.fakes.store import FakeStore
from vdxmedia.clock import ManualClock
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadInput, Refused
from vdxmedia.hub import store_outbox
from vdxmedia.hub.conference_keeper import STATE_INTERVAL_S, ConferenceKeeper
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import DeleteConference, DeleteRoom, SaveConference, SaveRoom, StoreChange, StoredRoom
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import RoomId
from vdxmedia.observability import Metrics

ROOM = RoomId("room")


def saved(subject: str, room: str = "room") -> SaveRoom:
    return SaveRoom(StoredRoom(RoomId(room), RoomSettings(subject=subject), 1.0, 2.0))


class Stage:
    def __init__(self) -> None:
        self.store = FakeStore()
        self.clock = ManualClock()
        self.counters = Counters()
        self.metrics = Metrics()
        self.outbox = StoreOutbox(self.store, self.clock, counters=self.counters, metrics=self.metrics)
        self.keeper = ConferenceKeeper(self.outbox, self.clock, self.counters)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with TaskScope("test") as scope:
            scope.start(self.outbox.run(), "outbox")
            yield


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(store_outbox, "RETRY_S", 0.01)
    return Stage()


async def test_what_is_put_together_is_one_transaction_with_the_latest_of_each(stage: Stage) -> None:
    stage.outbox.put("a", lambda: saved("old", "a"))
    stage.outbox.put("b", lambda: saved("b", "b"))
    stage.outbox.put("a", lambda: saved("new", "a"))
    async with stage.running():
        await until(lambda: stage.store.transactions)
    assert stage.store.transactions == [[saved("new", "a"), saved("b", "b")]]


async def test_what_may_go_early_goes_with_others_and_makes_no_transaction_of_its_own(stage: Stage) -> None:
    now_s = stage.clock.monotonic_s()
    stage.outbox.put("later", lambda: saved("later", "later"), due_s=now_s + 3.0, early_s=1.0)
    stage.outbox.put("soon", lambda: saved("soon", "soon"), due_s=now_s + 1.0, early_s=1.0)
    async with stage.running():
        await asyncio.sleep(0)
        assert not stage.store.begun, "being allowed to go early wakes nobody"
        stage.outbox.put("now", lambda: saved("now", "now"))
        await until(lambda: stage.store.transactions)
    assert stage.store.transactions == [[saved("soon", "soon"), saved("now", "now")]]
    assert len(stage.outbox) == 1


async def test_writing_waits_until_it_is_written(stage: Stage) -> None:
    stage.store.hold = asyncio.Event()
    async with stage.running(), asyncio.TaskGroup() as group:
        writing = group.create_task(stage.outbox.write("a", lambda: saved("a")))
        await until(lambda: stage.store.begun)
        assert not writing.done()
        stage.store.hold.set()
    assert stage.store.transactions == [[saved("a")]]


async def test_more_than_a_batch_is_written_in_several(stage: Stage) -> None:
    for at in range(store_outbox.BATCH + 1):
        stage.outbox.put(at, lambda at=at: saved(str(at)))  # type: ignore[misc]
    assert await stage.outbox.flush(5)
    assert [len(changes) for changes in stage.store.transactions] == [store_outbox.BATCH, 1]


async def test_store_that_fails_is_tried_again_and_gets_the_latest_once(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    stage.store.failure = Refused("SQLITE_FULL", code="store_unavailable")
    stage.outbox.put("a", lambda: saved("old"))
    async with stage.running():
        await until(lambda: stage.store.attempts >= 3)
        assert stage.outbox.is_failing
        stage.outbox.put("a", lambda: saved("new"))
        stage.store.failure = None
        await until(lambda: stage.store.transactions)
        await until(lambda: not stage.outbox.is_failing)
    assert stage.store.transactions == [[saved("new")]]
    (error,) = expected_errors
    assert error.getMessage() == "store_failing reason=SQLITE_FULL waiting=1", "said once a minute, not at each try"


async def test_store_that_still_fails_is_complained_of_once_a_minute(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    stage.store.failure = Refused("SQLITE_BUSY", code="store_unavailable")
    stage.outbox.put("a", lambda: saved("a"))
    async with stage.running():
        await until(lambda: stage.store.attempts >= 2)
        stage.clock.advance(store_outbox.COMPLAIN_EVERY_S)
        seen = stage.store.attempts
        await until(lambda: stage.store.attempts >= seen + 3)
    assert len(expected_errors) == 2
    text = "".join(sample.name for family in stage.metrics.registry.collect() for sample in family.samples)
    assert "vdx_store_failures_total" in text


@pytest.mark.usefixtures("expected_errors")
async def test_who_waits_for_a_failing_store_is_refused_and_the_change_stays(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_outbox, "ANSWER_S", 0.05)
    stage.store.failure = Refused("SQLITE_BUSY", code="store_unavailable")
    async with stage.running():
        for _ in range(2):  # first in time, then at once
            with pytest.raises(Refused) as refused:
                await stage.outbox.write("a", lambda: saved("a"))
            assert refused.value.code == "store_unavailable"
            assert refused.value.retry_after_s
        stage.store.failure = None
        await until(lambda: stage.store.transactions)
    assert stage.store.transactions == [[saved("a")]]


async def test_value_that_is_never_taken_keeps_no_other_back(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    stage.store.rejected = [saved("bad")]
    stage.outbox.put("a", lambda: saved("a", "a"))
    stage.outbox.put("c", lambda: saved("c", "c"))
    async with stage.running():
        with pytest.raises(BadInput):
            await stage.outbox.write("b", lambda: saved("bad"))
        await until(lambda: len(stage.store.transactions) == 2)
    assert stage.store.transactions == [[saved("a", "a")], [saved("c", "c")]]
    assert [error.getMessage() for error in expected_errors] == ["store_rejected change=SaveRoom reason=22021"]
    assert stage.counters.totals()["store_rejected"] == 1


async def test_writer_ended_in_the_middle_of_a_transaction_leaves_it_for_the_last_flush(stage: Stage) -> None:
    stage.store.hold = asyncio.Event()
    stage.outbox.put("a", lambda: saved("a"))
    async with stage.running():
        await until(lambda: stage.store.begun)
    stage.store.hold = None
    assert await stage.outbox.flush(5)
    assert stage.store.transactions == [[saved("a")]]


async def test_flush_waits_for_what_is_being_written(stage: Stage) -> None:
    stage.store.hold = asyncio.Event()
    stage.outbox.put("a", lambda: saved("a"))
    async with stage.running(), asyncio.TaskGroup() as group:
        await until(lambda: stage.store.begun)
        flushing = group.create_task(stage.outbox.flush(5))
        await asyncio.sleep(0.01)
        assert not flushing.done()
        stage.store.hold.set()
    assert flushing.result()


@pytest.mark.usefixtures("expected_errors")
async def test_flush_tries_again_while_there_is_time(stage: Stage) -> None:
    stage.store.failure = Refused("SQLITE_BUSY", code="store_unavailable")
    stage.outbox.put("a", lambda: saved("a"))
    async with asyncio.TaskGroup() as group:
        flushing = group.create_task(stage.outbox.flush(5))
        await until(lambda: stage.outbox.is_failing)
        stage.store.failure = None
    assert flushing.result()
    assert stage.store.transactions == [[saved("a")]]


@pytest.mark.usefixtures("expected_errors")
async def test_flush_of_a_failing_store_gives_up(stage: Stage) -> None:
    stage.store.failure = Refused("SQLITE_BUSY", code="store_unavailable")
    stage.outbox.put("a", lambda: saved("a"))
    assert not await stage.outbox.flush(0.05)
    stage.store.failure, stage.store.hold = None, asyncio.Event()
    assert not await stage.outbox.flush(0.05)
    assert len(stage.outbox) == 1


# ── conferences ───────────────────────────────────────────────────────────────────────────────────────────────────


class FakeConference:
    """Counts how often it is asked for its state, and can be broken."""

    def __init__(self) -> None:
        self.state = b"first"
        self.asked = 0

    def capture(self) -> bytes:
        self.asked += 1
        if self.state == b"broken":
            raise ZeroDivisionError
        return self.state


def states(stage: Stage) -> list[StoreChange | bytes]:
    changes = [change for transaction in stage.store.transactions for change in transaction]
    return [change.conference.state if isinstance(change, SaveConference) else change for change in changes]


async def test_state_is_asked_for_after_a_change_and_once_per_interval(stage: Stage) -> None:
    conference = FakeConference()
    async with stage.running():
        stage.keeper.began(ROOM, conference.capture)
        await asyncio.sleep(0.01)
        assert conference.asked == 0
        stage.keeper.mark_changed(ROOM)
        await until(lambda: stage.store.transactions)
        for _ in range(100):
            stage.keeper.mark_changed(ROOM)
        conference.state = b"latest"
        stage.clock.advance(STATE_INTERVAL_S - 0.01)
        stage.outbox.put("wake", lambda: None)
        await asyncio.sleep(0.01)
        assert conference.asked == 1
        stage.clock.advance(0.02)
        stage.outbox.put("wake", lambda: None)
        await until(lambda: len(stage.store.transactions) == 2)
    assert conference.asked == 2
    assert states(stage) == [b"first", b"latest"]


async def test_conference_that_ends_is_deleted_and_not_written_any_more(stage: Stage) -> None:
    conference = FakeConference()
    stage.keeper.began(ROOM, conference.capture)
    stage.keeper.mark_changed(ROOM)
    stage.keeper.ended(ROOM)
    stage.keeper.mark_changed(ROOM)
    stage.keeper.ended(ROOM)
    assert await stage.outbox.flush(5)
    assert states(stage) == [DeleteConference(ROOM)]
    assert conference.asked == 0


async def test_next_conference_of_the_room_replaces_the_deletion_of_the_last(stage: Stage) -> None:
    stage.keeper.began(ROOM, FakeConference().capture)
    stage.keeper.ended(ROOM)
    stage.keeper.began(ROOM, FakeConference().capture)
    stage.keeper.mark_changed(ROOM)
    assert await stage.outbox.flush(5)
    assert states(stage) == [b"first"]


async def test_frozen_states_are_those_of_the_moment_and_no_end_deletes_them(stage: Stage) -> None:
    conference = FakeConference()
    stage.keeper.began(ROOM, conference.capture)
    conference.state = b"as it was"
    stage.keeper.freeze()
    conference.state = b"emptied by the stop"
    stage.keeper.mark_changed(ROOM)
    stage.keeper.ended(ROOM)
    stage.keeper.freeze()
    assert await stage.outbox.flush(5)
    assert states(stage) == [b"as it was"]


async def test_fault_of_one_rooms_state_is_logged_and_the_others_are_written(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    broken = FakeConference()
    broken.state = b"broken"
    stage.keeper.began(RoomId("bad"), broken.capture)
    stage.keeper.began(ROOM, FakeConference().capture)
    stage.keeper.mark_changed(RoomId("bad"))
    stage.keeper.mark_changed(ROOM)
    assert await stage.outbox.flush(5)
    assert states(stage) == [b"first"]
    assert [error.getMessage() for error in expected_errors] == ["conference_state_fault room=bad"]
    assert stage.counters.totals()["conference_state_faults"] == 1


@pytest.mark.usefixtures("expected_errors")
async def test_state_is_made_anew_for_each_attempt(stage: Stage) -> None:
    conference = FakeConference()
    stage.store.failure = Refused("SQLITE_BUSY", code="store_unavailable")
    async with stage.running():
        stage.keeper.began(ROOM, conference.capture)
        stage.keeper.mark_changed(ROOM)
        await until(lambda: stage.store.attempts >= 2)
        conference.state = b"now"
        stage.store.failure = None
        await until(lambda: stage.store.transactions)
    assert states(stage) == [b"now"]


async def test_deletion_of_a_room_that_waits_to_be_saved_wins(stage: Stage) -> None:
    stage.outbox.put(("room", ROOM), lambda: saved("a"))
    stage.outbox.put(("room", ROOM), lambda: DeleteRoom(ROOM))
    assert await stage.outbox.flush(5)
    assert states(stage) == [DeleteRoom(ROOM)]
