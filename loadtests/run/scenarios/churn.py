"""People come and go, with and without goodbye, load their page anew, move to another network, mute and share.

Nobody may get what is not his at any time; and when all is calm again, everybody gets what he should. What stays behind
in the server is for the soak (`python -m loadtests.soak`).
"""

from __future__ import annotations

import asyncio
import random
import time

from loadtests.run.flags import Flags
from loadtests.run.level import ServiceLevel
from loadtests.run.scenario import Scenario
from loadtests.run.seat import Room, Seat
from loadtests.run.stage import Entry, Stage

PAUSE_S = 0.3
"""Between two changes in one room."""
CALM_S = 6.0
"""At the end, before everybody's slots are looked at."""
MAXIMUM = 100
"""Of a room: seats of those who vanished are kept for a while."""
PUBLISHES = ("microphone", "camera", "screen")
WEIGHTS = {"join": 4, "leave": 2, "vanish": 1, "reload": 1, "move": 1, "microphone": 4, "camera": 3, "screen": 1}


async def play(stage: Stage) -> None:
    people = stage.flags.per_room or int(stage.parameter("people"))
    rooms = [await stage.room(maximum=MAXIMUM) for _ in range(stage.flags.rooms)]
    await stage.join_all(
        [
            Entry(room=room, name=f"Deltager {at}", role="guest" if at else "host", publishes=PUBLISHES)
            for at in range(people)
            for room in rooms
        ]
    )
    until_s = time.monotonic() + stage.flags.duration_s
    async with stage.phase("churning"), asyncio.TaskGroup() as tasks:
        for room in rooms:
            dice = random.Random(stage.dice.random())
            tasks.create_task(churn(stage, room, people, dice, until_s), name="churn")
    await stage.hold(CALM_S)


async def churn(stage: Stage, room: Room, people: int, dice: random.Random, until_s: float) -> None:
    while time.monotonic() < until_s:
        [what] = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
        if what == "join" and len(room.seats) < people:
            await stage.attempt("join", stage.join(newcomer(room)))
        elif what != "join" and room.seats:
            await stage.attempt(what, change(stage, dice.choice(room.seats), what))
        await asyncio.sleep(PAUSE_S)


def newcomer(room: Room, session: str = "") -> Entry:
    return Entry(room=room, name="Deltager", publishes=PUBLISHES, session=session)


async def change(stage: Stage, seat: Seat, what: str) -> None:
    match what:
        case "leave" | "vanish":
            await seat.leave(says_goodbye=what == "leave")
        case "reload":
            await seat.leave(says_goodbye=False)
            await stage.join(newcomer(seat.room, seat.session))
        case "move":
            await seat.restart_ice(moves=True)
        case kind:
            await seat.set_source(kind, active=kind not in seat.active)


SCENARIO = Scenario(
    name="churn",
    about="People come, go, load anew, move, mute and share all the time",
    defaults=Flags(rooms=3, num_per_second=5.0, duration_s=30.0, layout="2x2"),
    level=ServiceLevel(first_packet_s=None),
    parameters={"people": "4"},
    play=play,
)
