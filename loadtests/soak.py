"""Churn against a real server, and what of it stays behind: memory, descriptors, threads, tasks, peers, sources, rooms.

    python -m loadtests.soak --minutes 10 [--rooms 3] [--people 4] [--workers 2] [--seed 1] [--json]

Starts `vdxmedia dev` and the load generator. In each generation the rooms are opened and filled, everybody churns
(joins, leaves with and without goodbye, reloads, ICE begun anew, mutes, cameras and screens on and off, a room closed
and another opened), then all go: every other generation by closing the rooms, otherwise by themselves, those without
goodbye by the server's own timers. Twice a generation a sample counts: with all rooms full, and empty. The verdict
looks at the second half: memory does not grow; and an empty server has at last what it had at first. With several
workers each connection goes to the next one, so that every room is on all of them. Left out: whether packets arrive
right, beyond the generator's own faults.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from socketio.exceptions import SocketIOError

from loadtests import native
from loadtests.participant import MICROPHONE, Participant, Refused, camera, connect
from tests.server import Server, run_server
from tests.spread import SPREAD_MODULE

SAMPLE_S = 5.0
CHURN_S = 30.0
"""Of one generation."""
EMPTY_TIMEOUT_S = 60.0
"""Longer than the server keeps the seat of one who vanished (30 s)."""
SETTLE_S = 1.0
"""From the last change to a sample that counts: sockets are closed, tasks have ended."""
STEP_S = 0.15
"""Between two changes in one room."""
MAX_GROWTH_BYTES_PER_MIN = 512 * 1024
"""Of memory in the second half. A guess: what the allocator keeps varies by some 100 KiB from sample to sample, and one
buffer of a peer that stays behind at each join would make ten times as much."""
MIN_SAMPLES_FOR_TASKS = 4
"""Empty ones, so that each half has a generation that waited."""
PICTURE_BPS = 250_000
SCREEN_BPS = 150_000
FRAMES_PER_S = 10
VIDEO_SLOTS = 4
ROOM_MAXIMUM = 100
"""Room for the seats of those who vanished, which are kept for a while."""
CLEAN_GAUGES = ("vdx_relay_peers", "vdx_relay_sources", "vdx_relay_rooms", "vdx_media_peers")
"""Zero when all have gone."""


class Sample(msgspec.Struct, frozen=True):
    at_s: float
    phase: str
    """`full` and `empty` count; `churn` is for the reader."""
    memory_bytes: int
    """Resident."""
    descriptors: int
    threads: int
    tasks: int
    peers: int
    sources: int
    rooms: int

    def line(self) -> str:
        counts = (
            f"{getattr(self, field):4} {field}"
            for field in ("descriptors", "threads", "tasks", "peers", "sources", "rooms")
        )
        return f"{self.at_s:6.0f} s  {self.phase:5}  {self.memory_bytes / 2**20:7.1f} MiB  {'  '.join(counts)}"


class Outcome(msgspec.Struct, frozen=True):
    minutes: float
    generations: int
    actions: dict[str, int]
    failed: dict[str, int]
    """Actions that ended in an error, by it."""
    empty_growth_bytes_per_min: float
    """Slope over the empty samples of the second half."""
    full_growth_bytes_per_min: float
    faults: int
    """Packets that the generator found wrong."""
    panics: int
    complaints: list[str]
    """Why the verdict is bad; empty: it is good."""
    samples: list[Sample]


class Room:
    """One room and those in it. All changes come from one task."""

    def __init__(self, soak: Soak, people: int) -> None:
        self._soak = soak
        self._size = people
        self._room: dict[str, Any] = {}
        self._people: list[Participant] = []
        self._states: dict[int, dict[str, bool]] = {}

    async def open(self) -> None:
        self._room = await self._soak.server.create_room(maximum=ROOM_MAXIMUM)

    async def close(self) -> None:
        """Closed by the host's system; who was in it sees it end."""
        async with (
            self._soak.server.http() as http,
            http.delete(f"{self._soak.server.base_url}/api/v1/rooms/{self._room['roomId']}") as answer,
        ):
            assert answer.status == 204, answer.status
        for person in self._people:
            await person.disconnect()
        self._people.clear()

    async def fill(self) -> None:
        while len(self._people) < self._size:
            await self._join()

    async def empty(self, dice: random.Random) -> None:
        while self._people:
            await (self._leave(dice) if dice.random() < 0.5 else self._vanish(dice))

    async def churn(self, dice: random.Random, until_s: float) -> None:
        actions = {
            "join": (self._join_if_room, 4), "leave": (self._leave, 2), "vanish": (self._vanish, 1),
            "reload": (self._reload, 2), "restart": (self._restart, 1), "microphone": (self._switch_microphone, 4),
            "camera": (self._switch_camera, 3), "screen": (self._switch_screen, 2), "new_room": (self._renew, 0.1),
        }  # fmt: skip
        names, weights = list(actions), [weight for _, weight in actions.values()]
        while time.monotonic() < until_s:
            [name] = dice.choices(names, weights)
            try:
                await actions[name][0](dice)
            except (Refused, SocketIOError, TimeoutError, aiohttp.ClientError, native.GeneratorFailed) as error:
                self._soak.failed[f"{name}: {error!r}"] += 1
            await asyncio.sleep(STEP_S)

    async def _join(self, session: str = "") -> None:
        soak = self._soak
        link = self._room["guestUrl"] if self._people else self._room["hostUrl"]
        person = await connect(
            soak.generator,
            soak.server.base_url,
            link,
            "Someone",
            video_slots=VIDEO_SLOTS,
            http=soak.http,
            session=session,
        )
        self._people.append(person)
        await person.connect_media(
            microphone=MICROPHONE, picture=camera(PICTURE_BPS, FRAMES_PER_S), screen=camera(SCREEN_BPS, FRAMES_PER_S)
        )
        self._states[person.peer] = {"microphone": True, "camera": True, "screen": False}
        await person.show_all(320, 180)
        await soak.generator.until_connected(person.peer)
        soak.actions["reload" if session else "join"] += 1

    async def _join_if_room(self, _dice: random.Random) -> None:
        if len(self._people) < self._size:
            await self._join()

    def _take(self, dice: random.Random) -> Participant:
        person = self._people.pop(dice.randrange(len(self._people)))
        self._states.pop(person.peer, None)
        return person

    async def _leave(self, dice: random.Random) -> None:
        if self._people:
            person = self._take(dice)
            try:
                await person.leave()
                self._soak.actions["leave"] += 1
            finally:
                await person.disconnect()

    async def _vanish(self, dice: random.Random) -> None:
        if self._people:
            await self._take(dice).vanish()
            self._soak.actions["vanish"] += 1

    async def _reload(self, dice: random.Random) -> None:
        if self._people:
            person = self._take(dice)
            await person.vanish()
            await self._join(person.joined["session"])

    async def _restart(self, dice: random.Random) -> None:
        if self._people:
            await dice.choice(self._people).restart_ice(moves=dice.random() < 0.5)
            self._soak.actions["ICE begun anew"] += 1

    async def _switch(self, dice: random.Random, kind: str) -> None:
        if self._people:
            person = dice.choice(self._people)
            state = self._states[person.peer]
            state[kind] = not state[kind]
            await person.set_source(kind, active=state[kind])
            self._soak.actions[f"{kind} {'on' if state[kind] else 'off'}"] += 1

    async def _switch_microphone(self, dice: random.Random) -> None:
        await self._switch(dice, "microphone")

    async def _switch_camera(self, dice: random.Random) -> None:
        await self._switch(dice, "camera")

    async def _switch_screen(self, dice: random.Random) -> None:
        await self._switch(dice, "screen")

    async def _renew(self, _dice: random.Random) -> None:
        await self.close()
        await self.open()
        await self.fill()
        self._soak.actions["room closed and another opened"] += 1


class Soak:
    """The run: who takes part, and what was seen."""

    def __init__(self, server: Server, generator: native.Generator, http: aiohttp.ClientSession) -> None:
        self.server = server
        self.generator = generator
        self.http = http
        self.actions: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.samples: list[Sample] = []
        self.phase = "empty"
        self._asking = asyncio.Lock()
        self._began_s = time.monotonic()

    async def sample(self, phase: str) -> Sample:
        process = Path(f"/proc/{self.server.pid}")
        # Before the connection that asks for the gauges.
        descriptors = len(os.listdir(process / "fd"))
        gauges = await self._gauges()
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        sample = Sample(
            at_s=time.monotonic() - self._began_s,
            phase=phase,
            memory_bytes=int(status["VmRSS"].split()[0]) * 1024,
            descriptors=descriptors,
            threads=int(status["Threads"]),
            tasks=int(gauges["vdx_event_loop_tasks"]),
            peers=int(gauges["vdx_relay_peers"]),
            sources=int(gauges["vdx_relay_sources"]),
            rooms=int(gauges["vdx_relay_rooms"]),
        )
        self.samples.append(sample)
        print(sample.line(), file=sys.stderr, flush=True)
        return sample

    async def _gauges(self) -> dict[str, float]:
        """One question at a time: the server answers each in a thread, and makes another when one is busy."""
        async with self._asking:
            return await self.server.metrics()

    async def watch(self) -> None:
        """Samples for the reader, until cancelled."""
        while True:
            await asyncio.sleep(SAMPLE_S)
            await self.sample("churn")

    async def until_gone(self) -> list[str]:
        """Waits until the server has nobody. Gives what stayed."""
        deadline_s = time.monotonic() + EMPTY_TIMEOUT_S
        while True:
            gauges = await self._gauges()
            left = [f"{name} is {gauges[name]:.0f}" for name in CLEAN_GAUGES if gauges[name]]
            if not left or time.monotonic() > deadline_s:
                return left
            await asyncio.sleep(0.25)

    async def generation(
        self, rooms: Sequence[Room], dice: random.Random, churn_s: float, *, by_closing: bool
    ) -> list[str]:
        for room in rooms:
            await room.open()
            await room.fill()
        await asyncio.sleep(SETTLE_S)
        await self.sample("full")
        until_s = time.monotonic() + churn_s
        async with asyncio.TaskGroup() as tasks:
            for room in rooms:
                tasks.create_task(room.churn(random.Random(dice.random()), until_s), name="churn")
        if not by_closing:
            for room in rooms:
                await room.empty(dice)
            left = await self.until_gone()
        for room in rooms:
            await room.close()
        if by_closing:
            left = await self.until_gone()
        await asyncio.sleep(SETTLE_S)
        await self.sample("empty")
        return left


async def run(
    minutes: float,
    rooms: int,
    people: int,
    seed: int,
    churn_s: float = CHURN_S,
    *,
    waits: bool = True,
    workers: int = 1,
) -> Outcome:
    """`waits`: every other generation ends by the server's own timers, which takes half a minute."""
    dice = random.Random(seed)
    complaints: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server(module=SPREAD_MODULE, workers=workers))
        generator = await stack.enter_async_context(native.run_generator())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        soak = Soak(server, generator, http)
        watching = asyncio.create_task(soak.watch(), name="samples")
        began_s, generations = time.monotonic(), 0
        try:
            while generations == 0 or time.monotonic() - began_s < minutes * 60:
                of_this = [Room(soak, people) for _ in range(rooms)]
                left = await soak.generation(of_this, dice, churn_s, by_closing=not waits or generations % 2 == 0)
                complaints += [f"generation {generations}: {one}" for one in left]
                generations += 1
        finally:
            watching.cancel()
            await asyncio.wait([watching])
        stats = await generator.stats()
        panics = int((await server.metrics()).get("vdx_relay_panics_total", 0))
    took_min = (time.monotonic() - began_s) / 60
    empty, full = ([one for one in soak.samples if one.phase == phase] for phase in ("empty", "full"))
    complaints += judge(empty, full)
    complaints += [f"{count} x {what}" for what, count in soak.failed.items()]
    complaints += [f"{stats.faults} wrong packets"] * bool(stats.faults) + [f"{panics} panics"] * bool(panics)
    return Outcome(
        minutes=took_min,
        generations=generations,
        actions=dict(sorted(soak.actions.items())),
        failed=dict(soak.failed),
        empty_growth_bytes_per_min=growth_per_min(second_half(empty)),
        full_growth_bytes_per_min=growth_per_min(second_half(full)),
        faults=stats.faults,
        panics=panics,
        complaints=complaints,
        samples=soak.samples,
    )


def second_half(samples: Sequence[Sample]) -> Sequence[Sample]:
    return samples[len(samples) // 2 :]


def growth_per_min(samples: Sequence[Sample]) -> float:
    """Slope of the resident memory, by least squares; 0 of fewer than three."""
    if len(samples) < 3:
        return 0.0
    return 60 * statistics.linear_regression([it.at_s for it in samples], [it.memory_bytes for it in samples]).slope


def judge(empty: Sequence[Sample], full: Sequence[Sample]) -> list[str]:
    """What speaks against: growth in the second half, and anything that an empty server has more than at first."""
    complaints = []
    for name, samples in (("empty", empty), ("full", full)):
        growth = growth_per_min(second_half(samples))
        if growth > MAX_GROWTH_BYTES_PER_MIN:
            complaints.append(f"{name}: memory grows by {growth / 1024:.0f} KiB a minute")
    for field in ("descriptors", "threads"):
        # The first is when lazy things (a pool's thread, a database's file) are there.
        counts = [getattr(sample, field) for sample in empty]
        if counts and counts[-1] > counts[0]:
            complaints.append(f"empty: {field} went from {counts[0]} to {counts[-1]}")
    # engineio keeps a task for a socket that is gone until its next ping would be due (10 s): only the lowest counts
    # tell, those after a generation that waited for longer.
    if len(empty) >= MIN_SAMPLES_FOR_TASKS:
        earlier, later = (min(one.tasks for one in half) for half in (empty[: len(empty) // 2], second_half(empty)))
        if later > earlier:
            complaints.append(f"empty: tasks went from {earlier} to {later}")
    return complaints


def main() -> int:
    parser = argparse.ArgumentParser(description="Joins, leaves and all between, for minutes; nothing may stay behind.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rooms", type=int, default=3)
    parser.add_argument("--people", type=int, default=4, help="in each room")
    parser.add_argument("--workers", type=int, default=2, help="of the relay")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object after the lines, which go to stderr")
    given = parser.parse_args()
    native.build()
    outcome = asyncio.run(run(given.minutes, given.rooms, given.people, given.seed, workers=given.workers))
    if given.json:
        print(msgspec.json.encode(outcome).decode())
    else:
        print(f"{outcome.generations} generations in {outcome.minutes:.1f} min: {outcome.actions}")
        print(
            f"memory in the second half: empty {outcome.empty_growth_bytes_per_min / 1024:+.0f} KiB a minute, "
            f"full {outcome.full_growth_bytes_per_min / 1024:+.0f}"
        )
        print("\n".join(outcome.complaints) or "flat")
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
