"""Churn against a real server, and what of it stays behind: memory, descriptors, threads, tasks, peers, sources, rooms.

    python -m loadtests.soak --minutes 60 [--rooms 3] [--people 4] [--workers 2] [--seed 1] [--json]
    python -m loadtests.soak --minutes 3 --calm                 # beside other work: less than a fifth of a core in all
    python -m loadtests.soak --minutes 60 --url https://… --key KEY     # a server that runs, with nobody on it

Starts `vdxmedia dev` and the load generator, or takes a running server whose API and metrics it may ask. In each
generation the rooms are opened and filled, everybody churns (joins, leaves with and without goodbye, reloads, ICE begun
anew, mutes, cameras and screens on and off, a room closed and another opened), then all go: by closing the rooms, or,
every second generation (calm: every fourth), by themselves, those without goodbye by the server's own timers. Twice a
generation a sample counts: with all rooms full, and empty. The verdict looks at the second half: memory does not grow;
and an empty server has at last what it had at first (`flatness.py`). With several workers each connection goes to the
next one, so that every room is on all of them. Left out: whether packets arrive right, beyond what the generator finds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import aiohttp
import msgspec
from socketio.exceptions import SocketIOError

from loadtests import native
from loadtests.flatness import (
    Sample,
    growth_per_join,
    growth_per_min,
    held_by,
    held_by_metrics,
    is_long_enough,
    judge,
    second_half,
)
from loadtests.participant import MICROPHONE, Participant, Refused, camera, connect
from tests.server import Server, run_server
from tests.spread import SPREAD_MODULE
from vdxmedia.api.auth import DEVELOPMENT_KEY

SAMPLE_S = 5.0
EMPTY_TIMEOUT_S = 60.0
"""Longer than the server keeps the seat of one who vanished (30 s)."""
SETTLE_S = 1.0
"""From the last change to a sample that counts: sockets are closed, tasks have ended."""
VIDEO_SLOTS = 4
ROOM_MAXIMUM = 100
"""Room for the seats of those who vanished, which are kept for a while."""
CLEAN_GAUGES = ("vdx_relay_peers", "vdx_relay_sources", "vdx_relay_rooms", "vdx_media_peers")
"""Zero when all have gone."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How much is done."""

    rooms: int = 3
    people: int = 4
    """In each room."""
    churn_s: float = 30.0
    """Of one generation."""
    step_s: float = 0.15
    """Between two changes in one room."""
    picture_bps: int = 250_000
    screen_bps: int = 150_000
    frames_per_s: int = 10
    waits_every: int = 2
    """So many generations: one of them ends by the server's own timers, which takes half a minute; 0: none."""


CALM = Pace(
    rooms=2, people=3, churn_s=8.0, step_s=0.4, picture_bps=50_000, screen_bps=50_000, frames_per_s=5, waits_every=4
)


class Outcome(msgspec.Struct, frozen=True):
    minutes: float
    generations: int
    cpu_s: dict[str, float]
    """Of `server`, `generator` and `clients` (this process)."""
    actions: dict[str, int]
    failed: dict[str, int]
    """Actions that ended in an error, by it."""
    empty_growth_bytes_per_min: float
    """Slope over the empty samples of the second half."""
    full_growth_bytes_per_min: float
    empty_growth_bytes_per_join: float
    is_long_enough: bool
    """For a good verdict to say something."""
    faults: int
    """Packets that the generator found wrong."""
    panics: int
    complaints: list[str]
    """Why the verdict is bad."""
    samples: list[Sample]


class Room:
    """One room and those in it. All changes come from one task."""

    def __init__(self, soak: Soak, pace: Pace) -> None:
        self._soak = soak
        self._pace = pace
        self._size = pace.people
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
            await asyncio.sleep(self._pace.step_s)

    async def _join(self, session: str = "") -> None:
        soak, pace = self._soak, self._pace
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
            microphone=MICROPHONE,
            picture=camera(pace.picture_bps, pace.frames_per_s),
            screen=camera(pace.screen_bps, pace.frames_per_s),
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
        # Before the connection that asks for the gauges.
        held = held_by(self.server.pid) if self.server.pid else None
        gauges = await self.gauges()
        held = held or held_by_metrics(gauges)
        sample = Sample(
            at_s=time.monotonic() - self._began_s,
            phase=phase,
            memory_bytes=held.memory_bytes,
            descriptors=held.descriptors,
            threads=held.threads,
            tasks=int(gauges["vdx_event_loop_tasks"]),
            peers=int(gauges["vdx_relay_peers"]),
            sources=int(gauges["vdx_relay_sources"]),
            rooms=int(gauges["vdx_relay_rooms"]),
            joins=self.actions["join"] + self.actions["reload"],
        )
        self.samples.append(sample)
        print(sample.line(), file=sys.stderr, flush=True)
        return sample

    async def gauges(self) -> dict[str, float]:
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
            gauges = await self.gauges()
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


async def run(minutes: float, pace: Pace, seed: int, *, workers: int = 1, running: Server | None = None) -> Outcome:
    """`running`: the server, instead of one that is started here. Raises: SystemExit when somebody uses it."""
    dice = random.Random(seed)
    complaints: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        server = running
        if server is None:
            server = await stack.enter_async_context(run_server(module=SPREAD_MODULE, workers=workers))
        generator = await stack.enter_async_context(native.run_generator())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        soak = Soak(server, generator, http)
        before = await soak.gauges()
        if used := [name for name in CLEAN_GAUGES if before[name]]:
            raise SystemExit(f"somebody uses this server ({', '.join(used)}): what is left behind could not be told")
        own_cpu_s = time.process_time()
        watching = asyncio.create_task(soak.watch(), name="samples")
        began_s, generations = time.monotonic(), 0
        try:
            while generations == 0 or time.monotonic() - began_s < minutes * 60:
                of_this = [Room(soak, pace) for _ in range(pace.rooms)]
                waits = pace.waits_every > 0 and generations % pace.waits_every == pace.waits_every - 1
                left = await soak.generation(of_this, dice, pace.churn_s, by_closing=not waits)
                complaints += [f"generation {generations}: {one}" for one in left]
                generations += 1
        finally:
            watching.cancel()
            await asyncio.wait([watching])
        stats = await generator.stats()
        after = await soak.gauges()
        panics = int(after.get("vdx_relay_panics_total", 0) - before.get("vdx_relay_panics_total", 0))
    took_min = (time.monotonic() - began_s) / 60
    empty, full = ([one for one in soak.samples if one.phase == phase] for phase in ("empty", "full"))
    complaints += judge(empty, full)
    complaints += [f"{count} x {what}" for what, count in soak.failed.items()]
    seen = ", ".join(f"{name} {count}" for name, count in stats.findings.items() if count)
    complaints += [f"{stats.faults} wrong packets ({seen})"] * bool(stats.faults) + [f"{panics} panics"] * bool(panics)
    return Outcome(
        minutes=took_min,
        generations=generations,
        cpu_s={
            "server": after["process_cpu_seconds_total"] - before["process_cpu_seconds_total"],
            "generator": stats.cpu_ns / 1e9,
            "clients": time.process_time() - own_cpu_s,
        },
        actions=dict(sorted(soak.actions.items())),
        failed=dict(soak.failed),
        empty_growth_bytes_per_min=growth_per_min(second_half(empty)),
        full_growth_bytes_per_min=growth_per_min(second_half(full)),
        empty_growth_bytes_per_join=growth_per_join(second_half(empty)),
        is_long_enough=is_long_enough(empty, full),
        faults=stats.faults,
        panics=panics,
        complaints=complaints,
        samples=soak.samples,
    )


def verdict(outcome: Outcome) -> str:
    """Empty: good."""
    if outcome.complaints:
        return "\n".join(outcome.complaints)
    return "" if outcome.is_long_enough else "too short to tell: let it run for longer"


def main() -> int:
    parser = argparse.ArgumentParser(description="Joins, leaves and all between, for minutes; nothing may stay behind.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--calm", action="store_true", help="little at a time, for beside other work")
    parser.add_argument("--rooms", type=int)
    parser.add_argument("--people", type=int, help="in each room")
    parser.add_argument("--workers", type=int, default=2, help="of the relay")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", default="", help="of a server that runs, with nobody on it; default: one is started")
    parser.add_argument("--key", default=DEVELOPMENT_KEY, help="to its API")
    parser.add_argument("--json", action="store_true", help="one JSON object after the lines, which go to stderr")
    given = parser.parse_args()
    native.build()
    pace = CALM if given.calm else Pace()
    asked = {name: value for name in ("rooms", "people") if (value := getattr(given, name)) is not None}
    running = Server(given.url.rstrip("/"), "", "", given.key) if given.url else None
    outcome = asyncio.run(
        run(given.minutes, msgspec.structs.replace(pace, **asked), given.seed, workers=given.workers, running=running)
    )
    said = verdict(outcome)
    if given.json:
        print(msgspec.json.encode(outcome).decode())
    else:
        print(f"{outcome.generations} generations in {outcome.minutes:.1f} min: {outcome.actions}")
        share = sum(outcome.cpu_s.values()) / outcome.minutes / 60
        spent = ", ".join(f"{who} {seconds:.1f} s" for who, seconds in outcome.cpu_s.items())
        print(f"processor time: {spent}; {share:.0%} of a core")
        print(
            f"memory in the second half: empty {outcome.empty_growth_bytes_per_min / 1024:+.0f} KiB a minute, "
            f"full {outcome.full_growth_bytes_per_min / 1024:+.0f}; "
            f"{outcome.empty_growth_bytes_per_join / 1024:+.1f} KiB a join"
        )
        print(said or "flat")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
