"""Calls that go on in the next server, with a store in memory."""

from __future__ import annotations

import logging

import msgspec
import pytest

from tests.fakes.hub_clients import FakeClient, grant, request
from tests.fakes.stored_registry import Stage
from vdxmedia.conference import commands
from vdxmedia.conference.call_type import CallType
from vdxmedia.conference.choices import LobbyPolicy
from vdxmedia.conference.doors_desk import RemovePerson
from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.conference.events import DocumentChanged
from vdxmedia.conference.help import PeopleNotesDocument, PersonNote
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.lobby import MAX_WAITING, WAITER_KEPT_S
from vdxmedia.conference.lobby_desk import Admit
from vdxmedia.conference.roles_desk import SetRole
from vdxmedia.conference.settings import ALL_MEDIA, GuestVisibility, RoomMode, RoomSettings
from vdxmedia.errors import NotAllowed, Refused
from vdxmedia.hub.client import Seated, SeatResumed, Waiting
from vdxmedia.hub.ports import StoredConference
from vdxmedia.hub.registry import Registry
from vdxmedia.ids import RoomId


@pytest.fixture
def stage() -> Stage:
    return Stage()


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


@pytest.mark.parametrize("is_there", [True, False], ids=["in the call", "has left it"])
async def test_between_a_restart_and_the_first_join_who_was_made_a_guest_is_one_for_rest_too(
    stage: Stage, is_there: bool
) -> None:
    anna = grant(role="host", identity="anna")
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        chair, client = FakeClient(), FakeClient()
        task, host = await registry.join(room, request("Inge", role="host", identity="inge"), chair)
        _, seat = await registry.join(room, request("Anna", role="host", identity="anna"), client)
        await task.perform(SetRole(host.participant, seat.participant, Role.GUEST), chair)
        if not is_there:
            await task.leave(seat.participant, client)
    async with stage.server() as registry:
        of_room = msgspec.structs.replace(anna, room=str(room))
        assert registry.live_room(room) is None
        assert registry.as_it_stands(of_room).role == "guest"
        session = msgspec.structs.replace(of_room, identity="", participant=seat.participant)
        assert registry.as_it_stands(session).role == ("guest" if is_there else "host"), "nobody's, after she has left"
        others = {"identity": "inge", "participant": ""}
        assert registry.as_it_stands(msgspec.structs.replace(of_room, **others)).role == "host"
        assert registry.as_it_stands(msgspec.structs.replace(of_room, is_film=True)).role == "host"
        assert registry.as_it_stands(msgspec.structs.replace(of_room, room="unknown")).role == "host"
        stage.store.kept_conferences[room] = StoredConference(room, b"nonsense", stage.clock.unix_s())
    async with stage.server() as registry:
        assert registry.as_it_stands(of_room).role == "host", "the room begins anew"


async def test_lobby_that_is_full_says_nothing_of_how_many_wait(stage: Stage) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings(lobby=LobbyPolicy.KNOCK, guest_visibility=GuestVisibility.HOSTS))
        for _ in range(MAX_WAITING):
            stage.clock.advance(1)
            _, waiting = await registry.join(room, request("Gæst"), FakeClient())
            assert isinstance(waiting, Waiting)
        with pytest.raises(Refused) as refused:
            await registry.join(room, request("Gæst"), FakeClient())
        assert (refused.value.code, refused.value.text) == ("server_busy", "the room has too much to do")
        assert registry.totals()["lobbies_full"] == 1


async def test_host_who_is_barred_has_no_hosts_token_any_more_in_the_call_after_it_and_after_a_restart(
    stage: Stage,
) -> None:
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        chair, client = FakeClient(), FakeClient()
        task, host = await registry.join(room, request("Inge", role="host", identity="inge"), chair)
        _, seat = await registry.join(room, request("Anna", role="host", identity="anna"), client)
        anna, inge = (grant(role="host", identity=name, room=str(room)) for name in ("anna", "inge"))
        await task.perform(RemovePerson(host.participant, seat.participant, is_barred=True), chair)
        assert [registry.as_it_stands(one).role for one in (anna, inge)] == ["guest", "host"]
    async with stage.server() as registry:
        assert registry.live_room(room) is None
        assert [registry.as_it_stands(one).role for one in (anna, inge)] == ["guest", "host"]
        task, host = await registry.join(room, request("Inge", role="host", identity="inge"), chair := FakeClient())
        await task.leave(host.participant, chair)
        await task.ended.wait()
        assert [registry.as_it_stands(one).role for one in (anna, inge)] == ["guest", "host"]


async def test_bar_of_a_call_that_a_kill_cut_off_holds_although_the_room_was_not_written_since(stage: Stage) -> None:
    """The room is written when a call begins and ends, the call each second."""
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        await stage.keeping.outbox.flush(5)
        unbarred = stage.store.kept_rooms[room]
        task, host = await registry.join(room, request("Inge", role="host"), chair := FakeClient())
        _, seat = await registry.join(room, request("Anna", role="host", identity="anna"), FakeClient())
        await task.perform(RemovePerson(host.participant, seat.participant, is_barred=True), chair)
    stage.store.kept_rooms[room] = unbarred
    async with stage.server() as registry:
        anna = grant(role="host", identity="anna", room=str(room))
        assert registry.as_it_stands(anna).role == "guest"


async def test_what_was_narrowed_between_a_restart_and_the_first_join_is_narrow_for_who_was_there(stage: Stage) -> None:
    links = {"host": request("Inge", role="host", identity="inge"), "guest": request("Bo", identity="bo")}
    seen = msgspec.structs.replace(request("Carl", identity="carl"), knows_who_sees=GuestVisibility.ALL)
    async with stage.server() as registry:
        room = await registry.open(RoomSettings())
        _, host = await registry.join(room, links["host"], FakeClient())
        task, bo = await registry.join(room, links["guest"], client := FakeClient())
        _, carl = await registry.join(room, seen, FakeClient())
        await task.perform(commands.SetSource(bo.participant, SourceKind.CAMERA, True), client)
    async with stage.server() as registry:
        no_camera = ALL_MEDIA & ~CallType.VIDEO_SEND
        narrow = RoomSettings(guest_visibility=GuestVisibility.HOSTS, call_type=no_camera)
        await registry.change_settings(room, narrow)
        task, host = await registry.join(room, links["host"], FakeClient())
        states = {one.id: one for one in host.snapshot.participants}  # type: ignore[union-attr]
        assert not any(one.is_active for one in states[bo.participant].sources), "as for who was there"
        _, bo = await registry.join(room, links["guest"], FakeClient())
        await registry.change_settings(room, RoomSettings())
        _, bo = await registry.join(room, links["guest"], FakeClient())
        known = {one.name for one in bo.snapshot.participants}  # type: ignore[union-attr]
        assert known == {"Inge", "Bo"}, "a yes that was void is not one again"
        assert carl.participant in task.room.seated()
