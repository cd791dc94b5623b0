"""How many join a second on one core: everybody comes in the same moment, by signalling alone.

    python -m loadtests.rush [--per-second 100] [--joins 1000] [--json]

The server and its relay are bound to the machine's first core (`taskset`), the clients to the others. The people come
evenly, and stay; once into rooms of three, as in the morning's consultations, and once all into rooms of 500. Each is
timed from the first packet of TCP until the join is answered. On a machine that does other work the latencies are upper
bounds; processor time for each join, and how many that makes in a second of one core, is the measure that lasts.

Left out: media, which has its own price (`join.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence

import msgspec

from loadtests.audience import Entered, run_audience
from loadtests.columns import columns
from loadtests.join import quantile
from loadtests.processor import threads
from tests.server import run_server

SMALL_ROOM, LARGE_ROOM = 3, 500
WARM_UP = 50
"""Joins before, that are not measured: caches and code that runs for the first time."""
SETTLE_S = 1.0
MUST_P99_S = 1.0
MUST_PER_S = 100.0


class Outcome(msgspec.Struct, frozen=True):
    rooms_of: int
    wished_per_s: float
    had_per_s: float
    joins: int
    refused: dict[str, int]
    p50_s: float
    p99_s: float
    longest_s: float
    generator_late_s: float
    """How far the clients were behind their own pace at worst."""
    server_cpu_ms_per_join: float
    """All of the server's Python, with telling the others of the room."""
    core_share: float
    """Of the one core, with the relay's threads."""
    must_p99_s: float = MUST_P99_S

    @property
    def would_fit_per_s(self) -> float:
        """By processor time alone."""
        return 1e3 / self.server_cpu_ms_per_join

    @property
    def is_held(self) -> bool:
        return not self.refused and self.p99_s < self.must_p99_s and self.had_per_s >= 0.95 * self.wished_per_s


def pins() -> tuple[Sequence[str], Sequence[str]]:
    """The commands that bind the server to one core and the clients to the others; of one core all have it."""
    first, *others = sorted(os.sched_getaffinity(0))
    rest = ",".join(map(str, others or [first]))
    return ("taskset", "-c", str(first)), ("taskset", "-c", rest)


async def measure(rooms_of: int, joins: int, per_second: float, warm_up: int = WARM_UP) -> Outcome:
    server_pin, client_pin = pins()
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server(under=server_pin))
        audience = await stack.enter_async_context(run_audience(server.base_url, under=client_pin))
        rooms = [await server.create_room(maximum=rooms_of) for _ in range(-(-joins // rooms_of))]
        before_it = await server.create_room(maximum=max(warm_up, 2))
        await audience.enter([before_it["guestUrl"]] * warm_up)
        await asyncio.sleep(SETTLE_S)
        before = threads(server.pid)
        links = [rooms[number // rooms_of]["guestUrl"] for number in range(joins)]
        entered: Entered = await audience.enter(links, 1 / per_second)
        spent = threads(server.pid).since(before)
        took_s = entered.took_s or [float("inf")]
        return Outcome(
            rooms_of=rooms_of,
            wished_per_s=per_second,
            had_per_s=len(entered.took_s) / entered.whole_s,
            joins=joins,
            refused=entered.refused,
            p50_s=quantile(took_s, 0.5),
            p99_s=quantile(took_s, 0.99),
            longest_s=max(took_s),
            generator_late_s=entered.late_s,
            server_cpu_ms_per_join=spent.python_ns / 1e6 / joins,
            core_share=(spent.python_ns + spent.relay_ns) / 1e9 / entered.whole_s,
        )


def rows(outcome: Outcome) -> list[list[str]]:
    return [
        ["", f"rooms of {outcome.rooms_of}"],
        ["joins, of these refused", f"{outcome.joins}, {sum(outcome.refused.values())}"],
        ["joins a second, wished and had", f"{outcome.wished_per_s:.0f}, {outcome.had_per_s:.0f}"],
        ["TCP to the join's answer, p50", f"{outcome.p50_s * 1e3:.0f} ms"],
        [
            f"  p99, below {outcome.must_p99_s * 1e3:.0f} ms",
            f"{outcome.p99_s * 1e3:.0f} ms {'✓' if outcome.is_held else '✗'}",
        ],
        ["  the longest", f"{outcome.longest_s * 1e3:.0f} ms"],
        ["server's processor time a join", f"{outcome.server_cpu_ms_per_join:.2f} ms"],
        ["  so many a second fill a core", f"{outcome.would_fit_per_s:.0f}"],
        ["share of its core, with the relay", f"{outcome.core_share:.2f}"],
        ["clients behind their pace, at worst", f"{outcome.generator_late_s * 1e3:.0f} ms"],
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How many join a second on one core.")
    parser.add_argument("--per-second", type=float, default=MUST_PER_S)
    parser.add_argument("--joins", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of the table")
    given = parser.parse_args(arguments)
    os.environ.setdefault("VDX_LIMITS_JOINS_PER_SECOND", "10000")  # the server's own limit is not what is measured
    outcomes = [asyncio.run(measure(size, given.joins, given.per_second)) for size in (SMALL_ROOM, LARGE_ROOM)]
    if given.json:
        print(msgspec.json.encode(outcomes).decode())
    else:
        tables = [rows(one) for one in outcomes]
        print(columns([[lines[0][0], *(value for _, value in lines)] for lines in zip(*tables, strict=True)]))
        for outcome in outcomes:
            for text, count in outcome.refused.items():
                print(f"refused {count}: {text}", file=sys.stderr)
    return 0 if all(outcome.is_held for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
