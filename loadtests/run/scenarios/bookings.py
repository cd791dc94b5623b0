"""Bookings come steadily over the VDX video API, each answered when it is on the disk; `--with rate=20` a second.

As `python -m loadtests.bookings --http`, of a server that is started here, which prints the client's secret; the
access token outlasts nine minutes.
"""

from __future__ import annotations

import asyncio
import time

import aiohttp

from loadtests.bookings import DAY_S, Http
from loadtests.run.flags import BadFlag, Flags
from loadtests.run.level import ServiceLevel
from loadtests.run.scenario import Scenario
from loadtests.run.stage import Stage
from loadtests.run.watch import HOLDING

TOKEN_S = 540.0
BOOKING_S = 0.25


async def play(stage: Stage) -> None:
    rate, server = stage.parameter("rate"), stage.server.process
    if server is None:
        raise BadFlag("bookings: only of a server that is started here, without --url")
    if stage.flags.duration_s > TOKEN_S or rate <= 0:
        raise BadFlag(f"bookings: a rate above 0 and at most {TOKEN_S:g} s, which the access token outlasts")
    confirmed = 0
    count, day = round(rate * stage.flags.duration_s), int(time.time()) + DAY_S
    async with aiohttp.ClientSession(server.base_url, headers=await server.bearer()) as http:
        way = Http(http, server.pid)

        async def one(number: int) -> None:
            nonlocal confirmed
            began_s = time.monotonic()
            try:
                await way.book(str(number), day + 60 * number)
            except (SystemExit, aiohttp.ClientError) as error:
                stage.failed[f"booking: {error}"[:100]] += 1
                return
            confirmed += 1
            stage.note("booking_s", time.monotonic() - began_s)

        async with stage.phase(HOLDING), asyncio.TaskGroup() as tasks:
            began_s = time.monotonic()
            for number in range(count):
                await asyncio.sleep(max(0.0, began_s + number / rate - time.monotonic()))
                tasks.create_task(one(number), name="booking")
        stored = await way.stored()
        if stored != confirmed:  # More: of those that were refused some were stored after all.
            stage.failed[f"{confirmed} bookings of {count} were confirmed, and {stored} are stored"] += 1


SCENARIO = Scenario(
    name="bookings",
    about="Bookings come steadily over the VDX video API",
    defaults=Flags(duration_s=30.0, clients=1),
    level=ServiceLevel(),
    bounds={"booking_s": BOOKING_S},
    parameters={"rate": "20"},
    play=play,
)
