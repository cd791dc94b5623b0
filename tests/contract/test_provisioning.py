"""The life of a booked room: made in time, changed while it is live, taken down, over restarts of the server."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.fakes.hub_clients import FakeClient, request, until
from tests.fakes.media_plane import FakeMediaPlane
from tests.patience import PATIENCE_S
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.choices import GuestMicrophone, MeetingType, Provisioning, ProvisionStatus
from vdxmedia.booking.meetings import BookedRoom
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import MeetingChange, NewMeeting
from vdxmedia.booking.room_making import in_status
from vdxmedia.booking.room_options import RoomOptions
from vdxmedia.clock import ManualClock
from vdxmedia.conference.choices import LayoutChoice, StartMicrophone
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.settings_desk import ChangeRoom
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub import provisioning
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.booking_rooms import LINGER_S
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.pool_keeping import PoolKeeper
from vdxmedia.hub.provisioning import Provisioner
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.store_keeping import StoreKeeping
from vdxmedia.ids import RoomId
from vdxmedia.observability import Metrics
from vdxmedia.sealing import Sealer
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import open_store

NOW = 1_800_000_000
CALLER = Caller(organisation="hospital", email="anna@hospital.dk", roles=frozenset({CallerRole.ADMIN}))
S = ProvisionStatus


@dataclass
class Running:
    desk: BookingDesk
    registry: Registry
    clock: ManualClock

    async def book(self, **changes: object) -> UUID:
        fields = {"subject": "Samtale", "starts_at": NOW + 3600, "ends_at": NOW + 7200, **changes}
        return (await self.desk.book(CALLER, NewMeeting(**fields))).meeting.uuid  # type: ignore[arg-type]

    async def room(self, uuid: UUID) -> BookedRoom:
        return (await self.desk.room(CALLER, uuid))[0]

    async def comes_to(self, uuid: UUID, status: ProvisionStatus) -> BookedRoom:
        async with asyncio.timeout(PATIENCE_S):
            while (room := await self.room(uuid)).status is not status:
                await asyncio.sleep(0.01)
        return room

    def live(self, room: BookedRoom) -> RoomSettings:
        return self.registry.settings_of(RoomId(room.room_id))

    async def are_made(self, count: int) -> None:
        """So many rooms are PROVISIONED_OK, the pool's too."""
        made = -1
        async with asyncio.timeout(PATIENCE_S):
            while made != count:
                await asyncio.sleep(0.02)
                made = len(await self.desk.parts.store.read(lambda rows: rows.in_status(S.PROVISIONED_OK, None, 500)))

    async def pool_is(self, free: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while (await self.desk.pools(CALLER))[0].free != free:
                await asyncio.sleep(0.01)


class Stage:
    """A store and a clock that outlast the servers."""

    def __init__(self, directory: Path) -> None:
        self.url = f"sqlite:///{directory}/store.db"
        self.clock = ManualClock(NOW)
        self.set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="")
        self.rooms = 100
        self.provisioner: Provisioner

    @asynccontextmanager
    async def server(self) -> AsyncIterator[Running]:
        counters, metrics = Counters(), Metrics()
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(open_store(self.url))
            keeping = await stack.enter_async_context(
                StoreKeeping(database, self.clock, counters=counters, metrics=metrics)
            )
            limits = HubLimits(rooms=self.rooms, seat_kept_s=0.05)
            registry = await stack.enter_async_context(
                Registry(FakeMediaPlane(), self.clock, limits=limits, counters=counters, keeping=keeping)
            )
            store = BookingDatabase(database.units, Sealer([b"k" * 32]))
            desk = BookingDesk(store, self.clock, self.set_up)
            await desk.seed([Organisation(code="hospital", name="Hospitalet", help_line="70 12 34 56")])
            pools = PoolKeeper(desk.parts, counters)
            desk.parts.live = self.provisioner = await stack.enter_async_context(
                Provisioner(desk.parts, registry, self.clock, counters, pools, look_s=0.01)
            )
            yield Running(desk, registry, self.clock)

    async def set_pool(self, running: Running, size: int) -> None:
        mine = (await running.desk.tree()).by_code["hospital"]
        await running.desk.change_organisation(CALLER, replace(mine, pool_size=size))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


async def test_room_is_made_a_while_before_the_start_and_obeys_the_booking(stage: Stage) -> None:
    async with stage.server() as running:
        uuid = await running.book(
            guest_microphone=GuestMicrophone.MUTED,
            guest_pin_required=True,
            max_participants=7,
            call_type="AudioSendRecvVideoRecv",
            options=RoomOptions(guests_can_present=False, mute_all_guests=True, enable_overlay_text=False),
        )
        stage.clock.advance(3600 - 15 * 60 - 1)
        await asyncio.sleep(0.1)
        waiting = await running.room(uuid)
        assert waiting.status is S.AWAITS_PROVISION
        with pytest.raises(NotFound):
            running.live(waiting)
        stage.clock.advance(1)
        room = await running.comes_to(uuid, S.PROVISIONED_OK)
        live = running.live(room)
        assert (room.vmr_id, room.status_at) == (room.room_id, NOW + 2700)
        assert (live.subject, live.organisation, live.help_line) == ("Samtale", "Hospitalet", "70 12 34 56")
        assert (live.host_pin, live.guest_pin, live.maximum) == (room.host_pin, room.guest_pin, 7)
        assert (live.guest_microphone, live.guests_may_unmute) == (StartMicrophone.MUTED, False)
        assert (live.call_type, live.host_layout) == (2 + 4 + 16, "one_main_seven_pips")
        assert live.shows_names is False
        assert live.closes_at == NOW + 7200 + LINGER_S


async def test_meeting_booked_now_has_its_room_at_once(stage: Stage) -> None:
    async with stage.server() as running:
        await running.comes_to(await running.book(starts_at=NOW + 60), S.PROVISIONED_OK)


async def test_meeting_that_ends_by_itself_is_taken_down_at_its_end_and_its_address_is_free(stage: Stage) -> None:
    async with stage.server() as running:
        uuid = await running.book(starts_at=NOW, end_meeting_on_end_time=True)
        room = await running.comes_to(uuid, S.PROVISIONED_OK)
        client = FakeClient()
        await running.registry.join(RoomId(room.room_id), request(role="host"), client)
        assert running.live(room).closes_at == NOW + 7200
        stage.clock.advance(7200)
        gone = await running.comes_to(uuid, S.DEPROVISION_OK)
        assert gone.uri_with_domain == ""
        with pytest.raises(NotFound):
            running.live(room)


async def test_meeting_that_does_not_end_by_itself_lasts_until_the_last_has_left(stage: Stage) -> None:
    async with stage.server() as running:
        uuid = await running.book(starts_at=NOW)
        room = await running.comes_to(uuid, S.PROVISIONED_OK)
        client = FakeClient()
        task, seated = await running.registry.join(RoomId(room.room_id), request(role="host"), client)
        stage.clock.advance(7200)
        await asyncio.sleep(0.1)
        assert (await running.room(uuid)).status is S.PROVISIONED_OK
        await task.leave(seated.participant, client)
        await until(lambda: running.registry.participants_in(RoomId(room.room_id)) == 0)
        stage.clock.advance(5)
        await running.comes_to(uuid, S.DEPROVISION_OK)


async def test_end_of_now_ends_the_call_at_once(stage: Stage) -> None:
    async with stage.server() as running:
        uuid = await running.book(starts_at=NOW)
        room = await running.comes_to(uuid, S.PROVISIONED_OK)
        await running.registry.join(RoomId(room.room_id), request(role="host"), FakeClient())
        await running.desk.change(CALLER, uuid, MeetingChange(ends_at=NOW))
        await running.comes_to(uuid, S.DEPROVISION_OK)
        assert running.registry.participants_in(RoomId(room.room_id)) == 0
        early = await running.book()
        await running.desk.change(CALLER, early, MeetingChange(ends_at=NOW))
        await running.comes_to(early, S.DEPROVISION_OK)


async def test_change_reaches_the_live_room_and_keeps_what_a_host_has_changed(stage: Stage) -> None:
    async with stage.server() as running:
        uuid = await running.book(starts_at=NOW, end_meeting_on_end_time=True)
        room = await running.comes_to(uuid, S.PROVISIONED_OK)
        client = FakeClient()
        task, seated = await running.registry.join(RoomId(room.room_id), request(role="host"), client)
        await task.perform(ChangeRoom(seated.participant, layout_choice=LayoutChoice.HOSTS, shows_names=False), client)
        await running.desk.change(CALLER, uuid, MeetingChange(ends_at=NOW + 9000))
        live = running.live(room)
        assert (live.closes_at, live.layout_choice) == (NOW + 9000, LayoutChoice.HOSTS)
        assert live.shows_names is False


async def test_restart_makes_what_became_due_meanwhile_and_ends_what_is_over(stage: Stage) -> None:
    async with stage.server() as running:
        over = await running.book(starts_at=NOW, ends_at=NOW + 3000)
        await running.comes_to(over, S.PROVISIONED_OK)
        due, never = await running.book(), await running.book(starts_at=NOW + 1500, ends_at=NOW + 1600)
        stays = await running.comes_to(await running.book(starts_at=NOW), S.PROVISIONED_OK)
    stage.clock.advance(3600)
    async with stage.server() as running:
        await running.comes_to(due, S.PROVISIONED_OK)
        await running.comes_to(over, S.DEPROVISION_OK)
        await running.comes_to(never, S.DEPROVISION_OK)
        assert running.live(stays).subject == "Samtale"


async def test_restart_brings_back_a_room_that_the_store_of_rooms_has_lost(stage: Stage) -> None:
    async with stage.server() as running:
        uuid = await running.book(starts_at=NOW)
        room = await running.comes_to(uuid, S.PROVISIONED_OK)
        await running.registry.close(RoomId(room.room_id))
    async with stage.server() as running:
        await until(lambda: running.registry.room_count() == 1)
        assert running.live(room).host_pin == room.host_pin


async def test_room_that_cannot_be_made_is_tried_again(stage: Stage) -> None:
    stage.rooms = 1
    async with stage.server() as running:
        first = await running.book(starts_at=NOW)
        await running.comes_to(first, S.PROVISIONED_OK)
        second = await running.book(starts_at=NOW)
        assert (await running.comes_to(second, S.PROVISION_PROBLEMS)).status_description == "rooms_full"
        await running.desk.change(CALLER, first, MeetingChange(ends_at=NOW))
        await running.comes_to(first, S.DEPROVISION_OK)
        stage.clock.advance(30)
        await running.comes_to(second, S.PROVISIONED_OK)


async def test_external_provisioning_leaves_the_rooms_alone(stage: Stage) -> None:
    stage.set_up = replace(stage.set_up, provisioning=Provisioning.EXTERNAL)
    async with stage.server() as running:
        uuid = await running.book(starts_at=NOW)
        stage.clock.advance(60)
        await asyncio.sleep(0.1)
        assert (await running.room(uuid)).status is S.AWAITS_PROVISION
        assert running.registry.room_count() == 0


async def test_pool_grows_shrinks_and_gives_its_live_rooms_away(stage: Stage) -> None:
    async with stage.server() as running:
        await stage.set_pool(running, 3)
        stage.clock.advance(10)
        await running.are_made(3)
        stage.clock.advance(60)
        await running.pool_is(3)
        uuid = await running.book(starts_at=int(stage.clock.unix_s()), meeting_type=MeetingType.POOL)
        room = await running.room(uuid)
        assert room.status is S.PROVISIONED_OK
        assert running.live(room).subject == "Samtale"
        await running.pool_is(2)
        stage.clock.advance(10)
        await running.are_made(4)
        await stage.set_pool(running, 1)
        stage.clock.advance(10)
        await until(lambda: running.registry.room_count() == 2)
        assert (await running.room(uuid)).status is S.PROVISIONED_OK


@pytest.mark.parametrize(
    ("left", "becomes"),
    [
        (S.STARTING_TO_PROVISION, S.PROVISIONED_OK),
        (S.PROVISION_PROBLEMS, S.PROVISIONED_OK),
        (S.STARTING_TO_DEPROVISION, S.DEPROVISION_OK),
    ],
)
async def test_step_that_a_crash_has_cut_off_is_finished_by_the_next_server(stage: Stage, left: S, becomes: S) -> None:
    async with stage.server() as running:
        uuid = await running.book()
        room = await running.room(uuid)
        await running.desk.parts.store.run(lambda rows: rows.save_room(in_status(room, left, NOW)))
    async with stage.server() as running:
        await running.comes_to(uuid, becomes)


async def test_hundreds_of_rooms_that_are_due_at_once_are_there_in_two_seconds(stage: Stage) -> None:
    """One millisecond of processor time each, measured."""
    stage.rooms = 200
    async with stage.server() as running:
        uuids = [await running.book() for _ in range(120)]
        stage.clock.advance(2700)
        begun = time.process_time()
        await running.are_made(len(uuids))
        assert time.process_time() - begun < 2


async def test_fault_in_one_pass_does_not_end_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, expected_errors: list[logging.LogRecord]
) -> None:
    monkeypatch.setattr(provisioning, "STORE_RETRY_S", 0.02)
    async with stage.server() as running:
        uuid = await running.book()

        def fails(*_given: object) -> RoomSettings:
            raise LookupError

        with monkeypatch.context() as broken:
            broken.setattr(provisioning, "settings_of", fails)
            stage.clock.advance(2700)
            await until(lambda: any("provisioning_crashed" in one.getMessage() for one in expected_errors))
        await running.comes_to(uuid, S.PROVISIONED_OK)


async def test_room_that_cannot_be_read_keeps_no_other_from_being_made(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    async with stage.server() as running:
        broken, whole = await running.book(), await running.book()
        path = stage.url.removeprefix("sqlite:///")
        connection = await asyncio.to_thread(sqlite3.connect, path, check_same_thread=False)
        await asyncio.to_thread(
            connection.execute, "UPDATE booked_rooms SET document = '{' WHERE uuid = ?", (str(broken),)
        )
        await asyncio.to_thread(connection.commit)
        connection.close()
        stage.clock.advance(2700)
        await running.comes_to(whole, S.PROVISIONED_OK)
        assert {one.getMessage().split()[0] for one in expected_errors} == {"stored_row_unreadable"}


async def test_store_that_is_away_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioning, "STORE_RETRY_S", 0.02)
    async with stage.server() as running:
        uuid = await running.book()
        store, runs = running.desk.parts.store, running.desk.parts.store.run

        async def refused(work: object) -> object:
            raise Refused("away", code="store_unavailable")

        monkeypatch.setattr(store, "run", refused)
        stage.clock.advance(2700)
        await until(lambda: stage.provisioner.is_failing)
        assert (await running.room(uuid)).status is S.AWAITS_PROVISION
        monkeypatch.setattr(store, "run", runs)
        await running.comes_to(uuid, S.PROVISIONED_OK)
        await until(lambda: not stage.provisioner.is_failing)
