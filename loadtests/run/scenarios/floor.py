"""Requests and grants churn: a chair gives the floor from person to person, and at the end only its holder is heard.

All microphones are open all the time; the relay drops whoever has not the floor. Timed are `grant_s`, from the host's
command until the person is told that he may speak, and `revoke_s`, until he is told that he may not. Whenever the host
is told of the floor, at most one may have it. When the churn is over a witness joins each room, who must hear the
holder and nobody else.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from loadtests.run.clients import Failed
from loadtests.run.flags import Flags
from loadtests.run.level import ServiceLevel
from loadtests.run.scenario import Scenario
from loadtests.run.seat import Room, Seat
from loadtests.run.stage import Entry, Stage

CHURNING = "churning"
QUEUE = 5
"""So many wait for the floor, as far as there are people."""
TURNS_PER_S = 1.0
PAST_S = 1.0
"""Without a command, at the churn's end: what was still on its way belongs to it."""
WITNESS = "Vidne"
FLOOR_S = 0.5
"""What a person takes for at once (guess)."""


class Chair:
    """The host of one room, and what he was told of its floor."""

    def __init__(self, stage: Stage, room: Room) -> None:
        self._stage = stage
        self._host = next(seat for seat in room.seats if seat.role == "host")
        self._guests = {seat.participant: seat for seat in room.seats if seat.role != "host"}
        self._asked: dict[str, int] = {}
        """Who waits, and since when on the monotonic clock."""
        self._request = 0
        self.holder: Seat | None = None

    async def turn(self) -> None:
        """The floor goes to another; the one before gives it back, or it is taken from him. Raises: Failed."""
        dice = self._stage.dice
        if self.holder is not None:
            await self._take_back(self.holder, by_host=dice.random() < 0.5)
        idle = [one for one in self._guests if one not in self._asked]
        while idle and len(self._asked) < QUEUE:
            asking = idle.pop(dice.randrange(len(idle)))
            self._asked[asking] = time.monotonic_ns()
            await self._guests[asking].send({"type": "requestFloor"})
        chosen = dice.choice(list(self._asked))
        await self._give(self._guests[chosen], self._asked.pop(chosen))

    async def _give(self, seat: Seat, asked_ns: int) -> None:
        self._request = await self._request_of(seat, asked_ns)
        since_ns = time.monotonic_ns()
        await self._host.send({"type": "grantFloor", "request": self._request})
        await self._until_told(seat, since_ns, may_send=True, name="grant_s")
        self.holder = seat

    async def _take_back(self, seat: Seat, *, by_host: bool) -> None:
        since_ns = time.monotonic_ns()
        if by_host:
            await self._host.send({"type": "revokeFloor", "request": self._request})
        else:
            await seat.send({"type": "releaseFloor"})
        await self._until_told(seat, since_ns, may_send=False, name="revoke_s")
        self.holder = None

    async def _until_told(self, seat: Seat, since_ns: int, *, may_send: bool, name: str) -> None:
        at_ns = since_ns
        while True:
            event = await seat.until("ownFloor", since_ns=at_ns)
            if event.body["speech"]["maySend"] is may_send:
                self._stage.note(name, (event.at_ns - since_ns) / 1e9)
                return
            at_ns = event.at_ns + 1

    async def _request_of(self, seat: Seat, at_ns: int) -> int:
        """Its number, as the host was told of it."""
        while True:
            event = await self._host.until("floor", since_ns=at_ns)
            speech: dict[str, Any] = event.body["speech"]
            if len(speech["holders"]) > 1:
                raise Failed(f"{len(speech['holders'])} have the floor at once")
            for place in speech["queue"]:
                if place["participantId"] == seat.participant:
                    return int(place["request"])
            at_ns = event.at_ns + 1


async def play(stage: Stage) -> None:
    flags = stage.flags
    turn_s = 1 / stage.parameter("turns-per-second")
    chairs: dict[str, Chair] = {}

    def may_get(one: Seat, other: Seat) -> bool:
        """The others have heard each of the holders that there were."""
        return not one.name.startswith(WITNESS) or chairs[other.room.id].holder is other

    entries: list[Entry] = []
    for number in range(flags.rooms):
        room = await stage.room(may_get=may_get, floorPolicy="moderated", maximum=flags.audio_publishers + 2)
        entries.append(Entry(room=room, name=f"Ordstyrer {number}", role="host", publishes=()))
        for at in range(flags.audio_publishers):
            entries.append(Entry(room=room, name=f"Deltager {number}.{at}", publishes=("microphone",)))
    await stage.join_all(entries)
    chairs.update({room.id: Chair(stage, room) for room in stage.rooms if len(room.seats) > 1})
    async with stage.phase(CHURNING), asyncio.TaskGroup() as tasks:
        until_s = time.monotonic() + flags.duration_s

        async def preside(chair: Chair) -> None:
            while time.monotonic() < until_s:
                began_s = time.monotonic()
                if await stage.attempt("floor", _done(chair)) is None:
                    return
                await asyncio.sleep(max(0.0, began_s + turn_s - time.monotonic()))

        for chair in chairs.values():
            tasks.create_task(preside(chair), name="preside")
        await asyncio.sleep(flags.duration_s + PAST_S)
    for seat in stage.seats:
        if chairs[seat.room.id].holder is not seat:
            seat.active = set()  # whatever he sends goes nowhere
    witnesses = [Entry(room=room, name=f"{WITNESS} {number}", publishes=()) for number, room in enumerate(stage.rooms)]
    await stage.join_all(witnesses, name="witnesses")
    await stage.hold()


async def _done(chair: Chair) -> bool:
    await chair.turn()
    return True


SCENARIO = Scenario(
    name="floor",
    about="A chair gives the floor from person to person; who has it not is not heard",
    defaults=Flags(rooms=1, audio_publishers=8, duration_s=15.0),
    level=ServiceLevel(gap_s=None, first_packet_s=None),  # nobody is heard until all are there
    parameters={"turns-per-second": str(TURNS_PER_S)},
    bounds={"grant_s": FLOOR_S, "revoke_s": FLOOR_S},
    play=play,
)
