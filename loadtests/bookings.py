"""How long a booking takes while they come steadily: from the request to the answer that it is on the disk.

    python -m loadtests.bookings [--rate 20] [--minutes 5] [--directory DIRECTORY] [--http]

Over SQLite in DIRECTORY (a real disk, not a temporary file system in memory); prints the times, the processor time per
booking and whether all that was answered is stored. Bookings are sent when their time has come, whether the last one is
answered or not. Without `--http` the booking desk is asked as the APIs ask it; with it, the VDX video API of a server
in a process of its own, as a supplier does, with an access token that must outlast the run: at most 9 minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import aiohttp

from tests.booker import CALLER, desk_of
from tests.server import run_server
from vdxmedia.booking.requests import By, Criterion, NewMeeting
from vdxmedia.hub.bookings import BookingDesk

MUST_P99_S = 0.25
DAY_S = 86_400
MEETING_S = 1_800
SUBJECT = "Samtale"


class Way(Protocol):
    """How one books."""

    async def book(self, external_id: str, starts_at: int) -> None: ...

    async def stored(self) -> int:
        """How many are there."""
        ...

    def cpu_s(self) -> float:
        """Spent so far by what is measured."""
        ...


class Desk:
    """In this process."""

    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def book(self, external_id: str, starts_at: int) -> None:
        ends_at = starts_at + MEETING_S
        new = NewMeeting(subject=SUBJECT, starts_at=starts_at, ends_at=ends_at, external_id=external_id)
        await self._desk.book(CALLER, new)

    async def stored(self) -> int:
        return sum([len(page) async for page in self._desk.search(CALLER, Criterion(by=By.SUBJECT, text=SUBJECT))])

    def cpu_s(self) -> float:
        return time.process_time()


class Http:
    """A server in a process of its own, asked as a supplier asks."""

    def __init__(self, http: aiohttp.ClientSession, pid: int) -> None:
        self._http = http
        self._pid = pid

    async def book(self, external_id: str, starts_at: int) -> None:
        times = (datetime.fromtimestamp(at, UTC).isoformat() for at in (starts_at, starts_at + MEETING_S))
        body = dict(zip(("startTime", "endTime"), times, strict=True))
        body |= {"subject": SUBJECT, "externalId": external_id}
        async with self._http.post("/videoapi/v2/meetings", json=body) as answer:
            if answer.status != HTTPStatus.OK:
                raise SystemExit(f"a booking was answered {answer.status}: {await answer.text()}")

    async def stored(self) -> int:
        async with self._http.get("/videoapi/v2/meetings", params={"subject": SUBJECT}) as answer:
            return len(await answer.json())

    def cpu_s(self) -> float:
        return cpu_of(self._pid)


@contextlib.asynccontextmanager
async def way_of(directory: Path, *, by_http: bool) -> AsyncIterator[Way]:
    url = f"sqlite:///{directory}/store.db"
    if not by_http:
        async with desk_of(url) as desk:
            yield Desk(desk)
        return
    os.environ["VDX_STORE_URL"] = url
    async with run_server() as server, aiohttp.ClientSession(server.base_url, headers=await server.bearer()) as http:
        yield Http(http, server.pid)


def cpu_of(pid: int) -> float:
    """Of the process and its threads, from proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(way: Way, rate: float, seconds: float) -> bool:
    """Whether it is as it must be."""
    times: list[float] = []
    now, count = int(time.time()), int(rate * seconds)

    async def one(number: int) -> None:
        before = time.perf_counter()
        await way.book(str(number), now + DAY_S + number * 60)
        times.append(time.perf_counter() - before)

    begin, cpu = time.perf_counter(), way.cpu_s()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(begin + number / rate - time.perf_counter(), 0))
            group.create_task(one(number))
    cpu_s = way.cpu_s() - cpu
    stored = await way.stored()
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{count} bookings at {rate:g}/s: p50 {1000 * cuts[49]:.1f} ms, p99 {1000 * cuts[98]:.1f} ms, "
        f"worst {1000 * max(times):.1f} ms; {1000 * cpu_s / count:.1f} ms CPU each; {stored} stored"
    )
    return cuts[98] <= MUST_P99_S and stored == count


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rate", type=float, default=20.0)
    arguments.add_argument("--minutes", type=float, default=5.0)
    arguments.add_argument("--directory", type=Path, default=None)
    arguments.add_argument("--http", action="store_true")
    given = arguments.parse_args()
    sys.exit(0 if asyncio.run(run(given)) else 1)


async def run(given: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory(dir=given.directory) as directory:
        async with way_of(Path(directory), by_http=given.http) as way:
            return await measure(way, given.rate, 60 * given.minutes)


if __name__ == "__main__":
    main()
