"""The load tests of signalling alone measure a real server, and say how many it refused."""

from __future__ import annotations

import msgspec
import pytest

from loadtests import native, one_room, rush


async def test_rush_times_each_join_and_counts_what_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VDX_LIMITS_JOINS_PER_SECOND", "10000")  # the server's own limit is not what is measured
    outcome = await rush.measure(rooms_of=3, joins=6, per_second=20, warm_up=3)
    assert outcome.refused == {}
    assert 0 < outcome.p50_s <= outcome.p99_s <= outcome.longest_s
    assert 0 < outcome.had_per_s <= 25
    assert outcome.server_cpu_ms_per_join > 0
    assert outcome.core_share > 0
    assert msgspec.json.decode(msgspec.json.encode(outcome), type=rush.Outcome) == outcome
    assert [line[0] for line in rush.rows(outcome)].count("joins, of these refused") == 1


@pytest.mark.long
async def test_one_room_counts_each_message_that_a_client_got(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VDX_LIMITS_JOINS_PER_SECOND", "10000")
    native.build()
    outcome = await one_room.measure([15, 25], seconds=3.0)
    for size in outcome.sizes:
        assert {"chat", "floor", "speakers"} <= set(size.events)
        assert size.events["chat"] == 10 * (size.people - one_room.ACTORS), "each listener got every message once"
        assert size.cpu_us > 0
        assert 0 < size.delay_p50_ms <= size.delay_p99_ms
    assert outcome.ratio > 0
    assert len(one_room.rows(outcome)) == 4
