"""What it costs to tell a room of chat, hands and speakers, by how many are in it.

    python -m loadtests.one_room [--sizes 50 100 200 500] [--seconds 15] [--json]

For each size a server of its own and one room. A few people do the same in each, at the same pace: they write to all,
ask for the floor and take it back, and speak by turns with real sound through the relay; everybody else listens. Of the
server's Python all processor time is counted, pings and acknowledgements too, and divided by the messages that reached
a client: WebSocket messages with a list of events.

A command has its own price, whoever is told of it: read, decided, answered. It is measured in a room of those few
alone, and taken off for the second column, what a listener costs; the demand is that this does not grow with the room.
In the first column the commands' price is shared by more people in a larger room, so it may only fall.

Left out: pictures, and people who come and go (`crowd.py`, `rush.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Sequence

import aiohttp
import msgspec

from loadtests import native
from loadtests.audience import STAMP, Audience, run_audience
from loadtests.columns import columns
from loadtests.join import quantile
from loadtests.listener import Listener
from loadtests.participant import MICROPHONE, Participant, join
from loadtests.processor import Threads, threads
from tests.server import Server, run_server

SIZES = (50, 100, 200, 500)
WRITERS, HANDS, SPEAKERS = 4, 4, 2
ACTORS = WRITERS + HANDS + SPEAKERS
STEP_S = 0.1
"""Something happens as often, by turns: a message, a hand, a voice; slower than lists go out to one client, so that
each is told by itself."""
SETTLE_S = 2.0
"""For the last newcomers to be told to everybody."""
MUST_STAY_WITHIN = 0.15


class Size(msgspec.Struct, frozen=True):
    people: int
    delivered: int
    """WebSocket messages with events that clients got."""
    events: dict[str, int]
    """That listeners got."""
    cpu_us: float
    """Of the server's Python for each of them."""
    listener_us: float
    """Without what the same costs where nobody listens."""
    relay_us: float
    core_share: float
    delay_p50_ms: float
    """Of chat, from the writer's socket to the reader's."""
    delay_p99_ms: float


class Outcome(msgspec.Struct, frozen=True):
    sizes: list[Size]
    must_stay_within: float = MUST_STAY_WITHIN

    @property
    def ratio(self) -> float:
        """Of the largest room to the smallest: a message's whole price."""
        return self.sizes[-1].cpu_us / self.sizes[0].cpu_us

    @property
    def listener_ratio(self) -> float:
        return self.sizes[-1].listener_us / self.sizes[0].listener_us

    @property
    def is_held(self) -> bool:
        most = 1 + self.must_stay_within
        return self.ratio <= most and self.listener_ratio <= most


class Window(msgspec.Struct, frozen=True):
    spent: Threads
    took_s: float
    delivered: int
    events: dict[str, int]
    delays_ms: list[float]


class Room:
    """One room with those who do something in it; `fill` it with listeners."""

    def __init__(self, server: Server, link: str, audience: Audience) -> None:
        self._server = server
        self._link = link
        self._audience = audience
        self._writers: list[Listener] = []
        self._hands: list[Listener] = []
        self._speakers: list[Participant] = []
        self.people = 0

    async def enter(
        self,
        stack: contextlib.AsyncExitStack,
        http: aiohttp.ClientSession,
        generator: native.Generator,
    ) -> None:
        for number in range(WRITERS + HANDS):
            actor = await stack.enter_async_context(
                Listener(http, self._server.base_url, self._link, f"Deltager {number}")
            )
            await actor.join()
            (self._writers if number < WRITERS else self._hands).append(actor)
        for number in range(SPEAKERS):
            speaker = await stack.enter_async_context(
                join(generator, self._server.base_url, self._link, f"Taler {number}", video_slots=0)
            )
            await speaker.connect_media(microphone=MICROPHONE, is_waiting=True)
            await generator.until_connected(speaker.peer)
            self._speakers.append(speaker)
        self.people = ACTORS

    async def fill(self, people: int) -> None:
        """Raises: RuntimeError when somebody is refused."""
        entered = await self._audience.enter([self._link] * (people - self.people))
        if entered.refused:
            raise RuntimeError(f"refused: {entered.refused}")
        self.people = people

    async def watch(self, seconds: float) -> Window:
        """Everybody does his part meanwhile."""
        await asyncio.sleep(SETTLE_S)
        told, lists = await self._audience.told(), self._lists()
        before, began_s = threads(self._server.pid), time.monotonic()
        await self._act(seconds)
        spent, took_s = threads(self._server.pid).since(before), time.monotonic() - began_s
        after = await self._audience.told()
        return Window(
            spent=spent,
            took_s=took_s,
            delivered=after.lists - told.lists + self._lists() - lists,
            events={name: count - told.events.get(name, 0) for name, count in after.events.items()},
            delays_ms=after.delays_ms,
        )

    def _lists(self) -> int:
        listening = sum(one.lists for one in (*self._writers, *self._hands))
        return listening + sum(one.lists for one in self._speakers)

    async def _act(self, seconds: float) -> None:
        """The same in a room of any size: a round is a message, a hand, a voice."""
        next_s = time.monotonic()
        for number in range(round(seconds / STEP_S)):
            await asyncio.sleep(max(0.0, next_s - time.monotonic()))
            next_s = max(next_s, time.monotonic()) + STEP_S  # what is late is not caught up: people do not, either
            turn, what = divmod(number, 3)
            if what == 0:
                writer = self._writers[turn % WRITERS]
                text = f"{STAMP}{time.monotonic_ns()}"
                await writer.ask({"type": "writeChat", "to": "all", "text": text})
            elif what == 1:
                kind = "requestFloor" if turn // HANDS % 2 == 0 else "releaseFloor"
                await self._hands[turn % HANDS].ask({"type": kind})
            else:
                speaker = self._speakers[turn // 2 % SPEAKERS]
                await speaker.set_source("microphone", active=turn % 2 == 0)


async def measure_size(people: int, seconds: float) -> tuple[Window, Window]:
    """What it is with those who act alone, and with everybody."""
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server())
        generator = await stack.enter_async_context(native.run_generator())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        audience = await stack.enter_async_context(run_audience(server.base_url))
        made = await server.create_room(maximum=people, floorPolicy="hands")
        room = Room(server, made["guestUrl"], audience)
        await room.enter(stack, http, generator)
        alone = await room.watch(seconds)
        await room.fill(people)
        return alone, await room.watch(seconds)


def size_of(people: int, alone: Window, full: Window) -> Size:
    fixed_ns = alone.spent.python_ns * full.took_s / alone.took_s
    delays_ms = full.delays_ms or [float("nan")]
    return Size(
        people=people,
        delivered=full.delivered,
        events=full.events,
        cpu_us=full.spent.python_ns / 1e3 / full.delivered,
        listener_us=(full.spent.python_ns - fixed_ns) / 1e3 / (full.delivered - alone.delivered),
        relay_us=full.spent.relay_ns / 1e3 / full.delivered,
        core_share=full.spent.python_ns / 1e9 / full.took_s,
        delay_p50_ms=quantile(delays_ms, 0.5),
        delay_p99_ms=quantile(delays_ms, 0.99),
    )


async def measure(sizes: Sequence[int], seconds: float) -> Outcome:
    return Outcome([size_of(people, *await measure_size(people, seconds)) for people in sizes])


def rows(outcome: Outcome) -> list[list[str]]:
    lines = [["people", "messages delivered", "us each", "us a listener", "share of a core", "delay p50 / p99"]]
    lines += [
        [
            str(one.people),
            str(one.delivered),
            f"{one.cpu_us:.1f}",
            f"{one.listener_us:.1f}",
            f"{one.core_share:.3f}",
            f"{one.delay_p50_ms:.0f} / {one.delay_p99_ms:.0f} ms",
        ]
        for one in outcome.sizes
    ]
    verdict = f"at most {1 + outcome.must_stay_within:g} {'✓' if outcome.is_held else '✗'}"
    return [*lines, ["largest to smallest", "", f"{outcome.ratio:.2f}", f"{outcome.listener_ratio:.2f}", verdict]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What telling one client costs, by how many are in the room.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each of the two windows of a size")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    given = parser.parse_args(arguments)
    os.environ.setdefault("VDX_LIMITS_JOINS_PER_SECOND", "10000")  # the server's own limit is not what is measured
    native.build()
    outcome = asyncio.run(measure(given.sizes, given.seconds))
    print(msgspec.json.encode(outcome).decode() if given.json else columns(rows(outcome), are_numbers=True))
    return 0 if outcome.is_held else 1


if __name__ == "__main__":
    sys.exit(main())
