"""A short churn: who came and went leaves nothing behind. The long one is `python -m loadtests.soak`."""

from __future__ import annotations

import msgspec
import pytest

from loadtests import native, soak

CHURN_S = 6.0


@pytest.fixture(scope="module", autouse=True)
def binary() -> None:
    native.build()


@pytest.mark.long
async def test_churn_of_two_rooms_ends_with_no_peers_sources_or_descriptors_more_than_before() -> None:
    outcome = await soak.run(minutes=0.2, rooms=2, people=3, seed=7, churn_s=CHURN_S, waits=False, workers=2)
    assert not outcome.complaints, outcome.complaints
    empty = [sample for sample in outcome.samples if sample.phase == "empty"]
    assert len(empty) == outcome.generations >= 2
    assert all((sample.peers, sample.sources, sample.rooms) == (0, 0, 0) for sample in empty)
    assert empty[0].descriptors == empty[-1].descriptors, empty
    assert {"join", "leave", "vanish", "reload", "microphone off", "camera off", "screen on"} <= set(outcome.actions)


def test_what_grows_is_told() -> None:
    def sample(at_s: float, phase: str, memory_bytes: int, descriptors: int) -> soak.Sample:
        return soak.Sample(at_s, phase, memory_bytes, descriptors, 3, 10, 0, 0, 0)

    flat = [sample(60.0 * minute, "empty", 100 << 20, 25) for minute in range(8)]
    assert soak.judge(flat, flat) == []
    growing = [msgspec.structs.replace(one, memory_bytes=one.memory_bytes + (int(one.at_s) << 14)) for one in flat]
    assert soak.judge(growing, flat) == ["empty: memory grows by 960 KiB a minute"]
    assert soak.judge(flat, growing) == ["full: memory grows by 960 KiB a minute"]
    leaking = [*flat[:-1], msgspec.structs.replace(flat[-1], descriptors=26)]
    assert soak.judge(leaking, flat) == ["empty: descriptors went from 25 to 26"]
    crowding = [msgspec.structs.replace(one, tasks=one.tasks + int(one.at_s)) for one in flat]
    assert soak.judge(crowding, flat) == ["empty: tasks went from 10 to 250"]
    lingering = [msgspec.structs.replace(one, tasks=one.tasks + 40 * (at % 2)) for at, one in enumerate(flat)]
    assert soak.judge(lingering, flat) == []
