"""The server restarts under everybody's hands: once by SIGTERM, once by kill -9; how soon are they back, and to what?

Each room is a training whose guests do not know of each other, with a moderated floor and a locked door. One guest has
the floor, one has asked for it, and one waits outside. All of them and a host look at what they are told, without
media; the others of the room send and get pictures. All know at once that the server has gone, and come back as the
page does: the first try at once, then every half second, give or take.

`back_s` is from the signal until the room has answered, `media_back_s` until the media connection is there again. What
each was told of people, floor and lobby must be the same as before. Bookings and audit are the store's
(tests/contract/test_store_restart.py). A server that runs elsewhere (`--url`) is not restarted: that is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from typing import Any

import aiohttp

from loadtests.listener import Listener
from loadtests.run.clients import ClientFailed, Failed
from loadtests.run.flags import Flags
from loadtests.run.level import ServiceLevel
from loadtests.run.restarts import Restartable, run_restartable
from loadtests.run.scenario import Scenario
from loadtests.run.seat import Room, Seat
from loadtests.run.stage import Entry, Stage

TRY_EVERY_S = 0.5
SPREAD = 0.2
"""Of a pause, to either side: a crowd does not knock in step."""
GIVE_UP_S = 60.0
KEPT_S = 1.5
"""The state in the store is at most a second old."""
BACK_AFTER_STOP_S, BACK_AFTER_KILL_S = 5.0, 10.0
RESTARTS = ((signal.SIGTERM, "after_stop"), (signal.SIGKILL, "after_kill"))
ROLES = ("host", "speaker", "asker", "waiter")
PUBLISHES = ("camera",)
"""Who has not the floor is not heard; that is `floor`'s."""


class Onlooker:
    """One who is there by signalling alone, and remembers what he is told."""

    def __init__(self, stage: Stage, http: aiohttp.ClientSession, room: Room, role: str) -> None:
        self.role = role
        self._stage = stage
        self._http = http
        self._link = room.host_url if role == "host" else room.guest_url
        self._stack = contextlib.AsyncExitStack()
        self.listener: Listener | None = None

    async def join(self, **resume: Any) -> None:
        """Raises: what a server brings about that does not answer, or refuses."""
        listener = Listener(self._http, self._stage.server.base_url, self._link, f"Tilskuer {self.role}")
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(listener)
            await listener.join(**resume)
            self._stack = stack.pop_all()
        self.listener = listener

    async def again(self) -> None:
        """With his seat; from a snapshot, as a page that was loaded anew."""
        assert self.listener is not None
        session = self.listener.joined["session"]
        await self._stack.aclose()
        await self.join(resume={"session": session, "sequence": 0})

    async def ask(self, **message: Any) -> dict[str, Any]:
        assert self.listener is not None
        return await self.listener.ask(message)

    def told(self) -> dict[str, Any]:
        """What must outlast a restart: times and sequence numbers aside, and whose connection is away just now."""
        assert self.listener is not None
        return kept(self.listener.joined)

    async def close(self) -> None:
        await self._stack.aclose()


def kept(joined: dict[str, Any]) -> dict[str, Any]:
    """Of an answer to a join."""
    if joined["type"] == "waiting":
        return {"type": "waiting", "me": joined["participantId"], "reason": joined["reason"]}
    documents = {one["type"]: one for one in joined["documents"]}
    floor, lobby, own = (documents.get(name) for name in ("floor", "lobby", "ownFloor"))
    return {
        "type": joined["type"],
        "me": joined["participantId"],
        "people": sorted((one["id"], one["name"], one["role"]) for one in joined["participants"]),
        "floor": None if floor is None else {name: _floor(floor[name]) for name in ("speech", "screen")},
        "own": None if own is None else (own["speech"]["maySend"], own["speech"]["status"]),
        "lobby": None if lobby is None else (lobby["locked"], [one["id"] for one in lobby["waiting"]]),
    }


def _floor(state: dict[str, Any]) -> dict[str, Any]:
    places = {name: [one["participantId"] for one in state[name]] for name in ("holders", "queue")}
    return {"policy": state["policy"], "waiting": state["waiting"], **places}


class House:
    """One room with all who are in it."""

    def __init__(self, stage: Stage, http: aiohttp.ClientSession, room: Room) -> None:
        self._stage = stage
        self.room = room
        self.onlookers = {role: Onlooker(stage, http, room, role) for role in ROLES}

    async def furnish(self) -> None:
        """Floor given and asked for, door locked, somebody outside; then all look anew at what they are told."""
        host, speaker, asker, waiter = (self.onlookers[role] for role in ROLES)
        for one in (host, speaker, asker):
            await one.join()
        for one in (speaker, asker):
            await one.ask(type="requestFloor")
        await host.again()
        assert host.listener is not None
        floor = next(one for one in host.listener.joined["documents"] if one["type"] == "floor")
        await host.ask(type="grantFloor", request=floor["speech"]["queue"][0]["request"])
        await host.ask(type="lockRoom", locked=True)
        await waiter.join()
        for one in self.onlookers.values():
            await one.again()

    def told(self) -> dict[str, dict[str, Any]]:
        return {role: one.told() for role, one in self.onlookers.items()}


async def play(stage: Stage) -> None:
    flags = stage.flags
    settings = {**SCENARIO.settings, **flags.settings}
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_restartable(stage.server, settings, flags.workers))
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        houses = []
        for _ in range(flags.rooms):
            room = await stage.room(
                mode="training",
                guestVisibility="hosts",
                floorPolicy="moderated",
                maximum=flags.publishers + len(ROLES) + 1,
                may_get=may_get,
            )
            houses.append(House(stage, http, room))
        entries = [
            Entry(
                room=house.room,
                name=f"Elev {at}" if at else "Lærer",
                role="guest" if at else "host",
                publishes=PUBLISHES,
            )
            for house in houses
            for at in range(flags.publishers)
        ]
        await stage.join_all(entries)
        for house in houses:
            await house.furnish()
            for one in house.onlookers.values():
                stack.push_async_callback(one.close)
        for how, name in RESTARTS:
            await stage.hold(flags.duration_s / len(RESTARTS), name=f"before_{name}")
            await asyncio.sleep(KEPT_S)
            async with stage.phase(name):
                await restart(stage, server, houses, how, name)
        await stage.hold()


def may_get(one: Seat, other: Seat) -> bool:
    """Guests do not know of each other; and of the floor nobody of these has asked."""
    return "host" in (one.role, other.role)


async def restart(stage: Stage, server: Restartable, houses: list[House], how: signal.Signals, name: str) -> None:
    before = [house.told() for house in houses]
    seats = stage.seats
    for seat in seats:  # the old page is gone with its connection
        await stage.attempt("leave", seat.leave(says_goodbye=False))
    began_s = time.monotonic()
    stage.note(f"stopping_{name}_s", await server.stop(how))

    async def back(again: Any) -> bool:
        """Tries until it works."""
        while time.monotonic() < began_s + GIVE_UP_S:
            try:
                await again()
            except (Failed, ClientFailed, RuntimeError, TypeError, aiohttp.ClientError, OSError, TimeoutError):
                await asyncio.sleep(TRY_EVERY_S * stage.dice.uniform(1 - SPREAD, 1 + SPREAD))
            else:
                return True
        stage.failed[f"join: not back {name}"] += 1
        return False

    async def onlooker(one: Onlooker) -> None:
        if await back(one.again):
            stage.note(f"back_{name}_s", time.monotonic() - began_s)

    async def person(seat: Seat) -> None:
        entry = Entry(room=seat.room, name=seat.name, role=seat.role, session=seat.session, publishes=PUBLISHES)
        if await back(lambda: stage.join(entry)):
            stage.note(f"media_back_{name}_s", time.monotonic() - began_s)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.start(), name="start")
        for house in houses:
            for one in house.onlookers.values():
                tasks.create_task(onlooker(one), name="back")
        for seat in seats:
            tasks.create_task(person(seat), name="back")
    for house in houses:  # who came first was told of the others as they were when he came
        for one in house.onlookers.values():
            await one.again()
    for house, told in zip(houses, before, strict=True):
        for role, now in house.told().items():
            if now != told[role]:
                stage.failed[f"state {name}: what the {role} is told is another: {told[role]} -> {now}"[:1000]] += 1


SCENARIO = Scenario(
    name="reconnect-storm",
    about="The server restarts, by SIGTERM and by kill -9; all come back to what was",
    defaults=Flags(rooms=3, publishers=4, duration_s=10.0, layout="2x2", video_resolution="low", num_per_second=20),
    level=ServiceLevel(gap_s=None, first_packet_s=None),
    bounds={
        "back_after_stop_s": BACK_AFTER_STOP_S,
        "back_after_kill_s": BACK_AFTER_KILL_S,
        "media_back_after_stop_s": BACK_AFTER_STOP_S,
        "media_back_after_kill_s": BACK_AFTER_KILL_S,
    },
    play=play,
)
