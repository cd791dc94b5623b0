"""Everybody joins in the same minute: consultations that all begin at nine.

Rooms as in `consultation`. Each person has a moment of his own within the minute, most of them soon after it began.
"""

from __future__ import annotations

import asyncio
import time

from loadtests.run.flags import Flags
from loadtests.run.level import ServiceLevel
from loadtests.run.scenario import Scenario
from loadtests.run.scenarios.consultation import NAMES, sizes
from loadtests.run.shape import entries_of
from loadtests.run.stage import Entry, Stage
from loadtests.run.table import JOINING

MINUTE_S = 60.0
PEAK = 0.2
"""Of the minute: when most come (guess: the clock strikes, and the page has to load)."""


async def play(stage: Stage) -> None:
    flags = stage.flags
    minute_s, peak = stage.parameter("minute"), stage.parameter("peak")
    entries: list[Entry] = []
    for number, size in enumerate(sizes(flags.rooms)):
        room = await stage.room()
        if flags.per_room:
            entries += entries_of(flags, room, number)
        else:
            entries += [
                Entry(room=room, name=f"{name} {number}", role="guest" if at else "host")
                for at, name in enumerate(NAMES[:size])
            ]
    stage.dice.shuffle(entries)
    moments = sorted(stage.dice.triangular(0.0, minute_s, peak * minute_s) for _ in entries)
    async with stage.phase(JOINING), asyncio.TaskGroup() as tasks:
        began_s = time.monotonic()
        for entry, at_s in zip(entries, moments, strict=True):
            await asyncio.sleep(max(0.0, began_s + at_s - time.monotonic()))
            tasks.create_task(stage.attempt("join", stage.join(entry)), name="join")
    await stage.hold()


SCENARIO = Scenario(
    name="morning",
    about="Everybody joins in the same minute, rooms of two or three",
    defaults=Flags(rooms=20, duration_s=20.0, layout="2x2", video_resolution="low"),
    level=ServiceLevel(join_s=1.0),
    parameters={"minute": str(MINUTE_S), "peak": str(PEAK)},
    play=play,
)
