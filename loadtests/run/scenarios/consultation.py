"""Many rooms of two or three, as on the national day: 6,835 meetings of 19,187 participants, 2.8 in the mean.

Everybody sends sound and picture and gets the others'. With `--publishers` and the like, rooms of that shape instead.
"""

from __future__ import annotations

from loadtests.run.flags import Flags
from loadtests.run.scenario import Scenario
from loadtests.run.shape import entries_of
from loadtests.run.stage import Entry, Stage

OF_THREE = 0.8
"""Share of the rooms; the others are of two."""
ALONE_HEIGHT = 720
"""Of the picture of the only other one, who fills the window."""
NAMES = ("Læge", "Borger", "Pårørende")


def sizes(rooms: int) -> list[int]:
    """2.8 in the mean, however many there are."""
    of_two = round(rooms * (1 - OF_THREE))
    return [2] * of_two + [3] * (rooms - of_two)


async def rooms_of_two_or_three(stage: Stage) -> list[Entry]:
    """Makes the rooms; who is to join them."""
    flags = stage.flags
    entries: list[Entry] = []
    in_room = sizes(flags.rooms)
    stage.dice.shuffle(in_room)
    for number, size in enumerate(in_room):
        room = await stage.room()
        if flags.per_room:
            entries += entries_of(flags, room, number)
            continue
        for at, name in enumerate(NAMES[:size]):
            height = ALONE_HEIGHT if size == 2 else flags.tile_height
            role = "guest" if at else "host"
            entries.append(Entry(room=room, name=f"{name} {number}", role=role, tile_height=height))
    return entries


async def play(stage: Stage) -> None:
    await stage.join_all(await rooms_of_two_or_three(stage))
    await stage.hold()


SCENARIO = Scenario(
    name="consultation",
    about="Rooms of two or three, 2.8 in the mean, as the consultations of the national day",
    defaults=Flags(rooms=5, num_per_second=5.0, duration_s=30.0, layout="2x2"),
    play=play,
)
