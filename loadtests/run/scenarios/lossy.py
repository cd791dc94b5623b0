"""Consultations over lines that lose packets, on the way up and on the way down.

Pictures are asked for again and are to come whole; sound is not repaired, so what is lost of it stays lost. The
packets are thrown away by the participants themselves, by the share that `--with percent=2` says; bursts, delay and
rate are for network namespaces (docs/network-conditions.md).
"""

from __future__ import annotations

import msgspec

from loadtests.run.flags import BadFlag, Flags
from loadtests.run.level import ServiceLevel
from loadtests.run.scenario import Scenario
from loadtests.run.scenarios.consultation import rooms_of_two_or_three
from loadtests.run.stage import Stage

MAX_PERCENT = 20.0


async def play(stage: Stage) -> None:
    percent = stage.parameter("percent")
    if not 0 <= percent <= MAX_PERCENT:
        raise BadFlag(f"--with percent={percent:g}: from 0 to {MAX_PERCENT:g}")
    lost = round(10 * percent)
    entries = await rooms_of_two_or_three(stage)
    await stage.join_all([msgspec.structs.replace(entry, lose_incoming=lost, lose_outgoing=lost) for entry in entries])
    await stage.hold()


SCENARIO = Scenario(
    name="lossy",
    about="Rooms of two or three over lines that lose packets, which pictures must outlive",
    defaults=Flags(rooms=5, num_per_second=5.0, duration_s=30.0, layout="2x2"),
    level=ServiceLevel(loss=None, picture_loss=0.005, one_way_s=0.3),
    parameters={"percent": "2"},
    play=play,
)
