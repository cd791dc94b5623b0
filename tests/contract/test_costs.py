"""The commands that measure joins, memory and idleness work, and tell all that the bench's table wants of them.

No figure is judged: that is for a quiet machine.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
import pytest

from loadtests import idle, join, memory, native
from tests.commands import run_module

T = TypeVar("T")
RUN_TIMEOUT_S = 240.0


@pytest.fixture(scope="module", autouse=True)
def binary() -> None:
    native.build()


async def run(module: str, outcome: type[T], *arguments: str) -> T:
    """What one of the commands prints; a bad exit code fails the test."""
    code, output = await run_module(module, *arguments, "--json", within_s=RUN_TIMEOUT_S)
    assert code == 0
    return msgspec.json.decode(output, type=outcome)


async def test_join_tells_latency_and_processor_time_by_part() -> None:
    outcome = await run("loadtests.join", join.Outcome, "--joins", "5", "--per-second", "5", "--video-slots", "2")
    assert (outcome.joins, outcome.failed, outcome.faults) == (5, 0, 0)
    assert 0 < outcome.first_packet_p50_ms <= outcome.first_packet_p99_ms
    parts = msgspec.structs.asdict(outcome.server_cpu_ms_by_part)
    assert set(parts) == {"signalling", "sdp", "plane", "dtls", "relay"}
    assert parts["sdp"] > 0
    assert parts["dtls"] > 0
    assert sum(parts.values()) == pytest.approx(outcome.server_cpu_ms_per_join)
    assert set(outcome.signalling_cpu_ms_by_part) == {*join.SIGNALLING_PARTS, "rest"}
    assert all(outcome.signalling_cpu_ms_by_part[name] > 0 for name in join.SIGNALLING_PARTS)
    assert sum(outcome.signalling_cpu_ms_by_part.values()) == pytest.approx(parts["signalling"])
    assert outcome.handshake_p50_ms > 0
    assert outcome.join_p50_ms > 0


@pytest.mark.long
async def test_joins_by_turns_into_small_rooms_are_measured_too() -> None:
    arguments = ("--joins", "5", "--per-second", "5", "--video-slots", "2", "--rooms-of", "2")
    outcome = await run("loadtests.join", join.Outcome, *arguments)
    assert (outcome.joins, outcome.rooms_of, outcome.failed, outcome.faults) == (5, 2, 0, 0)
    both = join.side_by_side([outcome, msgspec.structs.replace(outcome, rooms_of=0)])
    assert both[0] == ["", "rooms of 2", "one room of 5"]
    assert {len(line) for line in both} == {3}


@pytest.mark.long
async def test_memory_tells_both_shapes_and_the_layer() -> None:
    outcome = await run("loadtests.memory", memory.Outcome, "--participants", "2", "--layers", "1")
    assert outcome.faults == 0
    assert (outcome.small.sounds, outcome.small.pictures) == (1, 1)
    assert (outcome.full.sounds, outcome.full.pictures) == (4, 9)
    for slope in (outcome.small, outcome.full):
        assert slope.total_bytes == pytest.approx(slope.signalling_bytes + slope.media_bytes)
    assert outcome.layers == 1
    assert outcome.full.total_bytes < outcome.full_must_bytes * 10, "bytes, not kilobytes or pages"


@pytest.mark.long
async def test_idle_tells_python_and_relay_apart() -> None:
    outcome = await run(
        "loadtests.idle", idle.Outcome, "--participants", "3", "--cameras", "1", "--speaking", "1", "--seconds", "2"
    )
    assert outcome.faults == 0
    assert outcome.packets_per_s > 0
    assert 0 < outcome.python_share < 1
    assert outcome.relay_share > 0
    assert outcome.wakeups_per_s > 0
