"""Rooms, conferences that begin and end, seats that are resumed and replaced."""

from __future__ import annotations

import asyncio
import logging
import time

import msgspec
import pytest

from tests.fakes.hub_clients import FakeClient, grant, request, until
from tests.fakes.media_plane import FakeMediaPlane
from tests.patience import PATIENCE_S
from vdxmedia.clock import ManualClock, SystemClock
from vdxmedia.conference import commands, events
from vdxmedia.conference.choices import ChatPolicy, RoomMode
from vdxmedia.conference.documents import RoomDocument
from vdxmedia.conference.kinds import Connection, EndReason, Role, SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.settings_desk import ChangeRoom
from vdxmedia.errors import BadField, NotAllowed, NotFound, Refused, VdxError
from vdxmedia.hub import client as hub_client
from vdxmedia.hub.client import JoinRequest
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import (
    MediaOffer,
)
from vdxmedia.hub.registry import Registry

OFFER = MediaOffer("v=0", {"0": SourceKind.MICROPHONE})


async def test_conference_begins_with_the_first_join_and_ends_with_the_last_leave(
    registry: Registry, plane: FakeMediaPlane
) -> None:
    room = registry.create(RoomSettings())
    assert not plane.listeners
    anna = FakeClient()
    task, seat = await registry.join(room, request(role="host"), anna)
    assert list(plane.listeners) == [1]
    assert registry.participants_in(room) == 1
    assert registry.participant_counts() == {"host": 1, "guest": 0}
    await task.leave(seat.participant, anna)
    await task.ended.wait()
    assert not plane.listeners
    assert registry.participants_in(room) == 0
    await registry.join(room, request(), anna)
    assert list(plane.listeners) == [2]


async def test_join_of_an_unknown_room_is_refused(registry: Registry) -> None:
    with pytest.raises(NotFound) as unknown:
        await registry.join("nosuchroom", request(), FakeClient())  # type: ignore[arg-type]
    assert unknown.value.code == "room_unknown"


async def test_join_without_any_name_is_refused(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    with pytest.raises(BadField):
        await registry.join(room, request(""), FakeClient())
    named = JoinRequest(grant(name="Bo"), "", 9, None)
    _, seat = await registry.join(room, named, FakeClient())
    assert isinstance(seat, hub_client.Seated)
    assert seat.snapshot.participants[0].name == "Bo"


async def test_resume_in_time_gets_what_was_missed_and_keeps_media(plane: FakeMediaPlane) -> None:
    async with Registry(plane, SystemClock()) as registry:
        await resume_in_time(registry)


async def resume_in_time(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    anna, bo = FakeClient(), FakeClient()
    task, seat = await registry.join(room, request(), anna)
    assert isinstance(seat, hub_client.Seated)
    await task.offer(seat.participant, OFFER, anna)
    task.lost(anna)
    await registry.join(room, request("Bo"), bo)
    await until(lambda: bo.of(events.ParticipantChanged) or bo.of(events.ParticipantJoined))
    again = FakeClient()
    _, resumed = await registry.join(room, request(resume=(seat.session, seat.snapshot.sequence)), again)
    assert isinstance(resumed, hub_client.SeatResumed)
    assert resumed.participant == seat.participant
    assert resumed.media_alive
    assert {(type(event).__name__, event.participant.name) for event in resumed.missed} == {
        ("ParticipantChanged", "Anna"),
        ("ParticipantJoined", "Bo"),
    }
    assert resumed.sequence >= resumed.missed[-1].sequence  # it follows the time
    assert RoomDocument in [type(document) for document in resumed.documents]
    await until(lambda: bo.of(events.ParticipantChanged))
    assert bo.of(events.ParticipantChanged)[-1].participant.connection is Connection.CONNECTED
    numbers = [event.sequence for event in again.of(events.ParticipantChanged)]
    assert not set(numbers) & {event.sequence for event in resumed.missed}, "nothing is told twice"


@pytest.mark.parametrize("times", [1, 6])
async def test_resume_after_too_many_events_gets_a_snapshot(plane: FakeMediaPlane, times: int) -> None:
    """A seat is kept as long as the test lasts, and each change is told by itself: the ring decides, not the time."""
    limits = HubLimits(ring=8, roster_round_s=0.0)
    clock = ManualClock()
    async with Registry(plane, clock, limits=limits) as registry:
        clock.advance(1.0)  # numbers follow the time, and 0 is of who remembers nothing
        room = registry.create(RoomSettings())
        anna, bo = FakeClient(), FakeClient()
        task, seat = await registry.join(room, request(), anna)
        assert isinstance(seat, hub_client.Seated)
        task.lost(anna)
        _, other = await registry.join(room, request("Bo"), bo)
        for active in (True, False) * times:
            await task.perform(commands.SetSource(other.participant, SourceKind.CAMERA, active), bo)
        resume = (seat.session, seat.snapshot.sequence)
        _, again = await registry.join(room, request(resume=resume), FakeClient())
        assert again.participant == seat.participant
        assert isinstance(again, hub_client.SeatResumed if times == 1 else hub_client.Seated)
        if isinstance(again, hub_client.Seated):
            assert again.session == seat.session
            assert len(again.snapshot.participants) == 2


async def test_resume_with_a_sequence_from_the_future_gets_a_snapshot(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    _, seat = await registry.join(room, request(), FakeClient())
    assert isinstance(seat, hub_client.Seated)
    _, again = await registry.join(room, request(resume=(seat.session, 10**15)), FakeClient())
    assert isinstance(again, hub_client.Seated)
    assert again.participant == seat.participant


async def test_resume_too_late_or_with_a_wrong_secret_is_a_new_seat(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    bo = FakeClient()
    task, seat = await registry.join(room, request(), anna := FakeClient())
    assert isinstance(seat, hub_client.Seated)
    await registry.join(room, request("Bo"), bo)
    _, stranger = await registry.join(room, request(resume=("guess", 1)), FakeClient())
    assert stranger.participant != seat.participant
    task.lost(anna)
    await until(lambda: bo.of(events.ParticipantLeft))
    _, late = await registry.join(room, request(resume=(seat.session, 1)), FakeClient())
    assert late.participant != seat.participant


async def test_second_connection_of_a_seat_replaces_the_first(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    first, second = FakeClient(), FakeClient()
    task, seat = await registry.join(room, request(), first)
    assert isinstance(seat, hub_client.Seated)
    await registry.join(room, request(resume=(seat.session, 1)), second)
    assert first.ended == (EndReason.REPLACED, False)
    with pytest.raises(Refused):
        await task.perform(commands.SetSource(seat.participant, SourceKind.CAMERA, True), first)
    task.lost(first)  # its socket closes afterwards: that must not take the seat away
    await task.perform(commands.SetSource(seat.participant, SourceKind.CAMERA, True), second)
    await until(lambda: second.of(events.ParticipantChanged))
    assert second.of(events.ParticipantChanged)[-1].participant.connection is Connection.CONNECTED


async def test_same_identity_takes_the_seat_over_and_the_old_media_ends(
    registry: Registry, plane: FakeMediaPlane
) -> None:
    room = registry.create(RoomSettings())
    first, second = FakeClient(), FakeClient()
    task, seat = await registry.join(room, request(identity="kim"), first)
    await task.offer(seat.participant, OFFER, first)
    _, again = await registry.join(room, request(identity="kim"), second)
    assert isinstance(again, hub_client.Seated)
    assert again.participant == seat.participant
    assert not again.media_alive
    assert first.ended == (EndReason.REPLACED, False)
    assert not plane.seats
    assert plane.gone == [], "the same participant, who will publish again"
    assert registry.participants_in(room) == 1


@pytest.mark.parametrize("how", ["identity", "resume"])
@pytest.mark.parametrize(
    "changes", [{"role": "host"}, {"can_publish": frozenset()}, {"can_subscribe": False}, {"organisation": "B"}]
)
async def test_seat_taken_over_with_other_rights_is_a_new_one(
    registry: Registry, plane: FakeMediaPlane, how: str, changes: dict[str, object]
) -> None:
    room = registry.create(RoomSettings(maximum=1))
    first, second = FakeClient(), FakeClient()
    task, seat = await registry.join(room, request(identity="kim"), first)
    assert isinstance(seat, hub_client.Seated)
    await task.offer(seat.participant, OFFER, first)
    resume = (seat.session, 1) if how == "resume" else None
    same, again = await registry.join(room, request(identity="kim", resume=resume, **changes), second)
    assert isinstance(again, hub_client.Seated)
    assert again.participant != seat.participant
    assert again.session != seat.session
    assert first.ended == (EndReason.REPLACED, False)
    assert not plane.seats
    assert plane.gone == [seat.participant]
    assert same is task
    assert registry.participants_in(room) == 1
    if "can_publish" in changes:
        with pytest.raises(NotAllowed):
            await task.perform(commands.SetSource(again.participant, SourceKind.CAMERA, True), second)


async def test_join_refused_by_its_room_costs_the_others_nothing() -> None:
    async with Registry(FakeMediaPlane(), SystemClock(), limits=HubLimits(joins_per_second=1.0)) as registry:
        full, later, other = (registry.create(RoomSettings(maximum=maximum)) for maximum in (1, 2, 2))
        await registry.join(full, request(), FakeClient())
        with pytest.raises(Refused) as refused:
            await registry.join(full, request("Bo"), FakeClient())
        assert refused.value.code == "room_full"
        await registry.join(other, request("Cai"), FakeClient())
        with pytest.raises(Refused) as refused:
            await registry.join(later, request("Dan"), FakeClient())
        assert refused.value.code == "rate_limited"


async def test_empty_identities_are_different_people(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    await registry.join(room, request(), FakeClient())
    await registry.join(room, request(), FakeClient())
    assert registry.participants_in(room) == 2


async def test_closing_a_room_ends_its_conference_and_forgets_it(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    await registry.join(room, request(), anna)
    await registry.close(room)
    assert anna.ended == (EndReason.ENDED, False)
    with pytest.raises(NotFound):
        registry.settings_of(room)
    with pytest.raises(NotFound):
        await registry.close(room)
    assert registry.room_count() == 0


async def test_closing_time_ends_the_conference(plane: FakeMediaPlane) -> None:
    clock = SystemClock()
    async with Registry(plane, clock) as registry:
        room = registry.create(RoomSettings(closes_at=clock.unix_s() + 0.05))
        anna = FakeClient()
        task, _ = await registry.join(room, request(), anna)
        async with asyncio.timeout(PATIENCE_S):
            await task.ended.wait()
        assert anna.ended == (EndReason.ENDED, False)
        with pytest.raises(Refused) as closed:
            await registry.join(room, request(), FakeClient())
        assert closed.value.code == "room_closed"


def room_of(client: FakeClient) -> RoomSettings:
    """As the client was told last."""
    told = [event.document for event in client.of(events.DocumentChanged)]
    return [document.settings for document in told if isinstance(document, RoomDocument)][-1]


async def test_a_host_changes_the_room_and_a_guest_does_not(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    anna, bo = FakeClient(), FakeClient()
    task, host = await registry.join(room, request(role="host"), anna)
    _, guest = await registry.join(room, request("Bo"), bo)
    with pytest.raises(NotAllowed) as refused:
        await task.perform(ChangeRoom(guest.participant, chat=ChatPolicy.OFF), bo)
    assert refused.value.code == "hosts_only"
    await task.perform(ChangeRoom(host.participant, chat=ChatPolicy.HOSTS), anna)
    assert room_of(bo).chat is ChatPolicy.HOSTS
    assert registry.settings_of(room).chat is ChatPolicy.HOSTS


async def test_changed_settings_are_told_and_kept(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    await registry.join(room, request(), anna)
    await registry.change_settings(room, RoomSettings(subject="Nyt"))
    assert room_of(anna).subject == "Nyt"
    assert registry.settings_of(room).subject == "Nyt"


async def test_joins_beyond_the_rate_are_refused_with_a_time(plane: FakeMediaPlane) -> None:
    async with Registry(plane, ManualClock(), limits=HubLimits(joins_per_second=1.0)) as registry:
        room = registry.create(RoomSettings())
        for _ in range(2):
            await registry.join(room, request(), FakeClient())
        with pytest.raises(Refused) as limited:
            await registry.join(room, request(), FakeClient())
        assert limited.value.code == "rate_limited"
        assert limited.value.retry_after_s == pytest.approx(1.0)
        assert registry.totals()["joins_rate_limited"] == 1


async def test_rooms_beyond_the_maximum_are_refused_after_forgetting_closed_ones(plane: FakeMediaPlane) -> None:
    clock = ManualClock()
    async with Registry(plane, clock, limits=HubLimits(rooms=2)) as registry:
        old = registry.create(RoomSettings(closes_at=clock.unix_s() + 10))
        registry.create(RoomSettings())
        with pytest.raises(Refused) as full:
            registry.create(RoomSettings())
        assert full.value.code == "rooms_full"
        clock.advance(11)
        registry.create(RoomSettings())
        with pytest.raises(NotFound):
            registry.settings_of(old)


async def test_stop_tells_clients_refuses_new_ones_and_ends_the_rest(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    await registry.join(room, request(), anna)
    async with asyncio.TaskGroup() as group:
        group.create_task(registry.stop(0.05), name="stop")
        await until(lambda: anna.of(hub_client.ServerStopping))
        with pytest.raises(Refused) as refused:
            await registry.join(room, request("Bo"), FakeClient())
        assert refused.value.code == "server_stopping"
        with pytest.raises(Refused):
            registry.create(RoomSettings())
    assert anna.ended == (EndReason.ENDED, True)
    assert registry.participants_in(room) == 0


async def test_join_on_its_way_when_the_server_stops_is_refused(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    await registry.join(room, request(), FakeClient())
    async with asyncio.TaskGroup() as group:
        joining = group.create_task(_code(registry.join(room, request("Bo"), FakeClient())), name="join")
        group.create_task(registry.stop(0.0), name="stop")
    assert joining.result() == "server_stopping"


async def test_stop_ends_early_when_all_have_left(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    task, seat = await registry.join(room, request(), anna)
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        group.create_task(registry.stop(3600), name="stop")
        await until(lambda: anna.of(hub_client.ServerStopping))
        await task.leave(seat.participant, anna)


async def test_fault_in_a_room_is_logged_and_the_call_goes_on(
    registry: Registry, plane: FakeMediaPlane, expected_errors: list[logging.LogRecord]
) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    task, seat = await registry.join(room, request(), anna)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    plane.apply, works = broken, plane.apply  # type: ignore[method-assign]
    await task.offer(seat.participant, OFFER, anna)  # answered, though what follows from it fails
    with pytest.raises(VdxError) as fault:
        await task.perform(commands.SetSource(seat.participant, SourceKind.CAMERA, True), anna)
    assert fault.value.code == "internal"
    assert expected_errors
    plane.apply = works  # type: ignore[method-assign]
    await task.perform(commands.SetSource(seat.participant, SourceKind.MICROPHONE, True), anna)
    assert registry.totals()["room_faults"] >= 1


async def test_full_mailbox_refuses(plane: FakeMediaPlane) -> None:
    async with Registry(plane, SystemClock(), limits=HubLimits(mailbox=1)) as registry:
        room = registry.create(RoomSettings())
        anna = FakeClient()
        task, seat = await registry.join(room, request(), anna)
        command = commands.SetSource(seat.participant, SourceKind.CAMERA, True)
        async with asyncio.TaskGroup() as group:
            tries = [group.create_task(_code(task.perform(command, anna)), name=f"try {i}") for i in range(3)]
        assert sorted(one.result() for one in tries) == ["", "server_busy", "server_busy"]
        assert registry.totals()["mailbox_full"] == 2


async def test_answer_that_comes_as_its_time_runs_out_counts(plane: FakeMediaPlane) -> None:
    """A loop that stood still has both ready at once; a refusal would leave a seat that nobody holds."""
    limits = HubLimits(media_timeout_s=0.05)

    async def stand_still() -> None:
        until_s = time.monotonic() + 2 * limits.media_timeout_s
        while time.monotonic() < until_s:
            pass

    async with Registry(plane, SystemClock(), limits=limits) as registry:
        room = registry.create(RoomSettings())
        await registry.join(room, request(), FakeClient())
        async with asyncio.TaskGroup() as group:
            joining = group.create_task(registry.join(room, request("Bo"), bo := FakeClient()), name="join")
            group.create_task(stand_still(), name="stall")
        task, seat = joining.result()
        await task.leave(seat.participant, bo)
        assert registry.participants_in(room) == 1


async def _code(call: object) -> str:
    try:
        await call  # type: ignore[misc]
    except VdxError as error:
        return error.code
    return ""


def test_roles_are_counted_even_when_empty() -> None:
    assert Registry(FakeMediaPlane(), ManualClock()).participant_counts() == {role.value: 0 for role in Role}


async def test_room_without_a_closing_time_is_forgotten_when_unused_and_space_is_needed(plane: FakeMediaPlane) -> None:
    clock = ManualClock()
    async with Registry(plane, clock, limits=HubLimits(rooms=2, idle_room_kept_s=100)) as registry:
        unused = registry.create(RoomSettings())
        later = registry.create(RoomSettings(opens_at=clock.unix_s() + 50))
        with pytest.raises(Refused):
            registry.create(RoomSettings())
        clock.advance(101)
        registry.create(RoomSettings())
        with pytest.raises(NotFound):
            registry.settings_of(unused)
        assert registry.settings_of(later).opens_at is not None
        with pytest.raises(Refused):
            registry.create(RoomSettings())


@pytest.mark.parametrize(("mode", "sees"), [(RoomMode.MEETING, True), (RoomMode.TRAINING, False)])
async def test_who_does_not_say_what_he_was_told_is_seen_in_a_meeting_only(
    registry: Registry, mode: RoomMode, *, sees: bool
) -> None:
    room = registry.create(RoomSettings(mode=mode))
    anna, bo = (msgspec.structs.replace(request(name), knows_who_sees=None) for name in ("Anna", "Bo"))
    await registry.join(room, anna, FakeClient())
    _, seat = await registry.join(room, bo, FakeClient())
    assert isinstance(seat, hub_client.Seated)
    assert ("Anna" in [one.name for one in seat.snapshot.participants]) is sees
