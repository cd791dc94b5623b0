"""Rooms that outlast their registry, with a store in memory."""

from __future__ import annotations

import logging

import pytest

from tests.fakes.hub_clients import FakeClient, request, until
from tests.fakes.stored_registry import Stage
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.ports import DeleteRoom
from vdxmedia.hub.store_keeping import DAY_S, RETENTION_BATCH, Retention
from vdxmedia.ids import ParticipantId, RoomId


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_room_is_in_the_next_server_with_its_latest_settings(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings(subject="before"))
        assert stage.store.kept_rooms[room].settings.subject == "before", "written when it is answered"
        await registry.change_settings(room, RoomSettings(subject="after"))
        assert stage.store.kept_rooms[room].settings.subject == "after"
    async with stage.server() as registry:
        assert registry.settings_of(room) == RoomSettings(subject="after")
        assert registry.room_count() == 1
        await registry.join(room, request(), FakeClient())


async def test_room_that_was_made_without_waiting_is_written_by_the_end(stage: Stage) -> None:
    async with stage.server() as registry:
        room = registry.create(RoomSettings())
    assert room in stage.store.kept_rooms


async def test_closed_room_is_gone_from_the_store_too(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        await registry.join(room, request(), FakeClient())
        await registry.close(room)
        assert stage.store.kept_rooms == {}
    async with stage.server() as registry:
        with pytest.raises(NotFound):
            registry.settings_of(room)


@pytest.mark.usefixtures("expected_errors")
async def test_room_that_cannot_be_written_is_refused_and_leaves_nothing(stage: Stage) -> None:
    async with stage.server() as registry:
        other = await registry.open(RoomSettings())
        stage.store.failure = Refused("SQLITE_FULL", code="store_unavailable")
        with pytest.raises(Refused) as refused:
            await registry.open(RoomSettings())
        assert refused.value.code == "store_unavailable"
        assert registry.room_count() == 1
        await registry.join(other, request(), FakeClient())  # calls go on
        assert stage.keeping.is_failing
        stage.store.failure = None
        await until(lambda: not stage.keeping.is_failing)
        await registry.open(RoomSettings())
    assert len(stage.store.kept_rooms) == 2
    assert any(isinstance(change, DeleteRoom) for changes in stage.store.transactions for change in changes)


async def test_use_of_a_room_is_remembered_for_who_is_forgotten_first(stage: Stage) -> None:
    async with stage.server() as registry:
        old, used = await registry.open(RoomSettings()), await registry.open(RoomSettings())
        stage.clock.advance(60)
        await registry.join(used, request(), FakeClient())
    stage.clock.advance(60)
    async with stage.server(rooms=2) as registry:
        await registry.open(RoomSettings())  # the old one's links have expired
        assert registry.settings_of(used)
        with pytest.raises(NotFound):
            registry.settings_of(old)


async def test_more_rooms_than_the_server_takes_are_left_in_the_store(stage: Stage) -> None:
    async with stage.server() as registry:
        for _ in range(3):
            await registry.open(RoomSettings())
            stage.clock.advance(1)
    async with stage.server(rooms=2) as registry:
        assert registry.room_count() == 2
    assert len(stage.store.kept_rooms) == 3


async def test_rooms_and_attendance_go_when_their_term_is_over(stage: Stage) -> None:
    retention = Retention(attendance_kept_s=30 * DAY_S, closed_room_kept_s=10 * DAY_S)
    async with stage.server(retention=retention) as registry:
        closes_at = stage.clock.unix_s() + 10
        closed = await registry.open(RoomSettings(closes_at=closes_at))
        open_room = await registry.open(RoomSettings())
        stage.keeping.attendance.joined(closed, ParticipantId("anna"), name="Anna", role="guest", organisation="")
        stage.keeping.attendance.left(closed, ParticipantId("anna"))
        stage.clock.advance(11 * DAY_S)
        await stage.keeping.delete_expired()
        assert registry.room_count() == 1
        assert len(await registry.attendance(closed)) == 1, "attendance has a term of its own"
        stage.clock.advance(20 * DAY_S)
        await stage.keeping.delete_expired()
        with pytest.raises(NotFound):
            await registry.attendance(closed)
        assert registry.settings_of(open_room)
    assert set(stage.store.kept_rooms) == {open_room}


async def test_retention_deletes_all_that_is_due_and_begins_with_the_server(stage: Stage) -> None:
    async with stage.server():
        for at in range(RETENTION_BATCH + 5):
            stage.keeping.attendance.joined(
                RoomId("room"), ParticipantId(f"p{at}"), name="Anna", role="guest", organisation=""
            )
        await stage.keeping.outbox.flush(5)
        assert len(stage.store.kept_attendance) == RETENTION_BATCH + 5
    stage.clock.advance(31 * DAY_S)
    async with stage.server():
        await until(lambda: not stage.store.kept_attendance)


async def test_retention_that_fails_is_logged_and_tried_the_next_time(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage.server() as registry:
        await registry.open(RoomSettings())
        stage.store.failure = Refused("SQLITE_BUSY", code="store_unavailable")
        with caplog.at_level(logging.WARNING):
            await stage.keeping.delete_expired()
        stage.store.failure = None
    assert "retention_failed reason=SQLITE_BUSY" in caplog.text
