"""Who was there, and from when to when, with a store in memory."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.hub_clients import FakeClient, request, until
from tests.fakes.stored_registry import Stage
from vdxmedia.conference.settings import RoomMode, RoomSettings
from vdxmedia.conference.settings_desk import ChangeRoom
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.ports import SaveAttendance
from vdxmedia.ids import ParticipantId, RoomId


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_stay_lasts_from_joining_to_leaving(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        book, anna = stage.keeping.attendance, ParticipantId("anna")
        came = stage.clock.unix_s()
        book.joined(room, anna, name="Anna", role="guest", organisation="Hjørring")
        stage.clock.advance(40)
        (stay,) = await registry.attendance(room)
        assert (stay.first_seen, stay.last_seen, stay.is_recognised) == (came, came + 40, False), "is there still"
        book.recognise(room, anna, is_recognised=True)
        stage.clock.advance(20)
        book.left(room, anna)
        book.left(room, anna)
        stage.clock.advance(1000)
        (stay,) = await registry.attendance(room)
    assert (stay.name, stay.role, stay.organisation) == ("Anna", "guest", "Hjørring")
    assert (stay.first_seen, stay.last_seen, stay.is_recognised) == (came, came + 60, True)


async def test_crash_loses_a_minute_and_the_stay_goes_on_after_it(stage: Stage) -> None:
    room, anna = RoomId("room"), ParticipantId("anna")
    async with stage.server():
        came = stage.clock.unix_s()
        stage.keeping.attendance.joined(room, anna, name="Anna", role="guest", organisation="")
        stage.clock.advance(60)
        stage.keeping.attendance.touch()
    assert stage.store.kept_attendance[room, anna].last_seen == came + 60
    stage.clock.advance(30)
    async with stage.server():
        stage.keeping.attendance.joined(room, anna, name="Anna", role="guest", organisation="")
        stage.keeping.attendance.left(room, anna)
    stay = stage.store.kept_attendance[room, anna]
    assert (stay.first_seen, stay.last_seen) == (came, came + 90)


async def test_attendance_deleted_begins_anew_for_who_is_there(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        for name in ("anna", "bo"):
            stage.keeping.attendance.joined(room, ParticipantId(name), name=name, role="guest", organisation="")
        stage.keeping.attendance.left(room, ParticipantId("bo"))
        stage.clock.advance(5)
        await registry.delete_attendance(room)
        (stay,) = await registry.attendance(room)
        assert (stay.name, stay.first_seen) == ("anna", stage.clock.unix_s())


@pytest.mark.usefixtures("expected_errors")
async def test_stays_beyond_what_may_wait_are_dropped_and_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vdxmedia.hub.attendance.MAX_WAITING", 2)
    async with stage.server() as registry:
        stage.store.failure = Refused("SQLITE_BUSY", code="store_unavailable")
        for at in range(4):
            stage.keeping.attendance.joined(
                RoomId("room"), ParticipantId(f"p{at}"), name="Anna", role="guest", organisation=""
            )
        assert len(stage.keeping.outbox) == 2
        assert registry.totals()["attendance_dropped"] == 2
        with pytest.raises(Refused):
            await registry.attendance(RoomId("room"))
        stage.store.failure = None
    assert sum(isinstance(change, SaveAttendance) for changes in stage.store.transactions for change in changes) == 2


async def test_attendance_of_a_room_that_never_was_is_unknown_and_of_a_quiet_one_empty(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        assert await registry.attendance(room) == []
        with pytest.raises(NotFound):
            await registry.attendance(RoomId("nowhere"))


@pytest.mark.parametrize(
    ("kept", "settings"), [(True, {"attendance": True}), (True, {"mode": "training"}), (False, {})]
)
async def test_room_notes_who_comes_and_goes_where_its_settings_say_so(
    stage: Stage, kept: bool, settings: dict[str, object]
) -> None:
    async with stage.server() as registry:
        room = await registry.open(msgspec.convert(settings, RoomSettings))
        anna, bo = FakeClient(), FakeClient()
        task, seat = await registry.join(room, request("Anna", role="host", organisation="Hjørring"), anna)
        stage.clock.advance(10)
        _, other = await registry.join(room, request("Bo"), bo)
        stage.clock.advance(10)
        await task.leave(other.participant, bo)
        stage.clock.advance(10)
        stays = await registry.attendance(room)
        told = [(stay.name, stay.role, stay.organisation, stay.last_seen - stay.first_seen) for stay in stays]
        assert told == ([("Anna", "host", "Hjørring", 30.0), ("Bo", "guest", "", 10.0)] if kept else [])
        await task.leave(seat.participant, anna)


async def test_attendance_switched_on_and_off_in_a_call_is_of_the_time_between(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        await registry.join(room, request("Anna"), FakeClient())
        stage.clock.advance(100)
        await registry.change_settings(room, RoomSettings(attendance=True))
        stage.clock.advance(20)
        await registry.change_settings(room, RoomSettings(attendance=False))
        stage.clock.advance(100)
        (stay,) = await registry.attendance(room)
        assert stay.last_seen - stay.first_seen == 20.0


async def test_who_has_lost_the_connection_is_there_until_the_seat_is_given_up(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings(attendance=True))
        await registry.join(room, request("Anna"), FakeClient())
        bo = FakeClient()
        task, _ = await registry.join(room, request("Bo"), bo)
        task.lost(bo)
        await until(lambda: task.room.deadline() is not None)
        assert len(stage.keeping.attendance.present(room)) == 2
        stage.clock.advance(0.06)
        task.lost(bo)  # lets the task look at the clock
        await until(lambda: len(stage.keeping.attendance.present(room)) == 1)
        stays = await registry.attendance(room)
        assert [stay.name for stay in stays] == ["Anna", "Bo"]


async def test_room_that_a_host_has_changed_is_so_in_the_next_server(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings(subject="kept"))
        client = FakeClient()
        task, seat = await registry.join(room, request(role="host"), client)
        await task.perform(ChangeRoom(seat.participant, mode=RoomMode.TRAINING), client)
    async with stage.server() as registry:
        assert registry.settings_of(room) == RoomSettings(subject="kept", mode=RoomMode.TRAINING)
