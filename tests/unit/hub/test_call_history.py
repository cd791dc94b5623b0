"""The history of calls as the hub notes it: over real rooms, with a store in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.fakes.hub_clients import FakeClient, request, until
from tests.fakes.media_plane import FakeMediaPlane
from tests.fakes.store import FakeStore
from vdxmedia.clock import ManualClock
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.hub.call_history import MAX_WAITING, CallBook
from vdxmedia.hub.client import Seated
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import Call, CallStay
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.store_keeping import StoreKeeping
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.observability import Metrics

START = 1_800_000_000.0


class Stage:
    """A store and a clock that outlast the servers."""

    def __init__(self) -> None:
        self.store, self.clock, self.keeping = FakeStore(), ManualClock(START), None

    @asynccontextmanager
    async def server(self) -> AsyncIterator[tuple[Registry, StoreKeeping]]:
        counters, metrics = Counters(), Metrics()
        limits = HubLimits(rooms=10, idle_room_kept_s=10_000, seat_kept_s=60)
        async with (
            StoreKeeping(self.store, self.clock, counters=counters, metrics=metrics) as keeping,
            Registry(
                FakeMediaPlane(), self.clock, limits=limits, metrics=metrics, counters=counters, keeping=keeping
            ) as registry,
        ):
            yield registry, keeping

    @property
    def call(self) -> Call:
        (call,) = self.store.kept_calls.values()
        return call

    @property
    def stays(self) -> list[CallStay]:
        return sorted(self.store.kept_stays.values(), key=lambda stay: stay.starts_at)


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def come(registry: Registry, room: RoomId, name: str, **grant: object) -> tuple[FakeClient, Seated]:
    client = FakeClient()
    _, seated = await registry.join(room, request(name, **grant), client)  # type: ignore[arg-type]
    assert isinstance(seated, Seated)
    return client, seated


async def test_call_has_a_record_and_each_stay_has_one(stage: Stage) -> None:
    async with stage.server() as (registry, keeping):
        room = await registry.open(RoomSettings(subject="about my illness"))
        anna, seat = await come(registry, room, "Anna")
        stage.clock.advance(30)
        bo, other = await come(registry, room, "Bo")
        stage.clock.advance(30)
        task = registry._book.entry(room).task
        assert task is not None
        await task.leave(seat.participant, anna)
        stage.clock.advance(60)
        await task.leave(other.participant, bo)
        await until(lambda: registry._book.entry(room).task is None)
        await keeping.outbox.flush(1)
    assert (stage.call.starts_at, stage.call.seen_at, stage.call.is_over) == (START, START + 120, True)
    assert [(stay.starts_at - START, (stay.ends_at or 0) - START) for stay in stage.stays] == [(0, 60), (30, 120)]
    assert {stay.name for stay in stage.stays} == {None}, "no attendance is kept"
    assert "illness" not in str(stage.store.kept_calls)


async def test_name_is_kept_where_attendance_is(stage: Stage) -> None:
    async with stage.server() as (registry, keeping):
        room = await registry.open(RoomSettings(attendance=True))
        await come(registry, room, "Anna")
        await keeping.outbox.flush(1)
    assert [stay.name for stay in stage.stays] == ["Anna"]


async def test_call_that_goes_on_after_a_restart_is_the_same(stage: Stage) -> None:
    async with stage.server() as (registry, _):
        room = await registry.open(RoomSettings())
        await come(registry, room, "Anna")
        stage.clock.advance(100)
    assert (stage.call.is_over, stage.call.seen_at) == (False, START + 100)
    before = stage.call.id
    async with stage.server() as (registry, keeping):
        stage.clock.advance(20)
        await come(registry, room, "Bo")
        await registry.close(room)
        await keeping.outbox.flush(1)
    assert (stage.call.id, stage.call.seen_at, stage.call.is_over) == (before, START + 120, True)
    assert [(stay.ends_at or 0) - START for stay in stage.stays] == [120, 120]


async def test_call_that_cannot_go_on_ended_when_it_was_last_seen(stage: Stage) -> None:
    async with stage.server() as (registry, _):
        room = await registry.open(RoomSettings())
        await come(registry, room, "Anna")
        stage.clock.advance(100)
    stage.store.kept_conferences.clear()
    stage.clock.advance(500)
    async with stage.server() as (_, keeping):
        await keeping.outbox.flush(1)
    assert (stage.call.seen_at, stage.call.is_over) == (START + 100, True)
    assert [stay.ends_at for stay in stage.stays] == [START + 100]


async def test_crash_loses_no_more_than_since_the_last_touch(stage: Stage) -> None:
    async with stage.server() as (registry, keeping):
        room = await registry.open(RoomSettings())
        await come(registry, room, "Anna")
        stage.clock.advance(60)
        keeping.calls.touch()
        await keeping.outbox.flush(1)
        crashed = dict(stage.store.kept_calls)
    assert [call.seen_at for call in crashed.values()] == [START + 60]


async def test_clock_that_goes_back_makes_no_negative_length(stage: Stage) -> None:
    class Back(ManualClock):
        back_s = 0.0

        def unix_s(self) -> float:
            return super().unix_s() - self.back_s

    clock, store = Back(START), FakeStore()
    outbox = StoreOutbox(store, clock, counters=Counters(), metrics=Metrics())
    book = CallBook(outbox, clock, Counters())
    book.came(RoomId("room"), ParticipantId("anna"), "host", None)
    clock.back_s = 7200
    book.touch()
    book.ended(RoomId("room"))
    await outbox.flush(1)
    (call,), (stay,) = store.kept_calls.values(), store.kept_stays.values()
    assert (call.starts_at, call.seen_at, stay.ends_at) == (START, START, START)


async def test_records_are_dropped_and_counted_when_too_much_waits() -> None:
    clock, counters = ManualClock(START), Counters()
    outbox = StoreOutbox(FakeStore(), clock, counters=counters, metrics=Metrics())
    book = CallBook(outbox, clock, counters)
    for at in range(MAX_WAITING + 10):
        book.came(RoomId("room"), ParticipantId(f"p{at}"), "guest", None)
    assert len(outbox) == MAX_WAITING
    assert counters.totals()["call_history_dropped"] == 11
