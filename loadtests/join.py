"""What a join takes on loopback: from the offer to the first forwarded packet, and the server's processor time by part.

    python -m loadtests.join --joins 100 --per-second 50 [--rooms-of 10] [--video-slots 9] [--json]

Starts a server of its own (`watched.py`) and the generator; in each room one publisher sends before anyone joins. Each
joiner connects, joins, offers, gets its first authentic packet, and stays. Without `--rooms-of` the joins are measured
twice: into rooms of 10 by turns, and all into one room, which is what the demands are about (with `--json` that one
only). The server's time is all of its threads', over the
whole run of the joins, so it contains signalling, SDP, DTLS, ICE, and the little that is forwarded meanwhile. Clients
run in this process and the generator's: on a machine with two cores they compete with the server, so the latencies are
upper bounds and processor time is the measure.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence

import aiohttp
import msgspec

from loadtests import native
from loadtests.columns import columns
from loadtests.participant import MICROPHONE, Participant, camera, join
from loadtests.processor import WATCHED_MODULE, Threads, Watched, ask, threads
from tests.server import Server, run_server

PUBLISHED_BPS = 120_000
"""A small picture: the work of forwarding is to stay small beside that of joining."""
SETTLE_S = 1.0
SIGNALLING_PARTS = ("handshake", "commands", "room", "telling", "keeping")
"""HTTP's upgrade; commands but SDP; who sees whom; events to everyone; the state of rooms, for the store."""
SMALL_ROOM = 10
IDLE_WINDOW_S = 3.0
"""The server with its publisher alone, to be taken off."""


class Shares(msgspec.Struct, frozen=True):
    """Processor time of the server for each join, in milliseconds."""

    signalling: float
    """HTTP, socket.io, the room: what is not one of the others."""
    sdp: float
    """The offer read, negotiated, answered."""
    plane: float
    """Commands to the relay, and events from it."""
    dtls: float
    """The handshake, Python's and OpenSSL's part."""
    relay: float
    """The relay's threads: ICE, keys, and the little that is forwarded."""


class Outcome(msgspec.Struct, frozen=True):
    joins: int
    per_second: float
    video_slots: int
    failed: int
    first_packet_p50_ms: float
    first_packet_p99_ms: float
    answer_p50_ms: float
    """Offer sent until the answer was there."""
    ice_p50_ms: float
    dtls_p50_ms: float
    dtls_p99_ms: float
    took_s: float
    server_cpu_ms_per_join: float
    server_cpu_ms_by_part: Shares
    server_cpu_share: float
    """Of one core, while joins went on."""
    idle_cpu_share: float
    """Of one core, before; taken off the line above it per join."""
    generator_cpu_ms_per_join: float
    faults: int
    rooms_of: int = 0
    """Joiners of each room; 0: all in one."""
    handshake_p50_ms: float = 0.0
    """Before the offer: from nothing until the token was taken, with TCP, HTTP and the upgrade."""
    join_p50_ms: float = 0.0
    """Then, from the join to its answer."""
    signalling_cpu_ms_by_part: dict[str, float] = {}
    must_p50_ms: float = 15.0
    must_p99_ms: float = 60.0
    must_cpu_ms: float = 5.0


class Timing(msgspec.Struct, frozen=True):
    handshake_ms: float
    join_ms: float
    answer_ms: float
    ice_ms: float
    dtls_ms: float
    first_packet_ms: float


class Spent(msgspec.Struct, frozen=True):
    """Of the server, within a window."""

    took_s: float
    threads: Threads
    parts_ns: Counter[str]
    """Of the event loop's thread."""

    @property
    def total_ns(self) -> int:
        return self.threads.python_ns + self.threads.relay_ns


class Window:
    """From `begin` to `end`. The server's own answer to the question, some milliseconds, is left out."""

    def __init__(self, server: Server, watched: Watched) -> None:
        self._server = server
        self._watched = watched
        self._threads = threads(server.pid)
        self._began_s = time.monotonic()

    @classmethod
    async def begin(cls, server: Server) -> Window:
        return cls(server, await ask(server))

    async def end(self) -> Spent:
        took_s, spent = time.monotonic() - self._began_s, threads(self._server.pid).since(self._threads)
        parts_ns = Counter((await ask(self._server)).spent_ns)
        parts_ns.subtract(self._watched.spent_ns)
        return Spent(took_s, spent, parts_ns)


def signalling_shares(spent: Spent, idle: Spent, joins: int, signalling_ms: float) -> dict[str, float]:
    """Of what signalling takes: by part, and the rest, which is the event loop, reading HTTP and frames, and tasks."""
    quiet = spent.took_s / idle.took_s
    known = {
        name: max(0.0, spent.parts_ns[name] - quiet * idle.parts_ns[name]) / 1e6 / joins for name in SIGNALLING_PARTS
    }
    return {**known, "rest": max(0.0, signalling_ms - sum(known.values()))}


def shares(spent: Spent, idle: Spent, joins: int) -> Shares:
    """By part, what would have been spent without joins taken off."""
    quiet = spent.took_s / idle.took_s

    def part_ms(name: str) -> float:
        return max(0.0, spent.parts_ns[name] - quiet * idle.parts_ns[name]) / 1e6 / joins

    python_ms = max(0.0, spent.threads.python_ns - quiet * idle.threads.python_ns) / 1e6 / joins
    sdp, plane, dtls = part_ms("sdp"), part_ms("plane"), part_ms("dtls")
    return Shares(
        signalling=max(0.0, python_ms - sdp - plane - dtls),
        sdp=sdp,
        plane=plane,
        dtls=dtls,
        relay=max(0.0, spent.threads.relay_ns - quiet * idle.threads.relay_ns) / 1e6 / joins,
    )


async def one_join(
    stack: contextlib.AsyncExitStack,
    generator: native.Generator,
    server: Server,
    link: str,
    http: aiohttp.ClientSession,
    video_slots: int,
) -> Timing:
    """Raises: what a client meets; the run counts it."""
    participant: Participant = await stack.enter_async_context(
        join(generator, server.base_url, link, "Joiner", video_slots=video_slots, http=http)
    )
    await participant.connect_media()
    answered_ns = time.monotonic_ns()
    first = await generator.until_first_packet(participant.peer)
    connected = generator.connected[participant.peer]
    return Timing(
        handshake_ms=(participant.connected_ns - participant.began_ns) / 1e6,
        join_ms=(participant.joined_ns - participant.connected_ns) / 1e6,
        answer_ms=(answered_ns - participant.offered_ns) / 1e6,
        ice_ms=connected.ice_us / 1e3,
        dtls_ms=connected.dtls_us / 1e3,
        first_packet_ms=(first.at_ns - participant.offered_ns) / 1e6,
    )


async def measure(joins: int, per_second: float, video_slots: int, rooms_of: int = 0) -> Outcome:
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server(module=WATCHED_MODULE))
        generator = await stack.enter_async_context(native.run_generator())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        rooms = [
            await server.create_room(maximum=(rooms_of or joins) + 1) for _ in range(-(-joins // (rooms_of or joins)))
        ]
        for room in rooms:
            publisher = await stack.enter_async_context(join(generator, server.base_url, room["hostUrl"], "Publisher"))
            await publisher.connect_media(microphone=MICROPHONE, picture=camera(PUBLISHED_BPS, 15))
            await generator.until_connected(publisher.peer)
        await asyncio.sleep(SETTLE_S)
        idle = await Window.begin(server)
        await asyncio.sleep(IDLE_WINDOW_S)
        idle_spent = await idle.end()
        await generator.stats(reset=True)
        before, window, began_s = await generator.stats(), await Window.begin(server), time.monotonic()
        tasks = []
        for number in range(joins):
            await asyncio.sleep(max(0.0, began_s + number / per_second - time.monotonic()))
            link = rooms[number % len(rooms)]["guestUrl"]
            work = one_join(stack, generator, server, link, http, video_slots)
            tasks.append(asyncio.create_task(work, name=f"join {number}"))
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        took_s = time.monotonic() - began_s
        spent = await window.end()
        after = await generator.stats()
        timings = [outcome for outcome in outcomes if isinstance(outcome, Timing)]
        for error in {repr(outcome) for outcome in outcomes if isinstance(outcome, BaseException)}:
            print(f"failed: {error}", file=sys.stderr)
        if not timings:
            raise SystemExit("no join succeeded")
        parts = shares(spent, idle_spent, joins)
        return Outcome(
            joins=joins,
            per_second=per_second,
            video_slots=video_slots,
            failed=joins - len(timings),
            first_packet_p50_ms=quantile([timing.first_packet_ms for timing in timings], 0.5),
            first_packet_p99_ms=quantile([timing.first_packet_ms for timing in timings], 0.99),
            answer_p50_ms=quantile([timing.answer_ms for timing in timings], 0.5),
            ice_p50_ms=quantile([timing.ice_ms for timing in timings], 0.5),
            dtls_p50_ms=quantile([timing.dtls_ms for timing in timings], 0.5),
            dtls_p99_ms=quantile([timing.dtls_ms for timing in timings], 0.99),
            took_s=took_s,
            server_cpu_ms_per_join=sum(msgspec.structs.astuple(parts)),
            server_cpu_ms_by_part=parts,
            server_cpu_share=spent.total_ns / 1e9 / spent.took_s,
            idle_cpu_share=idle_spent.total_ns / 1e9 / idle_spent.took_s,
            generator_cpu_ms_per_join=(after.cpu_ns - before.cpu_ns) / 1e6 / joins,
            faults=after.faults,
            rooms_of=rooms_of,
            handshake_p50_ms=quantile([timing.handshake_ms for timing in timings], 0.5),
            join_p50_ms=quantile([timing.join_ms for timing in timings], 0.5),
            signalling_cpu_ms_by_part=signalling_shares(spent, idle_spent, joins, parts.signalling),
        )


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return statistics.median(ordered) if share == 0.5 else ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def rows(outcome: Outcome) -> list[tuple[str, str]]:
    """Names and values; the demands are about one room of all."""
    parts = msgspec.structs.asdict(outcome.server_cpu_ms_by_part)
    first, cpu = (outcome.first_packet_p50_ms, outcome.first_packet_p99_ms), outcome.server_cpu_ms_per_join

    def verdict(*pairs: tuple[float, float]) -> str:
        return "" if outcome.rooms_of else " ✓" if all(value <= must for value, must in pairs) else " ✗"

    return [
        ("", f"rooms of {outcome.rooms_of}" if outcome.rooms_of else f"one room of {outcome.joins}"),
        ("joins, of these failed", f"{outcome.joins}, {outcome.failed}"),
        ("joins a second, wished and had", f"{outcome.per_second:.0f}, {outcome.joins / outcome.took_s:.0f}"),
        ("before the offer: handshake and token, p50", f"{outcome.handshake_p50_ms:.1f} ms"),
        ("  join to its answer, p50", f"{outcome.join_p50_ms:.1f} ms"),
        (
            f"offer to first packet, p50 / p99, at most {outcome.must_p50_ms:.0f} / {outcome.must_p99_ms:.0f}",
            f"{first[0]:.1f} / {first[1]:.1f} ms"
            + verdict((first[0], outcome.must_p50_ms), (first[1], outcome.must_p99_ms)),
        ),
        ("  offer to answer, p50", f"{outcome.answer_p50_ms:.1f} ms"),
        ("  first check to its answer, p50", f"{outcome.ice_p50_ms:.1f} ms"),
        ("  DTLS, p50 / p99", f"{outcome.dtls_p50_ms:.1f} / {outcome.dtls_p99_ms:.1f} ms"),
        (
            f"server's processor time a join, all of it, at most {outcome.must_cpu_ms:.0f}",
            f"{cpu:.1f} ms" + verdict((cpu, outcome.must_cpu_ms)),
        ),
        ("  signalling", f"{parts.pop('signalling'):.2f} ms"),
        *((f"    {name}", f"{value:.2f} ms") for name, value in outcome.signalling_cpu_ms_by_part.items()),
        *((f"  {name}", f"{value:.2f} ms") for name, value in parts.items()),
        ("  share of a core, idle before", f"{outcome.server_cpu_share:.2f}, {outcome.idle_cpu_share:.2f}"),
        ("generator's processor time a join", f"{outcome.generator_cpu_ms_per_join:.1f} ms"),
        ("faults in what arrived", str(outcome.faults)),
    ]


def side_by_side(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """Each outcome's values in a column of its own."""
    return [[lines[0][0], *(value for _, value in lines)] for lines in zip(*map(rows, outcomes), strict=True)]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures joins on loopback.")
    parser.add_argument("--joins", type=int, default=100)
    parser.add_argument("--per-second", type=float, default=50.0)
    parser.add_argument("--video-slots", type=int, default=9)
    parser.add_argument("--rooms-of", type=int, help="joiners of each room; 0: all in one")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    arguments = parser.parse_args()
    # The server's own limit on joins is not what is measured.
    os.environ.setdefault("VDX_LIMITS_JOINS_PER_SECOND", "10000")
    native.build()
    kinds = [arguments.rooms_of] if arguments.rooms_of is not None else [0] if arguments.json else [SMALL_ROOM, 0]
    outcomes = [
        asyncio.run(measure(arguments.joins, arguments.per_second, arguments.video_slots, rooms_of))
        for rooms_of in kinds
    ]
    print(msgspec.json.encode(outcomes[0]).decode() if arguments.json else columns(side_by_side(outcomes)))
    return 1 if any(outcome.failed or outcome.faults for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
