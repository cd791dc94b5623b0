"""What lists and searches cost when a million meetings are booked: processor time per question, on SQLite.

    python -m loadtests.bookings_size DIRECTORY [--meetings 1000000] [--organisations 100]

Fills a store in DIRECTORY (about 3 GB for a million; kept, and used again when it is there), then asks the booking
desk as the APIs do and prints the processor time of this process, threads of the database included, per question; and
for how long the event loop was held by the longest list. Left out: HTTP, and PostgreSQL, which works elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

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

NOW = 1_800_000_000
DAY_S = 86_400
DAYS = 500
"""Over which the meetings are spread."""
CHUNK = 10_000
REPEATS = 5
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


def fill(path: Path, meetings: int, organisations: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    for first in range(0, meetings, CHUNK):
        pairs = [booked(number, organisations) for number in range(first, min(first + CHUNK, meetings))]
        _insert(connection, "meetings", [meeting_columns(meeting, room.uri_without_domain) for meeting, room in pairs])
        _insert(connection, "booked_rooms", [room_columns(room, SEALER) for _, room in pairs])
        labels: list[dict[str, object]] = [
            {"organisation": one.organisation, "label": one.labels[0], "uuid": str(one.uuid)} for one, _ in pairs
        ]
        _insert(connection, "meeting_labels", labels)
        connection.commit()
        print(f"\r{first + len(pairs)}", end="", flush=True)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    print()


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[dict[str, object]]) -> None:
    names = ", ".join(rows[0])
    places = ", ".join(f":{name}" for name in rows[0])
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)


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


async def measure(path: Path, meetings: int, organisations: int) -> None:
    async with open_store(f"sqlite:///{path}") as database:
        set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
        desk = BookingDesk(BookingDatabase(database.units, SEALER), ManualClock(NOW), set_up)
        await desk.seed([Organisation(code=f"organisation-{number:03}") for number in range(organisations)])
        print(f"{'question':36}{'CPU ms':>8}{'worst':>8}")
        for name, ask in questions(desk, meetings):
            times = []
            for _ in range(REPEATS):
                before = time.process_time()
                await ask()
                times.append(1000 * (time.process_time() - before))
            print(f"{name:36}{sorted(times)[REPEATS // 2]:8.1f}{max(times):8.1f}")
        who = Caller(organisation="organisation-000", roles=frozenset({CallerRole.ADMIN}))
        everything = Criterion(by=By.RANGE, starts_from=1, starts_to=2 * NOW)
        gc.collect()
        gc.freeze()  # as the server does
        before = time.process_time()
        hold_s = await longest_hold_s(all_pages(desk.search(who, everything)))
        cpu_s = time.process_time() - before
        rows = meetings // organisations
        print(f"an organisation's {rows} rows: {cpu_s:.2f} s CPU, the beat's too; longest turn {1000 * hold_s:.1f} ms")


async def prepare(path: Path) -> None:
    async with open_store(f"sqlite:///{path}"):
        pass


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--meetings", type=int, default=1_000_000)
    arguments.add_argument("--organisations", type=int, default=100)
    given = arguments.parse_args()
    path = given.directory / f"bookings-{given.meetings}-{given.organisations}.db"
    if not path.exists():
        asyncio.run(prepare(path))
        fill(path, given.meetings, given.organisations)
    asyncio.run(measure(path, given.meetings, given.organisations))


if __name__ == "__main__":
    main()
