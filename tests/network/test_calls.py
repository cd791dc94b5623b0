"""Real browsers in a call over a bad network. What each scenario does and demands: loadtests/netns/scenarios.py.

`in-turn` is loss-5, step and late-screen in one call: opening a call costs more than what is tried in it. Those marked
long are in `make long`, the others are run by hand (docs/network-conditions.md).
"""

from __future__ import annotations

import pytest

from loadtests.netns.scenarios import run


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param("clean", marks=pytest.mark.long),
        "in-turn",
        "starve",
        pytest.param("loss-5-fec", marks=pytest.mark.long),
        pytest.param("rebind", marks=pytest.mark.long),
        "change-network",
        pytest.param("outage", marks=pytest.mark.long),
        pytest.param("outage-silent", marks=pytest.mark.long),
        pytest.param("outage-short", marks=pytest.mark.long),
        pytest.param("udp-blocked", marks=pytest.mark.long),
        pytest.param("tcp-443", marks=pytest.mark.long),
        pytest.param("loss-10", marks=pytest.mark.long),
        pytest.param("sign-language", marks=pytest.mark.long),
        pytest.param("bad-uplink", marks=pytest.mark.long),
    ],
)
async def test_call_holds_over_a_bad_network(scenario: str) -> None:
    result = await run(scenario)
    assert result.unmet() == []


@pytest.mark.long
async def test_own_equipment_can_be_tried_from_behind_any_network() -> None:
    result = await run("trial-ways")
    assert result.unmet() == []


@pytest.mark.parametrize("scenario", [pytest.param("turn-ways", marks=pytest.mark.long), "turn-443"])
async def test_call_holds_through_a_turn_server(scenario: str) -> None:
    result = await run(scenario)
    assert result.unmet() == []
