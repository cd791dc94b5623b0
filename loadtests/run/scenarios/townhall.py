"""One speaks and many watch: in steps, so that the place shows where the machine ends.

`--with ladder=25,50,100` are the steps; at each all stay for `--duration`, as a phase of its own. With
`--subscribers 1000` there is one step. Who watches has one picture.
"""

from __future__ import annotations

from loadtests.run.flags import MAX_PER_ROOM, BadFlag, Flags
from loadtests.run.scenario import Scenario
from loadtests.run.stage import Entry, Stage
from loadtests.run.watch import HOLDING


async def play(stage: Stage) -> None:
    steps = sorted(int(step) for step in stage.flags.parameters["ladder"].split(","))
    if stage.flags.subscribers:
        steps = [stage.flags.subscribers]
    if steps[0] < 1 or steps[-1] >= MAX_PER_ROOM:
        raise BadFlag(f"--with ladder: from 1 to {MAX_PER_ROOM - 1} who watch a room")
    rooms = [await stage.room(maximum=steps[-1] + 1) for _ in range(stage.flags.rooms)]
    await stage.join_all(
        [Entry(room=room, name=f"Taler {at}", role="host", subscribes=False) for at, room in enumerate(rooms)]
    )
    there = 0
    for step in steps:
        watching = [
            Entry(room=room, name=f"Tilhører {at}", publishes=(), video_slots=1)
            for at in range(there, step)
            for room in rooms
        ]
        await stage.join_all(watching, name=f"joining to {step}")
        there = step
        await stage.hold(name=HOLDING if step == steps[-1] else f"{step} watch")


SCENARIO = Scenario(
    name="townhall",
    about="One speaks, and many watch in steps (ladder)",
    defaults=Flags(rooms=1, num_per_second=10.0, duration_s=10.0, layout="speaker", video_resolution="medium"),
    parameters={"ladder": "25,50,100"},
    play=play,
)
