"""What a join by itself took, worked out of what a server took: with its error, and not told below that."""

from __future__ import annotations

import pytest

from loadtests import crowd
from loadtests.crowd import Joined, Measured

PINGS = 0.02
"""Of a core, at rest."""


def outcome(join_ms: float, error_ms: float) -> crowd.Outcome:
    return crowd.Outcome(
        listeners=499, joins=50, join_cpu_ms=join_ms, join_error_ms=error_ms, join_all_cpu_ms=9.0, rush_cpu_ms=3.0,
        rush_per_s=50.0, tell_cpu_us=10.0, churn_per_s=30.0, roster_per_s=3.9,
    )  # fmt: skip


def test_rest_and_telling_are_taken_off_a_join() -> None:
    # 50 joins of 3 ms within 30 s of which 2 % are pings', each told to 480 for 10 us.
    spent_ms = 50 * 3.0 + 30_000 * PINGS + 50 * 480 * 0.010
    joined = Joined(joins=50, spent_ns=round(spent_ms * 1e6), joins_took_s=20.0, took_s=30.0, told=50 * 480)
    by_itself = joined.join_ms(Measured(PINGS, 0.0005), Measured(10.0, 0.5))
    assert by_itself.mean == pytest.approx(3.0)
    assert by_itself.error == pytest.approx(30_000 * 0.0005 / 50 + 480 * 0.5 / 1e3)
    assert joined.all_ms(Measured(PINGS, 0.0)) == pytest.approx(3.0 + 4.8)


def test_error_is_half_of_what_two_windows_differ_by() -> None:
    found = Measured.of((0.02, 0.03))
    assert (found.mean, found.error) == pytest.approx((0.025, 0.005))


@pytest.mark.parametrize("join_ms", [-0.2, 0.3])
def test_what_is_not_above_its_error_is_not_told(join_ms: float) -> None:
    rows = dict(crowd.rows(outcome(join_ms, 0.4)))
    assert not outcome(join_ms, 0.4).can_be_told
    assert rows["  one by one"].startswith("cannot be told")


@pytest.mark.parametrize(("join_ms", "mark"), [(2.8, "✓"), (3.2, "✗")])
def test_what_is_above_its_error_is_judged(join_ms: float, mark: str) -> None:
    assert dict(crowd.rows(outcome(join_ms, 0.4)))["  one by one"].endswith(mark)
