"""When things are deleted, with clocks that jump: nothing twice, nothing never, nothing because of a wrong clock."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from vdxmedia.booking.audit import AuditNote
from vdxmedia.clock import ManualClock
from vdxmedia.errors import Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.retention import AFTER_JUMP_S, BATCH, CHECK_S, DAY_S, Kind, RetentionJob

START = 1_800_000_000.0
KEPT_S = {Kind.MEETINGS: 90 * DAY_S, Kind.CALLS: 400 * DAY_S}


class JumpingClock(ManualClock):
    """Its wall clock can be set."""

    set_by_s = 0.0

    def unix_s(self) -> float:
        return super().unix_s() + self.set_by_s


class Rows:
    """A store that has so many rows of each kind, and remembers what it was asked."""

    def __init__(self, **rows: int) -> None:
        self.rows = {Kind(kind): count for kind, count in rows.items()}
        self.runs: list[float] = []
        self.notes: list[AuditNote] = []
        self.asked: list[tuple[Kind, float, int]] = []
        self.last: float | None = None
        self.fails_at: int | None = None

    async def delete(self, kind: Kind, before: float, most: int) -> int:
        self.asked.append((kind, before, most))
        if self.fails_at is not None and len(self.asked) >= self.fails_at:
            raise Refused("away", code="store_unavailable")
        count = min(most, self.rows.get(kind, 0))
        self.rows[kind] = self.rows.get(kind, 0) - count
        return count

    async def last_run(self) -> float | None:
        return self.last

    async def remember_run(self, ran_at: float, notes: Sequence[AuditNote]) -> None:
        self.last = ran_at
        self.runs.append(ran_at)
        self.notes += notes


def job(rows: Rows, clock: ManualClock, counters: Counters | None = None, jitter_s: float = 0.0) -> RetentionJob:
    return RetentionJob(rows, clock, KEPT_S, counters or Counters(), jitter_s=lambda: jitter_s, rest_s=0.0)


async def pass_time(job: RetentionJob, clock: ManualClock, seconds: float) -> None:
    for _ in range(int(seconds // CHECK_S)):
        clock.advance(CHECK_S)
        await job.look()


async def test_each_kind_is_deleted_in_batches_counted_and_noted() -> None:
    rows, clock, counters = Rows(meetings=2 * BATCH + 1, calls=3), ManualClock(START), Counters()
    assert await job(rows, clock, counters).look()
    assert [kind for kind, _, _ in rows.asked] == [Kind.MEETINGS] * 4 + [Kind.CALLS] * 2
    assert {most for _, _, most in rows.asked} == {BATCH}
    assert rows.asked[0][1] == START - 90 * DAY_S
    assert counters.totals() == {"retention_deleted_meetings": 2 * BATCH + 1, "retention_deleted_calls": 3}
    assert [(note.organisation, note.resource, note.identifier) for note in rows.notes] == [
        ("", "meetings", f"{2 * BATCH + 1} before 2026-10-17"),
        ("", "calls", "3 before 2025-12-11"),
    ]


async def test_it_runs_once_a_day_also_over_restarts_and_never_all_at_once() -> None:
    rows, clock = Rows(), ManualClock(START)
    first = job(rows, clock, jitter_s=1200)
    await first.look()
    assert rows.runs == []
    await pass_time(first, clock, 3 * DAY_S + 3 * 1200)
    assert [ran - START for ran in rows.runs] == [1200, DAY_S + 2400, 2 * DAY_S + 3600]
    second = job(rows, clock)
    await pass_time(second, clock, DAY_S)
    assert len(rows.runs) == 4
    assert rows.runs[-1] - rows.runs[-2] == pytest.approx(DAY_S, abs=2 * CHECK_S)


@pytest.mark.parametrize("hours", [-30, -5, -1, 1, 5, 30])
async def test_wall_clock_that_jumps_makes_nothing_run_twice_or_never(hours: float) -> None:
    rows, clock = Rows(), JumpingClock(START)
    retention = job(rows, clock)
    await retention.look()
    await pass_time(retention, clock, 6 * 3600)
    clock.set_by_s = hours * 3600
    await pass_time(retention, clock, 17 * 3600)
    assert len(rows.runs) == 1, "not a second time within a day"
    await pass_time(retention, clock, 2 * 3600)
    assert len(rows.runs) == 2, "but after a day"
    clock.set_by_s = 0.0
    await pass_time(retention, clock, DAY_S + 3600)
    assert len(rows.runs) == 3


@pytest.mark.parametrize("days", [-400, 400])
async def test_clock_that_is_wrong_for_a_moment_deletes_nothing(days: float) -> None:
    rows, clock, counters = Rows(), JumpingClock(START), Counters()
    retention = job(rows, clock, counters)
    await retention.look()
    await pass_time(retention, clock, DAY_S - CHECK_S)
    clock.set_by_s = days * DAY_S
    await pass_time(retention, clock, 1800)
    clock.set_by_s = 0.0
    await pass_time(retention, clock, AFTER_JUMP_S - CHECK_S)
    assert len(rows.runs) == 1
    assert counters.totals()["retention_put_off"] > 0
    await pass_time(retention, clock, 2 * CHECK_S)
    assert len(rows.runs) == 2
    assert max(before for _, before, _ in rows.asked) < START


async def test_clock_that_jumps_in_the_middle_of_a_run_ends_it() -> None:
    clock = JumpingClock(START)

    class Jumps(Rows):
        async def delete(self, kind: Kind, before: float, most: int) -> int:
            clock.set_by_s = 10 * DAY_S
            return await super().delete(kind, before, most)

    rows = Jumps(meetings=10 * BATCH)
    retention = job(rows, clock)
    assert not await retention.look()
    assert (len(rows.asked), rows.runs) == (1, [])


async def test_run_that_was_ahead_of_time_is_not_waited_for() -> None:
    """The last server's clock was wrong by a year."""
    rows, clock = Rows(), ManualClock(START)
    rows.last = START + 365 * DAY_S
    assert await job(rows, clock).look()
    assert rows.last == START


async def test_run_that_is_cut_off_goes_on_where_it_was() -> None:
    rows, clock, counters = Rows(meetings=3 * BATCH), ManualClock(START), Counters()
    rows.fails_at = 3
    retention = job(rows, clock, counters)
    assert not await retention.look()
    assert (rows.runs, rows.rows[Kind.MEETINGS], counters.totals()["retention_failed"]) == ([], BATCH, 1)
    rows.fails_at = None
    clock.advance(CHECK_S)
    assert await retention.look()
    assert rows.rows[Kind.MEETINGS] == 0
