"""However many come and go, nobody is told of it more than four times a second; and the load test that counts costs."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from loadtests import crowd, native, revocation
from tests.fakes.signalling_server import connected, signalling_server
from vdxmedia.hub.limits import HubLimits

MAX_ROSTER_PER_S = 4
CHURN_S = 2.0
ROSTER = frozenset(("participantJoined", "participantChanged", "participantLeft"))


async def test_roster_reaches_a_client_four_times_a_second_at_most_whatever_the_churn() -> None:
    async with signalling_server(hub=HubLimits()) as server, AsyncExitStack() as stack:
        room = server.room(maximum=100)
        watcher = await stack.enter_async_context(connected(server, server.token(room)))
        lists: list[list[str]] = []

        async def on_events(batch: list[dict[str, Any]]) -> None:
            lists.append([event["type"] for event in batch])

        watcher.socket.on("events", on_events)
        await watcher.join("Anna")
        other = await stack.enter_async_context(connected(server, server.token(room)))
        await other.join("Bo")
        lists.clear()
        began_s, changes = time.monotonic(), 0
        # On a busy machine it takes longer until there is enough to be told, and more may be told meanwhile.
        while changes <= 2 * MAX_ROSTER_PER_S * CHURN_S or time.monotonic() < began_s + CHURN_S:
            for kind in ("camera", "microphone"):
                answer = await other.command("setSource", source=kind, active=changes % 4 < 2)
                changes += answer["type"] == "done"
            await asyncio.sleep(0.05)
        took_s = time.monotonic() - began_s
        rosters = [kinds for kinds in lists if not ROSTER.isdisjoint(kinds)]
        # One that was on its way at the beginning, and the first at once.
        assert 2 <= len(rosters) <= MAX_ROSTER_PER_S * took_s + 2


@pytest.mark.long
async def test_crowd_measures_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VDX_LIMITS_JOINS_PER_SECOND", "10000")  # the server's own limit is not what is measured
    outcome = await crowd.measure(listeners=20, joins=3, seconds=1.0, edits=8)
    assert outcome.listeners == 23
    assert outcome.rush_cpu_ms > 0
    assert outcome.join_all_cpu_ms > outcome.join_cpu_ms > 0
    assert outcome.tell_cpu_us > 0
    assert outcome.churn_per_s > 0
    assert 0 < outcome.roster_per_s <= MAX_ROSTER_PER_S + 1
    assert msgspec.json.decode(msgspec.json.encode(outcome), type=crowd.Outcome) == outcome
    assert len(crowd.rows(outcome)) >= 6


@pytest.mark.long
async def test_speaker_is_silent_soon_after_the_floor_was_taken() -> None:
    native.build()
    outcome = await revocation.measure(people=8, hearing=3, turns=3)
    assert outcome.deaf == outcome.faults == 0, outcome
    assert outcome.worst_ms < 1e3 * revocation.STOPPED_S, "the voice never stopped"
    assert len(revocation.rows(outcome)) == 7
