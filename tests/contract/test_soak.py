"""A short churn: who came and went leaves nothing behind. The long one is `python -m loadtests.soak`."""

from __future__ import annotations

import os
import threading

import msgspec
import pytest

from loadtests import flatness, native, soak

PACE = soak.Pace(rooms=2, people=3, churn_s=6.0, waits_every=0)


@pytest.fixture(scope="module", autouse=True)
def binary() -> None:
    native.build()


@pytest.mark.long
async def test_churn_of_two_rooms_ends_with_no_peers_sources_or_descriptors_more_than_before() -> None:
    outcome = await soak.run(0.2, PACE, seed=7, workers=2)
    assert not outcome.complaints, outcome.complaints
    empty = [sample for sample in outcome.samples if sample.phase == "empty"]
    assert len(empty) == outcome.generations >= 2
    assert all((sample.peers, sample.sources, sample.rooms) == (0, 0, 0) for sample in empty)
    assert empty[0].descriptors == empty[-1].descriptors, empty
    assert {"join", "leave", "vanish", "reload", "microphone off", "camera off", "screen on"} <= set(outcome.actions)


def test_what_grows_is_told() -> None:
    def sample(at_s: float, phase: str, memory_bytes: int, descriptors: int) -> flatness.Sample:
        return flatness.Sample(at_s, phase, memory_bytes, descriptors, 3, 10, 0, 0, 0)

    flat = [sample(60.0 * minute, "empty", 100 << 20, 25) for minute in range(8)]
    assert flatness.judge(flat, flat) == []
    growing = [msgspec.structs.replace(one, memory_bytes=one.memory_bytes + (int(one.at_s) << 14)) for one in flat]
    assert flatness.judge(growing, flat) == ["empty: memory grows by 960 KiB a minute"]
    assert flatness.judge(flat, growing) == ["full: memory grows by 960 KiB a minute"]
    young = [msgspec.structs.replace(one, at_s=one.at_s / 4, joins=int(one.at_s)) for one in growing]
    assert flatness.judge(young, flat) == [], "caches may fill in the first minutes"
    heavy = [msgspec.structs.replace(one, memory_bytes=one.memory_bytes + one.joins * 85_000) for one in young]
    assert flatness.judge(heavy, flat) == ["empty: memory grows by 99 KiB a join"]
    leaking = [*flat[:-1], msgspec.structs.replace(flat[-1], descriptors=26)]
    assert flatness.judge(leaking, flat) == ["empty: descriptors went from 25 to 26"]
    crowding = [msgspec.structs.replace(one, tasks=one.tasks + int(one.at_s)) for one in flat]
    assert flatness.judge(crowding, flat) == ["empty: tasks went from 10 to 250"]
    lingering = [msgspec.structs.replace(one, tasks=one.tasks + 40 * (at % 2)) for at, one in enumerate(flat)]
    assert flatness.judge(lingering, flat) == []


def test_verdict_of_a_run_that_is_too_short_says_so() -> None:
    row = [flatness.Sample(60.0 * minute, "empty", 100 << 20, 25, 3, 10, 0, 0, 0) for minute in range(6)]
    assert flatness.is_long_enough(row, row)
    assert not flatness.is_long_enough(row, row[:4])


def test_what_a_server_tells_of_itself_is_what_the_kernel_tells() -> None:
    told = {"process_resident_memory_bytes": 1.0, "process_open_fds": 2.0, "vdx_process_threads": 3.0}
    assert flatness.held_by_metrics(told) == flatness.Held(1, 2, 3)
    own = flatness.held_by(os.getpid())
    assert own.memory_bytes > 1 << 20
    assert own.descriptors > 2
    assert own.threads >= threading.active_count()
