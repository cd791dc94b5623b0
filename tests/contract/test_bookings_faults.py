"""What was answered as booked is kept: over kill -9, a full disk, a database that goes away."""

from __future__ import annotations

import asyncio
import random
import resource
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.booker import CALLER, book, booker, desk_of
from tests.patience import PATIENCE_S
from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.booking.requests import By, Criterion
from vdxmedia.errors import Refused
from vdxmedia.hub.bookings import BookingDesk

MANY = 10**9


async def booked_lines(process: Process, count: int) -> list[UUID]:
    """So many that were answered as booked."""
    assert process.stdout is not None
    booked: list[UUID] = []
    while len(booked) < count:
        line = (await process.stdout.readline()).decode().split()
        assert line, "the process ended"
        if line[0] == "booked":
            booked.append(UUID(line[1]))
    return booked


async def line_with(process: Process, text: str) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while text not in (line := (await process.stdout.readline()).decode()):
            assert line, "the process ended"
    return line


async def rest_of(process: Process) -> list[UUID]:
    """What it had printed when it was killed."""
    assert process.stdout is not None
    lines = (await process.stdout.read()).decode().split("\n")[:-1]  # the last one may be cut off
    return [UUID(line.split()[1]) for line in lines if line.startswith("booked ")]


async def kept(desk: BookingDesk) -> set[UUID]:
    pages = desk.search(CALLER, Criterion(by=By.SUBJECT, text="Samtale"))
    return {booked.meeting.uuid async for page in pages for booked in page}


async def kill_and_count(store: Path, kills: int, bookings: int) -> None:
    answered: set[UUID] = set()
    each = bookings // kills
    for _ in range(kills):
        async with booker(store, MANY) as process:
            answered.update(await booked_lines(process, random.randint(each - each // 4, each + each // 4)))
            process.kill()
            answered.update(await rest_of(process))
    async with desk_of(f"sqlite:///{store}") as desk:
        stored = await kept(desk)
        assert answered <= stored
        assert len(stored) <= len(answered) + 4 * kills, "those that were under way may be there or not"
        for uuid in random.sample(sorted(answered), 10):
            room, booked = await desk.room(CALLER, uuid)
            assert booked is not None
            assert room.host_pin
            assert room.uri_with_domain


async def test_process_that_is_killed_loses_no_booking_that_it_has_answered(tmp_path: Path) -> None:
    await kill_and_count(tmp_path / "store.db", kills=3, bookings=150)


@pytest.mark.long
@pytest.mark.timeout(1_800)  # twenty starts and ten thousand bookings beside other work
async def test_twenty_kills_lose_none_of_ten_thousand_bookings(tmp_path: Path) -> None:
    await kill_and_count(tmp_path / "store.db", kills=20, bookings=10_000)


async def test_disk_that_is_full_refuses_bookings_and_loses_none(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    async with booker(store, MANY) as process:
        answered = set(await booked_lines(process, 20))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        assert (await line_with(process, "refused")).split() == ["refused", "store_unavailable"]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        answered.update(await booked_lines(process, 20))
        process.kill()
        answered.update(await rest_of(process))
    async with desk_of(f"sqlite:///{store}") as desk:
        assert answered <= await kept(desk)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


async def test_postgresql_that_is_restarted_refuses_meanwhile_and_loses_none(postgres: Postgres) -> None:
    async with desk_of(await asyncio.to_thread(postgres.make_database, "faults"), PASSWORD) as desk:
        before = [await book(desk) for _ in range(3)]
        await asyncio.to_thread(postgres.stop)
        try:
            assert await book(desk) == "refused store_unavailable"
            with pytest.raises(Refused):
                await kept(desk)
        finally:
            await asyncio.to_thread(postgres.start)
        after = [await book(desk) for _ in range(3)]
        assert {f"booked {uuid}" for uuid in await kept(desk)} == {*before, *after}
