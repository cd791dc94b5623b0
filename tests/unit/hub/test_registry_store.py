"""Rooms that outlast their registry, with a store in memory."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from tests.fakes.hub_clients import FakeClient, request, until
from tests.fakes.media_plane import FakeMediaPlane
from tests.fakes.store import FakeStore
from vdxmedia.clock import ManualClock
from vdxmedia.conference import commands
from vdxmedia.conference.choices import LobbyPolicy
from vdxmedia.conference.doors_desk import RemovePerson
from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.conference.events import DocumentChanged
from vdxmedia.conference.help import PeopleNotesDocument, PersonNote
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.lobby import WAITER_KEPT_S
from vdxmedia.conference.lobby_desk import Admit
from vdxmedia.conference.settings import RoomMode, RoomSettings
from vdxmedia.conference.settings_desk import ChangeRoom
from vdxmedia.errors import NotAllowed, NotFound, Refused
from vdxmedia.hub.client import Seated, SeatResumed, Waiting
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import DeleteRoom, SaveAttendance, StoredConference
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.store_keeping import DAY_S, RETENTION_BATCH, Retention, StoreKeeping
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.observability import Metrics


class Stage:
    """A store and a clock that outlast the servers."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.clock = ManualClock()
        self.keeping: StoreKeeping

    @asynccontextmanager
    async def server(self, rooms: int = 10, retention: Retention | None = None) -> AsyncIterator[Registry]:
        counters, metrics = Counters(), Metrics()
        limits = HubLimits(rooms=rooms, idle_room_kept_s=100, seat_kept_s=0.05)
        async with (
            StoreKeeping(self.store, self.clock, counters=counters, metrics=metrics, retention=retention) as keeping,
            Registry(
                FakeMediaPlane(), self.clock, limits=limits, metrics=metrics, counters=counters, keeping=keeping
            ) as registry,
        ):
            self.keeping = keeping
            yield registry


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


# ── attendance ────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── live conferences ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_conference_goes_on_in_the_next_server_with_the_same_seats(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        anna, bo = FakeClient(), FakeClient()
        task, host = await registry.join(room, request("Anna", role="host"), anna)
        _, guest = await registry.join(room, request("Bo", identity="bo"), bo)
        await task.perform(commands.SetSource(host.participant, SourceKind.CAMERA, True), anna)
    async with stage.server() as registry:
        secret, sequence = secret_of(host), 1_000_000
        _, again = await registry.join(room, request("Anna", role="host", resume=(secret, sequence)), FakeClient())
        assert isinstance(again, Seated), "the last server's events are not known: a snapshot"
        assert (again.participant, again.session, again.media_alive) == (host.participant, secret, False)
        states = {one.name: (one.id, one.connection.value) for one in again.snapshot.participants}
        assert states == {
            "Anna": (host.participant, "connected"),
            "Bo": (guest.participant, "reconnecting"),
        }
        (camera,) = [one for one in again.snapshot.participants[0].sources if one.is_active]
        assert camera.kind is SourceKind.CAMERA
        _, bo_again = await registry.join(room, request("Bo", identity="bo"), FakeClient())
        assert bo_again.participant == guest.participant, "by his link alone"


async def test_emergency_note_is_not_in_what_is_stored_and_comes_again_with_the_link(stage: Stage) -> None:
    note = EmergencyNote(phone="20 30 40 50", address="Vestergade 7", relative="Karl")
    async with stage.server() as registry:
        room = await registry.open(RoomSettings(mode=RoomMode.TRAINING))
        _, host = await registry.join(room, request("Inge", role="host"), FakeClient())
        _, guest = await registry.join(room, request("Bo", identity="bo", note=note), FakeClient())
    state = stage.store.kept_conferences[room].state
    assert guest.participant.encode() in state
    for word in (note.phone, note.address, note.relative):
        assert word.encode() not in state
    async with stage.server() as registry:
        chair = FakeClient()
        await registry.join(room, request("Inge", role="host", resume=(secret_of(host), 1)), chair)
        await registry.join(room, request("Bo", identity="bo", note=note), FakeClient())
        told = [event.document for event in chair.of(DocumentChanged)]
        (people,) = [document.people for document in told if isinstance(document, PeopleNotesDocument)]
        assert people == (PersonNote(guest.participant, note, is_recognised=False),)


async def test_seat_is_not_given_to_another_link_after_a_restart(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        _, host = await registry.join(room, request("Anna", role="host"), FakeClient())
    async with stage.server() as registry:
        wrong = request("Anna", resume=(secret_of(host), 1))  # a guest's link with the host's secret
        _, seat = await registry.join(room, wrong, FakeClient())
        assert seat.participant != host.participant
        assert [one.role for one in seat.snapshot.participants] == ["guest"]  # type: ignore[union-attr]


async def test_conference_that_everybody_has_left_is_not_kept(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        anna = FakeClient()
        task, seat = await registry.join(room, request(), anna)
        await stage.keeping.outbox.flush(5)
        assert room in stage.store.kept_conferences
        await task.leave(seat.participant, anna)
        await task.ended.wait()
        await stage.keeping.outbox.flush(5)
        assert stage.store.kept_conferences == {}


async def test_who_was_let_in_comes_back_without_knocking_and_who_is_barred_does_not_after_a_restart(
    stage: Stage,
) -> None:
    """Also when the call was over at the restart."""
    settings = RoomSettings(lobby=LobbyPolicy.KNOCK)
    anna, bo = (dict.fromkeys(("identity",), who) for who in ("anna", "bo"))
    async with stage.server() as registry:
        room = await registry.open(settings)
        chair = FakeClient()
        task, host = await registry.join(room, request("Inge", role="host"), chair)
        for who in (anna, bo):
            client = FakeClient()
            _, waiting = await registry.join(room, request("Gæst", **who), client)
            assert isinstance(waiting, Waiting)
            await task.perform(Admit(host.participant, waiting.participant), chair)
            _, seat = await registry.join(room, request("Gæst", **who), client)
            assert isinstance(seat, Seated)
            if who is bo:
                await task.perform(RemovePerson(host.participant, seat.participant, is_barred=True), chair)
            else:
                await task.leave(seat.participant, client)
        await task.leave(host.participant, chair)
        await task.ended.wait()
    async with stage.server() as registry:
        await registry.join(room, request("Inge", role="host"), FakeClient())
        _, back = await registry.join(room, request("Gæst", **anna), FakeClient())
        assert isinstance(back, Seated)
        with pytest.raises(NotAllowed):
            await registry.join(room, request("Gæst", **bo), FakeClient())
        _, stranger = await registry.join(room, request("Gæst", identity="carl"), FakeClient())
        assert isinstance(stranger, Waiting)


async def test_who_waits_has_his_place_in_the_row_after_a_restart_and_only_for_a_while(stage: Stage) -> None:
    settings = RoomSettings(lobby=LobbyPolicy.KNOCK)

    async def wait(registry: Registry, room: RoomId, name: str, before: Waiting | None = None) -> Waiting:
        resume = None if before is None else (before.session, 0)
        _, waiting = await registry.join(room, request(name, resume=resume), FakeClient())
        assert isinstance(waiting, Waiting)
        return waiting

    async with stage.server() as registry:
        room = await registry.open(settings)
        await registry.join(room, request("Inge", role="host"), FakeClient())
        anna = await wait(registry, room, "Anna")
        stage.clock.advance(5)
        bo = await wait(registry, room, "Bo")
        carl = await wait(registry, room, "Carl")
        stage.clock.advance(1)
    (kept,) = stage.store.kept_conferences.values()
    assert not any(name in kept.state for name in (b"Anna", b"Bo", b"Carl")), "who was never let in is not written down"
    async with stage.server() as registry:
        new = await wait(registry, room, "Dorte")
        stage.clock.advance(WAITER_KEPT_S - 1)
        bo_again, anna_again = await wait(registry, room, "Bo", bo), await wait(registry, room, "Anna", anna)
        for again, before in ((anna_again, anna), (bo_again, bo)):
            assert (again.participant, again.session) == (before.participant, before.session)
            assert again.told.since == pytest.approx(before.told.since, abs=0.1)
        row = [one.name for one in registry.presence_in(room).waiting]
        assert row == ["Anna", "Bo", "Dorte"]
        stage.clock.advance(1)
        late = await wait(registry, room, "Carl", carl)
        assert late.participant not in (carl.participant, new.participant), "he was waited for long enough"
        assert [one.name for one in registry.presence_in(room).waiting] == ["Anna", "Bo", "Dorte", "Carl"]


async def test_gentle_stop_keeps_what_was_so_before_the_clients_were_sent_away(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        anna = FakeClient()
        _, seat = await registry.join(room, request(), anna)
        await registry.stop(0.01)
        assert anna.ended is not None
    async with stage.server() as registry:
        _, again = await registry.join(room, request(resume=(secret_of(seat), 1)), FakeClient())
        assert again.participant == seat.participant


@pytest.mark.parametrize(
    "state", [b"", b"\xff\xfe", b"[]", b'{"version":99}', b'{"version":1}', b"9" * 100, b'{"version":1,"seats":[],' * 9]
)
async def test_state_that_cannot_be_read_is_dropped_without_a_word_of_it(
    stage: Stage, state: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
    stage.store.kept_conferences[room] = StoredConference(room, state, stage.clock.unix_s())
    with caplog.at_level(logging.WARNING):
        async with stage.server() as registry:
            await registry.join(room, request(), FakeClient())
            assert registry.totals()["conference_states_unreadable"] == 1
    (record,) = [record for record in caplog.records if "unreadable" in record.getMessage()]
    assert record.getMessage() == f"conference_state_unreadable room={room} reason=BadInput"


@pytest.mark.parametrize(
    ("written_before_s", "opened_before_s", "is_kept"), [(50.0, None, True), (101.0, None, False), (50.0, 49.0, False)]
)
async def test_state_of_an_older_booking_or_of_long_ago_is_dropped(
    stage: Stage, written_before_s: float, opened_before_s: float | None, is_kept: bool
) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        _, seat = await registry.join(room, request("Bo", identity="bo"), FakeClient())
    now = stage.clock.unix_s()
    kept, stored = stage.store.kept_conferences[room], stage.store.kept_rooms[room]
    opens_at = None if opened_before_s is None else now - opened_before_s
    settings = RoomSettings(opens_at=opens_at)
    stage.store.kept_conferences[room] = msgspec.structs.replace(kept, written_at=now - written_before_s)
    stage.store.kept_rooms[room] = msgspec.structs.replace(stored, settings=settings)
    async with stage.server() as registry:
        _, again = await registry.join(room, request("Bo", identity="bo"), FakeClient())
        assert (again.participant == seat.participant) is is_kept


async def test_conference_that_nobody_comes_back_to_is_forgotten(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        await registry.join(room, request(), FakeClient())
    assert room in stage.store.kept_conferences
    async with stage.server():
        stage.clock.advance(101)
        await stage.keeping.delete_expired()
    assert stage.store.kept_conferences == {}


def secret_of(seat: Seated | SeatResumed) -> str:
    assert isinstance(seat, Seated)
    return seat.session
