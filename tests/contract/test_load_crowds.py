"""The scenarios of many people, each in small, on a real server: they find what should be found, and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from loadtests.run import engine, scenario
from loadtests.run.results import Results

pytestmark = pytest.mark.long


async def play(name: str, parameters: dict[str, str] | None = None, **flags: object) -> Results:
    engine.prepare()
    found = scenario.find(name)
    chosen = msgspec.structs.replace(
        found.defaults, clients=1, parameters={**found.parameters, **(parameters or {})}, **flags
    )
    return await engine.run(found, chosen)


def wrong(results: Results) -> dict[str, float]:
    """What is no matter of how fast the machine is."""
    names = ("failed_joins", "failures", "faults", "foreign")
    return {one.name: one.value for one in results.checks if one.name in names and not one.is_held}


async def test_morning_seats_everybody_within_the_minute() -> None:
    results = await play("morning", {"minute": "3"}, rooms=2, duration_s=3.0)
    assert wrong(results) == {}, results.failed
    assert results.seats == 6


async def test_floor_lets_a_witness_hear_its_holder_alone() -> None:
    results = await play("floor", {"turns-per-second": "2"}, audio_publishers=3, duration_s=4.0)
    assert wrong(results) == {}, (results.failed, results.complaints)
    assert results.measures["grant_s"].count >= 3
    assert results.measures["revoke_s"].count >= 2


async def test_reconnect_storm_finds_all_as_it_was() -> None:
    results = await play("reconnect-storm", rooms=1, publishers=2, duration_s=2.0)
    assert wrong(results) == {}, results.failed
    for how in ("after_stop", "after_kill"):
        assert results.measures[f"back_{how}_s"].count == 4
        assert results.measures[f"media_back_{how}_s"].count == 2


async def test_hostile_tries_everything_and_nothing_is_let_through() -> None:
    results = await play("hostile", {"calm": "1"}, rooms=1, duration_s=4.0)
    assert wrong(results) == {}, results.failed
    assert results.counts["attack_stun"] > 100
