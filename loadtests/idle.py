"""What the server's Python takes beside a calm call: everyone is connected and nothing changes.

    python -m loadtests.idle [--participants 50] [--cameras 4] [--speaking 0] [--seconds 30] [--json]

Starts a server of its own and the generator. Everyone's microphone is open, some have a camera, all send checks,
reports and feedback as browsers do, and answer socket.io's pings; nobody comes or goes. In a calm call nobody speaks
either: who does makes the levels that everyone is told ten times a second (`--speaking` shows what that costs).
Counted is the processor time of all threads of the process but the relay's, and how often the event loop was woken.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import time

import aiohttp
import msgspec

from loadtests import native
from loadtests.columns import columns
from loadtests.participant import MICROPHONE, camera, join
from loadtests.processor import threads, wakeups
from tests.server import run_server

CAMERA_BPS = 120_000
BACKGROUND = msgspec.structs.replace(MICROPHONE, level=80)
"""A quiet room: dBov below full scale."""
SETTLE_S = 8.0
"""From the last connection: joins, keyframes and estimates are over."""
MUST_SHARE = 0.003


class Outcome(msgspec.Struct, frozen=True):
    participants: int
    cameras: int
    speaking: int
    seconds: float
    python_share: float
    """Of a core."""
    relay_share: float
    wakeups_per_s: float
    """Of the event loop's thread."""
    packets_per_s: float
    """To all subscribers."""
    faults: int
    must_share: float = MUST_SHARE


async def measure(participants: int, cameras: int, speaking: int, seconds: float) -> Outcome:
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server())
        generator = await stack.enter_async_context(native.run_generator())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        room = await server.create_room(maximum=participants)
        for number in range(participants):
            link = room["hostUrl"] if number == 0 else room["guestUrl"]
            one = await stack.enter_async_context(join(generator, server.base_url, link, f"Member {number}", http=http))
            picture = camera(CAMERA_BPS, 15) if number < cameras else ()
            microphone = MICROPHONE if number < speaking else BACKGROUND
            await one.connect_media(microphone=microphone, picture=picture)
            await generator.until_connected(one.peer)
        await asyncio.sleep(SETTLE_S)
        await generator.stats(reset=True)
        before, woken, began_s = threads(server.pid), wakeups(server.pid), time.monotonic()
        await asyncio.sleep(seconds)
        spent, took_s = threads(server.pid).since(before), time.monotonic() - began_s
        stats = await generator.stats()
        return Outcome(
            participants=participants,
            cameras=cameras,
            speaking=speaking,
            seconds=took_s,
            python_share=spent.python_ns / took_s / 1e9,
            relay_share=spent.relay_ns / took_s / 1e9,
            wakeups_per_s=(wakeups(server.pid) - woken) / took_s,
            packets_per_s=stats.findings["packets"] / took_s,
            faults=stats.faults,
        )


def rows(outcome: Outcome) -> list[tuple[str, str]]:
    return [
        ("participants, cameras, speaking", f"{outcome.participants}, {outcome.cameras}, {outcome.speaking}"),
        ("Python, of a core", f"{outcome.python_share:.2%}, at most {outcome.must_share:.1%}"),
        ("relay, of a core", f"{outcome.relay_share:.1%}"),
        ("wake-ups of the event loop a second", f"{outcome.wakeups_per_s:.0f}"),
        ("packets a second, to all", f"{outcome.packets_per_s:,.0f}"),
        ("faults in what arrived", str(outcome.faults)),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="What Python takes beside a calm call.")
    parser.add_argument("--participants", type=int, default=50)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--speaking", type=int, default=0, help="who speaks without a pause")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    given = parser.parse_args()
    os.environ.setdefault("VDX_LIMITS_JOINS_PER_SECOND", "10000")
    native.build()
    outcome = asyncio.run(measure(given.participants, given.cameras, given.speaking, given.seconds))
    print(msgspec.json.encode(outcome).decode() if given.json else columns(rows(outcome)))
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
