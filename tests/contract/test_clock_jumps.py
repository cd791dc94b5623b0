"""The jobs of booking while the wall clock is set back and forth by hours: nothing fires twice, nothing never."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from tests.contract.test_provisioning import NOW, Running, S, Stage
from tests.fakes.hub_clients import FakeClient, request, until
from vdxmedia.clock import ManualClock
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.hub.booking_store import BookingRows
from vdxmedia.ids import RoomId

HOUR_S = 3600


class SetClock(ManualClock):
    """Its wall clock is set, while the monotonic one goes on."""

    set_by_s = 0.0

    def unix_s(self) -> float:
        return super().unix_s() + self.set_by_s


class Jumping(Stage):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.clock: SetClock = SetClock(NOW)


@pytest.fixture
def stage(tmp_path: Path) -> Jumping:
    return Jumping(tmp_path)


async def settle() -> None:
    """Several looks at the clock, and what they bring about."""
    await asyncio.sleep(0.1)


def count_openings(running: Running) -> Counter[str]:
    opened: Counter[str] = Counter()
    opens = running.registry.open

    async def counted(settings: RoomSettings, *, room: RoomId | None = None) -> RoomId:
        opened[str(room)] += 1
        return await opens(settings, room=room)

    running.registry.open = counted  # type: ignore[method-assign]
    return opened


async def status(running: Running, *uuids: UUID) -> list[str]:
    return [(await running.room(uuid)).status.value for uuid in uuids]


async def test_rooms_are_made_and_taken_down_once_whatever_the_clock_does(stage: Jumping) -> None:
    async with stage.server() as running:
        opened = count_openings(running)
        soon = await running.book(starts_at=NOW + HOUR_S, ends_at=NOW + 5 * HOUR_S)
        later = await running.book(starts_at=NOW + 10 * HOUR_S, ends_at=NOW + 11 * HOUR_S)
        stage.clock.set_by_s = 2 * HOUR_S
        room = await running.comes_to(soon, S.PROVISIONED_OK)
        for hours in (0, -6, 3, 0):
            stage.clock.set_by_s = hours * HOUR_S
            await settle()
            assert await status(running, soon, later) == ["PROVISIONED_OK", "AWAITS_PROVISION"]
        stage.clock.advance(5 * HOUR_S)
        await running.comes_to(soon, S.DEPROVISION_OK)
        for hours in (-5, 2, 0):
            stage.clock.set_by_s = hours * HOUR_S
            await settle()
            assert await status(running, soon, later) == ["DEPROVISION_OK", "AWAITS_PROVISION"]
        stage.clock.advance(5 * HOUR_S)
        second = await running.comes_to(later, S.PROVISIONED_OK)
        assert opened == {room.room_id: 1, second.room_id: 1}


async def test_meeting_ends_in_time_after_a_clock_that_was_ahead(stage: Jumping) -> None:
    async with stage.server() as running:
        uuid = await running.book(starts_at=NOW, ends_at=NOW + 2 * HOUR_S)
        room = await running.comes_to(uuid, S.PROVISIONED_OK)
        client = FakeClient()
        task, seated = await running.registry.join(RoomId(room.room_id), request(role="host"), client)
        stage.clock.set_by_s = 8 * HOUR_S
        await settle()
        assert await status(running, uuid) == ["PROVISIONED_OK"], "somebody is in it"
        stage.clock.set_by_s = 0.0
        await task.leave(seated.participant, client)
        await until(lambda: running.registry.participants_in(RoomId(room.room_id)) == 0)
        await settle()
        assert await status(running, uuid) == ["PROVISIONED_OK"], "it is not over yet"
        stage.clock.advance(2 * HOUR_S)
        await running.comes_to(uuid, S.DEPROVISION_OK)


async def test_pool_is_kept_after_a_clock_that_was_ahead(stage: Jumping) -> None:
    async with stage.server() as running:
        stage.clock.set_by_s = 8 * HOUR_S
        await stage.set_pool(running, 1)
        await running.are_made(1)
        stage.clock.set_by_s = 0.0
        await settle()
        stage.clock.advance(HOUR_S)
        await running.pool_is(1)
        await running.desk.parts.store.run(_lose_pool)
        stage.clock.advance(60)
        await running.are_made(1)


async def _lose_pool(rows: BookingRows) -> None:
    """By whatever way nobody told the keeper of."""
    for room in await rows.pool_rooms("hospital"):
        await rows.delete_room(room.uuid)
