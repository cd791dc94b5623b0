"""A process that books as fast as its store takes it, and prints what it was answered: for tests that kill it.

    python -m tests.booker STORE COUNT

One line per answer: `booked UUID`, or `refused CODE`, after which it waits a moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import NewMeeting
from vdxmedia.clock import SystemClock
from vdxmedia.errors import VdxError
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.sealing import Sealer
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import open_store

AT_ONCE = 4
CALLER = Caller(organisation="hospital", roles=frozenset({CallerRole.ADMIN}))
REFUSED_PAUSE_S = 0.02


@contextlib.asynccontextmanager
async def desk_of(url: str, password: str = "") -> AsyncIterator[BookingDesk]:
    async with open_store(url, password) as database:
        store = BookingDatabase(database.units, Sealer([b"k" * 32]))
        set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
        desk = BookingDesk(store, SystemClock(), set_up)
        await desk.seed([Organisation(code="hospital")])
        yield desk


async def book(desk: BookingDesk) -> str:
    """The line to print."""
    now = int(SystemClock().unix_s())
    try:
        booked = await desk.book(CALLER, NewMeeting(subject="Samtale", starts_at=now + 3600, ends_at=now + 7200))
    except VdxError as error:
        await asyncio.sleep(REFUSED_PAUSE_S)
        return f"refused {error.code}"
    return f"booked {booked.meeting.uuid}"


async def run(url: str, count: int) -> None:
    async def one() -> None:
        for _ in range(count // AT_ONCE):
            sys.stdout.write(await book(desk) + "\n")
            sys.stdout.flush()

    async with desk_of(url) as desk, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one())


@contextlib.asynccontextmanager
async def booker(store: Path, count: int) -> AsyncIterator[Process]:
    """The process; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.booker", f"sqlite:///{store}", str(count), stdout=PIPE, stderr=DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
