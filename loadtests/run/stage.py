"""What a scenario plays on: rooms, people who join them, time that passes, and everything that is measured meanwhile.

One process drives all; the participants live in the client processes. Left out: starting those and the server
(`engine`), and the verdict (`level`).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import aiohttp
import msgspec

from loadtests.run import wire
from loadtests.run.clients import ClientFailed, ClientProcess, Failed
from loadtests.run.flags import Flags
from loadtests.run.hub import Hub
from loadtests.run.results import Phase
from loadtests.run.seat import Room, Seat
from loadtests.run.table import JOINING as JOINING
from loadtests.run.watch import HOLDING, Watch

CHAT_EVERY_S = 5.0
"""In each room, while `hold` lasts, somebody writes a line, so that the way of an event is timed."""
SPEAKER_EVERY_S = 4.0
"""With `--simulate-speakers`: so long one speaks."""
MAX_CHATS_PER_S = 20.0
"""In all rooms together."""
MAX_JOINING = 200
"""At once; more wait, and then come later than asked for."""
T = TypeVar("T")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One who is to join. What is None is as the flags have it."""

    room: Any
    name: str
    role: str = "guest"
    publishes: tuple[str, ...] = ("microphone", "camera")
    subscribes: bool = True
    media: bool = True
    video_slots: int | None = None
    tile_height: int | None = None
    height: int | None = None
    lose_incoming: int = 0
    """Of 1000 packets."""
    lose_outgoing: int = 0
    session: str = ""


class Stage:
    """All methods belong to the scenario's own tasks."""

    def __init__(self, flags: Flags, hub: Hub, clients: Sequence[ClientProcess], watch: Watch) -> None:
        self.flags = flags
        self.server = hub
        self.dice = random.Random(flags.seed)
        self.failed: Counter[str] = Counter()
        self.rooms: list[Room] = []
        self.phases: list[Phase] = []
        self.watch = watch
        """Of what is found."""
        self.joins = 0
        self.said: dict[str, float] = {}
        """The server's metrics at the end, where it tells them."""
        self._clients = clients
        self._numbers = itertools.count(1)
        self._joining = asyncio.Semaphore(MAX_JOINING)

    @property
    def seats(self) -> list[Seat]:
        """Who are there now."""
        return [seat for room in self.rooms for seat in room.seats]

    def parameter(self, name: str) -> float:
        """One of the scenario's own, as a number. Raises: ValueError, which the command tells."""
        return float(self.flags.parameters[name])

    # ── Rooms and people ───────────────────────────────────────────────────────────────────────────────────────────

    async def room(self, *, may_get: Callable[[Seat, Seat], bool] = lambda _one, _other: True, **settings: Any) -> Room:
        """Makes one, with the REST interface's settings. `may_get`: whether the first may see and hear the second.

        Raises: HubFailed, aiohttp.ClientError.
        """
        room = Room(await self.server.create_room(**settings), may_get)
        self.rooms.append(room)
        return room

    async def join(self, entry: Entry) -> Seat:
        """Joins, with media, and is measured. Raises: Failed, ClientFailed."""
        async with self._joining:
            return await self._join(entry)

    async def _join(self, entry: Entry) -> Seat:
        number = next(self._numbers)
        client = self._clients[number % len(self._clients)]
        flags = self.flags
        request = wire.Join(
            id=client.next_id(),
            seat=number,
            url=self.server.base_url,
            link=entry.room.host_url if entry.role == "host" else entry.room.guest_url,
            name=entry.name,
            video_slots=flags.video_slots if entry.video_slots is None else entry.video_slots,
            publishes=entry.publishes,
            subscribes=entry.subscribes,
            media=entry.media,
            height=flags.height if entry.height is None else entry.height,
            simulcast=flags.simulcast,
            tile_height=flags.tile_height if entry.tile_height is None else entry.tile_height,
            lose_incoming=entry.lose_incoming,
            lose_outgoing=entry.lose_outgoing,
            expects_packets=entry.subscribes and any(other.active for other in entry.room.seats),
            tap=entry.subscribes,
            session=entry.session,
        )
        joined = await client.ask(request, wire.Joined)
        seat = Seat(number, entry.room, entry.name, entry.role, client, joined)
        entry.room.seats.append(seat)
        seat.changed()
        self.watch.add(seat)
        self.joins += 1
        return seat

    async def join_all(self, entries: Sequence[Entry], *, name: str = JOINING) -> list[Seat]:
        """As many a second as the flags say, whether the last one is there or not; those who could not are counted."""
        seats: list[Seat] = []

        async def one(entry: Entry) -> None:
            seat = await self.attempt("join", self.join(entry))
            if seat is not None:
                seats.append(seat)

        async with self.phase(name), asyncio.TaskGroup() as tasks:
            began_s = time.monotonic()
            for number, entry in enumerate(entries):
                await asyncio.sleep(max(0.0, began_s + number / self.flags.num_per_second - time.monotonic()))
                tasks.create_task(one(entry), name="join")
        return seats

    async def attempt(self, what: str, doing: Awaitable[T]) -> T | None:
        """What it gives, or None when it failed, which is counted."""
        try:
            return await doing
        except (Failed, ClientFailed, aiohttp.ClientError) as error:
            self.failed[f"{what}: {error}"] += 1
            return None

    def note(self, name: str, seconds: float) -> None:
        """One more of a measurement, which has its own line in the report."""
        self.watch.note(name, seconds)

    # ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.asynccontextmanager
    async def phase(self, name: str) -> AsyncIterator[None]:
        """What is found within it is told by itself."""
        before = await self.watch.look(name)
        seats, joins, began_s = len(self.seats), self.joins, time.monotonic()
        yield
        after = await self.watch.look(name)
        self.phases.append(
            Phase(
                name=name,
                began_s=began_s - self.watch.began_s,
                took_s=after.at_s - before.at_s,
                joins=self.joins - joins,
                seats=(seats + len(self.seats)) / 2,
                packets=after.packets - before.packets,
                lost=after.lost - before.lost,
                spent=after.spent.since(before.spent),
            )
        )

    async def hold(self, seconds: float | None = None, *, name: str = HOLDING) -> None:
        """All stay, for the flags' duration if nothing else is said; then everybody's slots are looked at.

        Now and then somebody writes a line, and with `--simulate-speakers` one at a time speaks.
        """
        seconds = self.flags.duration_s if seconds is None else seconds
        async with self.phase(name):
            until_s = time.monotonic() + seconds
            tasks = [self._write_lines(until_s)]
            if self.flags.simulate_speakers:
                tasks.append(self._take_turns(until_s))
            async with asyncio.TaskGroup() as group:
                for task in tasks:
                    group.create_task(task, name="holding")
                await asyncio.sleep(seconds)
            self.watch.judges_next = True  # Leaving the phase is the next look.

    async def _write_lines(self, until_s: float) -> None:
        rooms = [room for room in self.rooms if len(room.seats) > 1]
        if not rooms:
            return
        pause_s = max(CHAT_EVERY_S / len(rooms), 1 / MAX_CHATS_PER_S)
        async with asyncio.TaskGroup() as group:
            for room in itertools.cycle(rooms):
                if time.monotonic() + pause_s > until_s:
                    return
                if room.seats:
                    writer = self.dice.choice(room.seats)
                    group.create_task(self.attempt("chat", writer.chat()), name="chat")
                await asyncio.sleep(pause_s)

    async def _take_turns(self, until_s: float) -> None:
        rooms = [[seat for seat in room.seats if "microphone" in seat.active] for room in self.rooms]
        turn = 0
        while time.monotonic() < until_s:
            for talkers in rooms:
                for at, seat in enumerate(talkers):
                    is_his = at == turn % len(talkers)
                    if seat.is_talking != is_his and seat in seat.room.seats:
                        await self.attempt("talk", seat.talk(sends=is_his))
            turn += 1
            await asyncio.sleep(min(SPEAKER_EVERY_S, max(0.0, until_s - time.monotonic())))
