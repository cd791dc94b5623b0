"""Group training at home: one instructor, 16 and 25 citizens, in rooms of the mode `training`.

The instructor sees everybody, and each citizen sees and hears the instructor alone; that he gets nobody else is what
this is about. The instructor talks, and now and then a citizen says something.
"""

from __future__ import annotations

from loadtests.run.flags import TILE_HEIGHTS, Flags
from loadtests.run.scenario import Scenario
from loadtests.run.seat import Seat
from loadtests.run.stage import Entry, Stage

INSTRUCTOR_SLOTS = 25
CITIZEN_SLOTS = 4


def may_get(one: Seat, other: Seat) -> bool:
    """As `guestVisibility` `hosts` has it."""
    return "host" in (one.role, other.role)


async def play(stage: Stage) -> None:
    sizes = [int(size) for size in stage.flags.parameters["citizens"].split(",")]
    entries = []
    for number in range(stage.flags.rooms):
        citizens = sizes[number % len(sizes)]
        room = await stage.room(mode="training", guestVisibility="hosts", maximum=citizens + 1, may_get=may_get)
        entries.append(
            Entry(
                room=room,
                name=f"Instruktør {number}",
                role="host",
                video_slots=INSTRUCTOR_SLOTS,
                tile_height=TILE_HEIGHTS["5x5"],
            )
        )
        for at in range(citizens):
            entries.append(Entry(room=room, name=f"Borger {number}.{at}", video_slots=CITIZEN_SLOTS, tile_height=720))
    seats = await stage.join_all(entries)
    for seat in seats:
        if seat.role == "guest":
            await stage.attempt("talk", seat.talk(sends=False))
    await stage.hold()


SCENARIO = Scenario(
    name="training",
    about="One instructor with 16 and with 25 citizens, who see and hear the instructor alone",
    defaults=Flags(rooms=2, num_per_second=5.0, duration_s=30.0, layout="5x5"),
    parameters={"citizens": "16,25"},
    play=play,
)
