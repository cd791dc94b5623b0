"""A room with 500 listeners: what a join costs, what telling everyone costs, how often anybody is told who is there.

    python -m loadtests.crowd [--listeners 450] [--joins 50] [--seconds 10] [--json]

Starts a server of its own (`watched.py`); listeners have real signalling and no media. Five parts:

- *Rest*: nobody does anything, before and after the joins, for as many whole rounds of pings as they take. What the
  server takes then is taken off below; how far rests differ is the error of that.

- *A rush*: as many as in the third part join, 50 a second, as when a lecture begins. The others are told of many at a
  time, so nearly all of the server's processor time is the joins'.
- *Telling*: a host types; each edit is told to everyone by itself. Processor time of the server for each client told.
- *Joining*: listeners join one by one, slower than the roster's rounds, up to 500. Of the server's processor time, what
  telling the others took (as measured before, for each list that was written) is taken off; the rest is the join's:
  handshake, token, snapshot of everyone, arranging, and what is written of him a little later. The server has slept
  before each and its code and data have left the processor's caches, so a join costs two to three times as much as in
  a rush. What is left is told with its error, and as "cannot be told" when that is larger.
- *Churn*: 20 come and go as fast as they can, for some seconds. How many lists with news of the roster a
  client got in a second.

The clients share the machine with the server, so only processor time is judged. Before and after, the same run takes
the time of a fixed piece of plain Python and JSON (`processor.plain_work`), by which figures of two processors are
compared.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import os
import statistics
import sys
import time
from collections.abc import Sequence

import aiohttp
import msgspec

from loadtests.columns import columns
from loadtests.listener import Listener
from loadtests.processor import WATCHED_MODULE, ask, plain_work_ms, threads
from tests.server import Server, run_server
from vdxmedia.hub.call_records import WRITTEN_EVERY_S
from vdxmedia.signalling.engine import PING_INTERVAL_S

SETTLE_S = WRITTEN_EVERY_S + 2.0
"""What is written of those who came has been written."""
REST_ROUNDS = 1
"""Of pings: in a window of whole rounds everybody is pinged so often, whenever it begins."""
TELL_ROUNDS = 2
AT_ONCE = 8
"""Connections being made while the room fills."""
EDITS = 40
EDIT_EVERY_S = 0.25
"""As often as a page sends, and slower than a client is written to."""
JOIN_EVERY_S = 0.4
"""Slower than the roster's rounds: each join is told by itself."""
RUSH_EVERY_S = 0.02
CHURNERS = 20
MUST_JOIN_MS = 3.0
MUST_TELL_US = 20.0
MUST_ROSTER_PER_S = 4


class Outcome(msgspec.Struct, frozen=True):
    listeners: int
    joins: int
    join_cpu_ms: float
    """Without telling the others; says nothing when it is not above its error."""
    join_error_ms: float
    """Of the line above: how far rests and rounds of telling differed."""
    join_all_cpu_ms: float
    rush_cpu_ms: float
    """The same for one of many who come together."""
    rush_per_s: float
    tell_cpu_us: float
    """For each client and list."""
    churn_per_s: float
    """Joins and leaves in the third part."""
    roster_per_s: float
    """Lists with news of who is there, to the client that got most of them."""
    join_cpu_ms_by_part: dict[str, float] = {}
    tell_error_us: float = 0.0
    plain_ms: float = 0.0
    """Of `processor.plain_work`, at its lowest in this run."""
    plain_median_ms: float = 0.0
    must_join_ms: float = MUST_JOIN_MS
    must_tell_us: float = MUST_TELL_US
    must_roster_per_s: int = MUST_ROSTER_PER_S

    @property
    def can_be_told(self) -> bool:
        return self.join_cpu_ms > self.join_error_ms


class Measured(msgspec.Struct, frozen=True):
    """Some of one thing."""

    mean: float
    error: float
    """Of the mean: half of what the lowest and the highest differ by."""

    @classmethod
    def of(cls, values: Sequence[float]) -> Measured:
        return cls(statistics.mean(values), (max(values) - min(values)) / 2)


class Joined(msgspec.Struct, frozen=True):
    joins: int
    spent_ns: int
    joins_took_s: float
    took_s: float
    told: int
    """Lists."""

    def all_ms(self, rest: Measured) -> float:
        """For each, of the server; what it takes when nobody joins is taken off."""
        return (self.spent_ns / 1e6 - rest.mean * self.took_s * 1e3) / self.joins

    def join_ms(self, rest: Measured, tell_us: Measured) -> Measured:
        """Without telling the others."""
        lists = self.told / self.joins
        error = rest.error * self.took_s * 1e3 / self.joins + lists * tell_us.error / 1e3
        return Measured(self.all_ms(rest) - lists * tell_us.mean / 1e3, error)


class Crowd:
    """The room being filled; `close` by the stack."""

    def __init__(
        self, stack: contextlib.AsyncExitStack, http: aiohttp.ClientSession, server: Server, link: str
    ) -> None:
        self._stack = stack
        self._http = http
        self._server = server
        self._link = link
        self.members: list[Listener] = []

    def listener(self) -> Listener:
        return Listener(self._http, self._server.base_url, self._link, f"Lytter {len(self.members)}")

    async def one_more(self) -> None:
        member = await self._stack.enter_async_context(self.listener())
        await member.join()
        self.members.append(member)

    async def fill(self, count: int) -> None:
        for _ in range(0, count, AT_ONCE):
            async with asyncio.TaskGroup() as group:
                for _ in range(min(AT_ONCE, count - len(self.members))):
                    group.create_task(self.one_more())

    async def join_every(self, seconds: float, joins: int) -> Joined:
        """One after another, and then until whole rounds of pings have passed and all of it is written."""
        lists = self.lists()
        before, began_s = threads(self._server.pid), time.monotonic()
        for number in range(joins):
            await asyncio.sleep(max(0.0, began_s + number * seconds - time.monotonic()))
            await self.one_more()
        joins_took_s = time.monotonic() - began_s
        rounds = math.ceil((joins_took_s + SETTLE_S) / PING_INTERVAL_S)
        await asyncio.sleep(rounds * PING_INTERVAL_S - joins_took_s)
        spent_ns = threads(self._server.pid).since(before).python_ns
        return Joined(joins, spent_ns, joins_took_s, time.monotonic() - began_s, self.lists() - lists)

    def lists(self) -> int:
        return sum(member.lists for member in self.members)


async def rest_share(server: Server) -> float:
    """Of a core, while nobody does anything."""
    before, began_s = threads(server.pid), time.monotonic()
    await asyncio.sleep(REST_ROUNDS * PING_INTERVAL_S)
    return threads(server.pid).since(before).python_ns / 1e9 / (time.monotonic() - began_s)


async def edits_cost_ns(server: Server, host: Listener, edits: int) -> int:
    """Of the server, while the host types in his room."""
    before = threads(server.pid)
    for number in range(edits):
        await host.ask({"type": "typeText", "to": "all", "keep": number, "text": "x"})
        await asyncio.sleep(EDIT_EVERY_S)
    return threads(server.pid).since(before).python_ns


async def measure_telling(server: Server, crowd: Crowd, host: Listener, alone: Listener, edits: int) -> Measured:
    """Microseconds for each client told; what the same costs in a room with nobody to be told is taken off. Both last
    one round of pings, so the pings are in both."""
    took: list[float] = []
    for _ in range(TELL_ROUNDS):
        fixed_ns = await edits_cost_ns(server, alone, edits)
        lists = crowd.lists()
        spent_ns = await edits_cost_ns(server, host, edits)
        told = crowd.lists() - lists
        assert told >= 0.9 * edits * len(crowd.members), f"only {told} lists came"
        took.append((spent_ns - fixed_ns) / 1e3 / told)
    return Measured.of(took)


async def measure_churn(crowd: Crowd, seconds: float) -> float:
    """Comings and goings a second."""
    ends_s, count = time.monotonic() + seconds, 0

    async def come_and_go() -> None:
        nonlocal count
        while time.monotonic() < ends_s:
            async with crowd.listener() as member:
                await member.join()
                await member.ask({"type": "leave"})
                count += 2

    async with asyncio.TaskGroup() as group:
        for _ in range(CHURNERS):
            group.create_task(come_and_go())
    return count / seconds


async def measure(listeners: int, joins: int, seconds: float, edits: int = EDITS) -> Outcome:
    plain_ms = plain_work_ms()
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server(module=WATCHED_MODULE))
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        room = await server.create_room(maximum=listeners + joins + 1)
        host = await stack.enter_async_context(Listener(http, server.base_url, room["hostUrl"], "Vært"))
        await host.join()
        empty = await server.create_room()
        alone = await stack.enter_async_context(Listener(http, server.base_url, empty["hostUrl"], "Vært"))
        await alone.join()
        crowd = Crowd(stack, http, server, room["guestUrl"])
        await crowd.fill(listeners - joins)
        await asyncio.sleep(SETTLE_S)
        rush_rest = await rest_share(server)
        rush = await crowd.join_every(RUSH_EVERY_S, joins)
        tell_us = await measure_telling(server, crowd, host, alone, edits)
        before_it = await rest_share(server)
        parts = (await ask(server)).spent_ns
        single = await crowd.join_every(JOIN_EVERY_S, joins)
        after = (await ask(server)).spent_ns
        rest = Measured.of((before_it, await rest_share(server)))
        by_itself = single.join_ms(rest, tell_us)
        leavers = crowd.members[-CHURNERS:]
        for member in leavers:
            await member.ask({"type": "leave"})
        stayed = [member for member in crowd.members if member not in leavers]
        heard = [member.roster_lists for member in stayed]
        began_s = time.monotonic()
        churn_per_s = await measure_churn(crowd, seconds)
        took_s = time.monotonic() - began_s
        plain_ms += plain_work_ms()
        rosters = [member.roster_lists - before for member, before in zip(stayed, heard, strict=True)]
        return Outcome(
            listeners=len(crowd.members),
            joins=joins,
            join_cpu_ms=by_itself.mean,
            join_error_ms=by_itself.error,
            join_all_cpu_ms=single.all_ms(rest),
            rush_cpu_ms=rush.join_ms(Measured(rush_rest, 0.0), tell_us).mean,
            rush_per_s=joins / rush.joins_took_s,
            tell_cpu_us=tell_us.mean,
            tell_error_us=tell_us.error,
            churn_per_s=churn_per_s,
            roster_per_s=max(rosters) / took_s,
            plain_ms=min(plain_ms),
            plain_median_ms=statistics.median(plain_ms),
            join_cpu_ms_by_part={name: (after[name] - parts.get(name, 0)) / 1e6 / joins for name in after},
        )


def rows(outcome: Outcome) -> list[tuple[str, str]]:
    def judged(value: float, must: float, text: str) -> str:
        return f"{text}, at most {must:g} {'✓' if value <= must else '✗'}"

    cpu, rush, tell = outcome.join_cpu_ms, outcome.rush_cpu_ms, outcome.tell_cpu_us
    error, tell_error = outcome.join_error_ms, outcome.tell_error_us
    plain = f"{outcome.plain_ms:.2f} ms; the median, with what others did: {outcome.plain_median_ms:.2f}"
    return [
        ("this processor's plain loop and JSON", plain),
        ("listeners, of these joined while it was measured", f"{outcome.listeners}, {outcome.joins}"),
        (
            f"server's processor time a join, without telling the others, {outcome.rush_per_s:.0f} a second",
            judged(rush, outcome.must_join_ms, f"{rush:.2f} ms"),
        ),
        (
            "  one by one",
            judged(cpu, outcome.must_join_ms, f"{cpu:.2f} ms, give or take {error:.2f}")
            if outcome.can_be_told
            else f"cannot be told: {cpu:.2f} ms, give or take {error:.2f}",
        ),
        ("  all of it", f"{outcome.join_all_cpu_ms:.2f} ms"),
        *((f"  {name}", f"{value:.2f} ms") for name, value in outcome.join_cpu_ms_by_part.items() if value >= 0.005),
        ("telling one client", judged(tell, outcome.must_tell_us, f"{tell:.1f} us, give or take {tell_error:.1f}")),
        ("comings and goings a second", f"{outcome.churn_per_s:.0f}"),
        (
            "roster messages a second to one client",
            judged(outcome.roster_per_s, outcome.must_roster_per_s, f"{outcome.roster_per_s:.1f}"),
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What a room with 500 listeners costs.")
    parser.add_argument("--listeners", type=int, default=450)
    parser.add_argument("--joins", type=int, default=49)
    parser.add_argument("--seconds", type=float, default=10.0, help="of churn")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    given = parser.parse_args(arguments)
    os.environ.setdefault("VDX_LIMITS_JOINS_PER_SECOND", "10000")
    outcome = asyncio.run(measure(given.listeners, given.joins, given.seconds))
    print(msgspec.json.encode(outcome).decode() if given.json else columns(rows(outcome)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
