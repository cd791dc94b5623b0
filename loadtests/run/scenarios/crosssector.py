"""A network meeting of eight across sectors: everybody sees everybody, and all speak at the same time.

Each gets seven pictures, and the three loudest of seven voices.
"""

from __future__ import annotations

from loadtests.run.flags import Flags
from loadtests.run.scenario import Scenario
from loadtests.run.shape import entries_of
from loadtests.run.stage import Entry, Stage

PEOPLE = ("Borger", "Pårørende", "Sygehus", "Praktiserende læge", "Kommune", "Hjemmepleje", "Socialrådgiver", "Tolk")


async def play(stage: Stage) -> None:
    entries = []
    for number in range(stage.flags.rooms):
        room = await stage.room()
        if stage.flags.per_room:
            entries += entries_of(stage.flags, room, number)
            continue
        entries += [
            Entry(room=room, name=f"{name} {number}", role="guest" if at else "host") for at, name in enumerate(PEOPLE)
        ]
    await stage.join_all(entries)
    await stage.hold()


SCENARIO = Scenario(
    name="crosssector",
    about="Eight people in a room, and all speak",
    defaults=Flags(rooms=1, num_per_second=5.0, duration_s=30.0, layout="3x3"),
    play=play,
)
