"""How long a booking takes while they come steadily: from the request to the answer that it is on the disk.

    python -m loadtests.bookings [--rate 20] [--minutes 5] [--directory DIRECTORY]

Asks the booking desk as the APIs do, over SQLite in DIRECTORY (a real disk, not a temporary file system in memory), and
prints the times, the processor time per booking and whether all that was answered is stored. Bookings are sent when
their time has come, whether the last one is answered or not. Left out: HTTP and tokens.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.booker import CALLER, desk_of
from vdxmedia.booking.requests import By, Criterion, NewMeeting

MUST_P99_S = 0.25
DAY_S = 86_400


async def measure(directory: Path, rate: float, seconds: float) -> bool:
    """Whether it is as it must be."""
    times: list[float] = []
    now = int(time.time())
    async with desk_of(f"sqlite:///{directory}/store.db") as desk:

        async def one(number: int) -> None:
            starts_at = now + DAY_S + number * 60
            new = NewMeeting(subject="Samtale", starts_at=starts_at, ends_at=starts_at + 1800, external_id=str(number))
            before = time.perf_counter()
            await desk.book(CALLER, new)
            times.append(time.perf_counter() - before)

        count = int(rate * seconds)
        begin, cpu = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                await asyncio.sleep(max(begin + number / rate - time.perf_counter(), 0))
                group.create_task(one(number))
        cpu_s = time.process_time() - cpu
        stored = sum([len(page) async for page in desk.search(CALLER, Criterion(by=By.SUBJECT, text="Samtale"))])
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
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=given.directory) as directory:
        is_good = asyncio.run(measure(Path(directory), given.rate, 60 * given.minutes))
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
