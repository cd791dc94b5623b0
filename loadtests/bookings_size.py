"""What lists and searches cost when a million meetings are booked: processor time per question.

    python -m loadtests.bookings_size DIRECTORY [--meetings 1000000] [--organisations 100]
    PGPASSWORD=... python -m loadtests.bookings_size postgresql://USER@127.0.0.1:PORT/DATABASE

Fills a SQLite store in DIRECTORY (about 3 GB for a million), or a PostgreSQL database of this machine that is empty;
what is full already is used as it is. Then asks the booking desk as the APIs do and prints the processor time per
question: of this process, threads of SQLite included, and of PostgreSQL's processes; and for how long the event loop
was held by the longest list. Each question is asked so often that PostgreSQL has made up its mind about a plan for all
values (after five times on a connection). Left out: HTTP.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]  # it has no types

from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.meetings import BookedRoom, Meeting, Person
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import By, Criterion, MeetingChange, NewMeeting
from vdxmedia.booking.room_options import DEFAULTS
from vdxmedia.clock import ManualClock
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.sealing import Sealer
from vdxmedia.store.booking_documents import meeting_columns, room_columns
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import open_store
from vdxmedia.store.units import CONNECTIONS

NOW = 1_800_000_000
DAY_S = 86_400
DAYS = 500
"""Over which the meetings are spread."""
CHUNK = 10_000
REPEATS = {"sqlite": 5, "postgresql": 24}
"""PostgreSQL: six on each of the pool's connections, which take turns."""
PAGE_OF_API = 100
SEALER = Sealer([b"s" * 32])
WORDS = ("samtale", "genoptræning", "kontrol", "opfølgning", "netværksmøde", "visitation", "tilsyn")


Pages = AsyncIterator[Sequence[object]]


def uuid_of(number: int) -> UUID:
    """Not in the order of time, as those that are drawn."""
    return UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128)


def booked(number: int, organisations: int) -> tuple[Meeting, BookedRoom]:
    uuid, organisation = uuid_of(number), f"organisation-{number % organisations:03}"
    starts_at = NOW - DAYS * DAY_S // 2 + number // organisations * 7919 * 60 % (DAYS * DAY_S)
    person = Person(organisation, f"planner{number % 97}@example.dk")
    meeting = Meeting(
        uuid=uuid,
        organisation=organisation,
        subject=f"{WORDS[number % len(WORDS)]} {number}",
        description="Borgeren har fået linket i en sms; ring, hvis det ikke virker.",
        starts_at=starts_at,
        ends_at=starts_at + 1800,
        short_id=f"{number:012x}",
        organized_by=person,
        created_by=person,
        created_at=starts_at - DAY_S,
        labels=(f"hold {number % 50}",),
        external_id=f"x-{number}",
    )
    is_over = starts_at + 1800 < NOW
    room = BookedRoom(
        uuid=uuid,
        organisation=organisation,
        template=1,
        status=ProvisionStatus.DEPROVISION_OK if is_over else ProvisionStatus.AWAITS_PROVISION,
        room_id=f"{number:012x}",
        has_meeting=True,
        uri_without_domain="" if is_over else str(10_000_000 + number),
        uri_domain="" if is_over else "rooms.example.dk",
        host_pin=str(1000 + number % 9000),
        guest_pin=str(1000 + (number + 1) % 9000),
        available_before=15,
        portal_link="https://portal.example.dk/?url=12345678@rooms.example.dk&pin=1234&start_dato=2026-01-31T12:00:00",
        options=DEFAULTS,
        starts_at=starts_at - 900,
        ends_at=starts_at + 1800,
        created_by=person,
        created_at=starts_at - DAY_S,
    )
    return meeting, room


Rows = Sequence[dict[str, object]]


def tables_of(numbers: range, organisations: int) -> Iterator[tuple[str, Rows]]:
    pairs = [booked(number, organisations) for number in numbers]
    yield "meetings", [meeting_columns(meeting, room.uri_without_domain) for meeting, room in pairs]
    yield "booked_rooms", [room_columns(room, SEALER) for _, room in pairs]
    yield (
        "meeting_labels",
        [
            {
                "organisation": one.organisation,
                "label": one.labels[0],
                "uuid": str(one.uuid),
                "starts_at": one.starts_at,
            }
            for one, _ in pairs
        ],
    )


def chunks(meetings: int) -> Iterator[range]:
    for first in range(0, meetings, CHUNK):
        yield range(first, min(first + CHUNK, meetings))
        print(f"\r{min(first + CHUNK, meetings)}", end="", flush=True)
    print()


def fill_sqlite(path: Path, meetings: int, organisations: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    for numbers in chunks(meetings):
        for table, rows in tables_of(numbers, organisations):
            names, places = ", ".join(rows[0]), ", ".join(f":{name}" for name in rows[0])
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
        connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def fill_postgresql(url: str, meetings: int, organisations: int) -> None:
    connection = await asyncpg.connect(url)
    if not await connection.fetchval("SELECT count(*) FROM meetings"):
        for numbers in chunks(meetings):
            for table, rows in tables_of(numbers, organisations):
                records = [tuple(row.values()) for row in rows]
                await connection.copy_records_to_table(table, records=records, columns=list(rows[0]))
        await connection.execute("VACUUM ANALYZE")  # as the server does by itself in time
    await connection.close()


def own_cpu_s() -> float:
    return time.process_time()


class PostgresCpu:
    """Processor time of a PostgreSQL server on this machine: of the processes that serve our database now, and of those
    that have ended, as its parallel workers do."""

    def __init__(self, backends: Sequence[int]) -> None:
        self._server = int(_stat(backends[0])[1])
        self._backends = backends

    def __call__(self) -> float:
        fields = _stat(self._server)
        ended_s = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")  # proc(5): cutime, cstime
        return ended_s + sum(_on_cpu_ns(pid) for pid in self._backends) / 1e9


def _stat(pid: int) -> Sequence[str]:
    """From the third field on, see proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()


def _on_cpu_ns(pid: int) -> int:
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0])


async def postgres_cpu(connection: Any) -> PostgresCpu:
    rows = await connection.fetch("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    return PostgresCpu([row["pid"] for row in rows])


async def first_page(pages: Pages) -> int:
    async for page in pages:
        return len(page)
    return 0


async def all_pages(pages: Pages) -> int:
    return sum([len(page) async for page in pages])


def questions(desk: BookingDesk, meetings: int) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
    one, _ = booked(0, 1)
    who = Caller(organisation="organisation-000", email="planner0@example.dk", roles=frozenset({CallerRole.ADMIN}))
    day = NOW, NOW + DAY_S

    def search(by: By, text: str = "", first: int | None = None, last: int | None = None) -> Pages:
        return desk.search(who, Criterion(by=by, text=text, starts_from=first, starts_to=last))

    yield "by uuid", lambda: desk.meeting(who, one.uuid)
    yield "room by uuid", lambda: desk.room(who, one.uuid)
    yield "by short id", lambda: all_pages(search(By.SHORT_ID, one.short_id))
    yield "by address", lambda: all_pages(search(By.URI_WITH_DOMAIN, f"{10_000_000 + meetings - 100}@rooms.example.dk"))
    yield "by subject", lambda: all_pages(search(By.SUBJECT, one.subject))
    yield "by label, first page", lambda: first_page(search(By.LABEL, "hold 0"))
    yield "by organiser, first page", lambda: first_page(search(By.ORGANIZED_BY, "planner0@example.dk"))
    yield "one day", lambda: all_pages(search(By.RANGE, "", *day))
    yield "all times, first page", lambda: first_page(search(By.RANGE, "", 1, 2 * NOW))
    yield "text, first page", lambda: first_page(search(By.SEARCH, "tilsyn"))
    yield "text, one day", lambda: all_pages(search(By.SEARCH, "tilsyn", *day))
    yield "text that is nowhere", lambda: all_pages(search(By.SEARCH, "xyzzy"))
    status = ProvisionStatus.AWAITS_PROVISION
    yield "rooms of one day", lambda: all_pages(desk.rooms(who, NOW, NOW + DAY_S, status))
    all_organisations = Caller(organisation="", roles=frozenset({CallerRole.PROVISIONER}))
    yield (
        "rooms of all, one day, first page",
        lambda: first_page(desk.rooms(all_organisations, NOW, NOW + DAY_S, status)),
    )
    new = NewMeeting(subject="ny", starts_at=NOW + DAY_S, ends_at=NOW + DAY_S + 1800)
    yield "book", lambda: desk.book(who, new)
    yield "book and change", lambda: _change(desk, who, new)


async def _change(desk: BookingDesk, who: Caller, new: NewMeeting) -> None:
    made = await desk.book(who, new)
    await desk.change(who, made.meeting.uuid, MeetingChange(subject="anden"))


async def longest_hold_s(work: Awaitable[object]) -> float:
    """The longest turn of the event loop while `work` ran, in processor time of its thread: what others of the machine
    take is not counted."""
    longest, is_done = 0.0, False

    async def beat() -> None:
        nonlocal longest
        while not is_done:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    async with asyncio.TaskGroup() as group:
        group.create_task(beat())
        await work
        is_done = True
    return longest


async def measure(url: str, meetings: int, organisations: int) -> None:
    is_sqlite = url.startswith("sqlite")
    repeats = REPEATS["sqlite" if is_sqlite else "postgresql"]
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_store(url, os.environ.get("PGPASSWORD", "")))
        if not is_sqlite:
            await fill_postgresql(url, meetings, organisations)
        set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
        desk = BookingDesk(BookingDatabase(database.units, SEALER), ManualClock(NOW), set_up)
        await desk.seed([Organisation(code=f"organisation-{number:03}") for number in range(organisations)])
        clocks: dict[str, Callable[[], float]] = {"here": own_cpu_s}
        if not is_sqlite:
            await asyncio.gather(*(ask() for _, ask in list(questions(desk, meetings))[:CONNECTIONS]))
            beside = await asyncpg.connect(url)
            stack.push_async_callback(beside.close)
            clocks["PostgreSQL"] = await postgres_cpu(beside)
        print(f"{'CPU ms, median and worst':36}" + "".join(f"{name:>12}{'':8}" for name in clocks))
        for name, ask in questions(desk, meetings):
            times: dict[str, list[float]] = {clock: [] for clock in clocks}
            for _ in range(repeats):
                before = {clock: read() for clock, read in clocks.items()}
                await ask()
                for clock, read in clocks.items():
                    times[clock].append(1000 * (read() - before[clock]))
            cells = (f"{sorted(each)[repeats // 2]:12.1f}{max(each):8.1f}" for each in times.values())
            print(f"{name:36}" + "".join(cells))
        who = Caller(organisation="organisation-000", roles=frozenset({CallerRole.ADMIN}))
        everything = Criterion(by=By.RANGE, starts_from=1, starts_to=2 * NOW)
        gc.collect()
        gc.freeze()  # as the server does
        before_s = time.process_time()
        hold_s = await longest_hold_s(all_pages(desk.search(who, everything)))
        cpu_s = time.process_time() - before_s
        rows = meetings // organisations
        print(f"an organisation's {rows} rows: {cpu_s:.2f} s CPU, the beat's too; longest turn {1000 * hold_s:.1f} ms")


async def prepare(path: Path) -> None:
    async with open_store(f"sqlite:///{path}"):
        pass


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("place", metavar="DIRECTORY|URL")
    arguments.add_argument("--meetings", type=int, default=1_000_000)
    arguments.add_argument("--organisations", type=int, default=100)
    given = arguments.parse_args()
    url = given.place
    if not url.startswith("postgresql:"):
        path = Path(url) / f"bookings-{given.meetings}-{given.organisations}.db"
        if not path.exists():
            asyncio.run(prepare(path))
            fill_sqlite(path, given.meetings, given.organisations)
        url = f"sqlite:///{path}"
    asyncio.run(measure(url, given.meetings, given.organisations))


if __name__ == "__main__":
    main()
