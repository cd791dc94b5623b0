"""A server that was started elsewhere: how much of a core its two parts take, by what its metrics say."""

from __future__ import annotations

import aiohttp
import pytest

from loadtests.run.hub import Hub


@pytest.mark.parametrize(
    ("metrics", "spent_s"),
    [
        ({"process_cpu_seconds_total": 5.0, "vdx_relay_cpu_seconds_total": 2.0}, (3.0, 2.0)),
        ({}, (0.0, 0.0)),  # they are not for us
    ],
)
async def test_time_of_a_server_elsewhere_is_told_apart_by_its_metrics(
    monkeypatch: pytest.MonkeyPatch, metrics: dict[str, float], spent_s: tuple[float, float]
) -> None:
    async def said(_: Hub) -> dict[str, float]:
        return metrics

    monkeypatch.setattr(Hub, "metrics", said)
    async with aiohttp.ClientSession() as http:
        assert await Hub("http://127.0.0.1:1", "key", http).spent_s() == spent_s
