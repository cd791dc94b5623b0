"""The service level: each bound is judged by what was found, and what was not measured has no figure."""

from __future__ import annotations

import random

import pytest

from loadtests.run.distribution import Distribution, of_buckets, upper_bound_us
from loadtests.run.level import Check, ServiceLevel, Verdict, judge, verdict_of


def taking(*seconds: float) -> Distribution:
    made = Distribution()
    for one in seconds:
        made.record(one)
    return made


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_times_are_judged_at_the_99th_percentile_and_counts_as_they_are() -> None:
    measures = {"join_s": taking(*[0.1] * 199, 9.0), "one_way_s": taking(*[0.01] * 90, *[0.3] * 10)}
    checks = by_name(judge(ServiceLevel(), measures, {"faults": 1, "failed_joins": 0, "loss": 0.0005, "gap_s": 1.2}))
    assert checks["join_s"].is_held, "one in 200 is above the 99th percentile"
    assert not checks["one_way_s"].is_held
    assert not checks["faults"].is_held
    assert not checks["gap_s"].is_held
    assert checks["failed_joins"].is_held
    assert checks["loss"].is_held
    assert (checks["media_s"].is_held, checks["media_s"].is_measured) == (True, False)


def test_bound_that_is_not_asked_is_not_judged_and_a_scenario_may_add_its_own() -> None:
    level = ServiceLevel(gap_s=None, loss=None)
    checks = by_name(judge(level, {"floor_s": taking(0.3)}, {"gap_s": 99, "loss": 1}, {"floor_s": 0.2}))
    assert not {"gap_s", "loss"} & set(checks)
    assert not checks["floor_s"].is_held
    assert by_name(judge(level, {"floor_s": taking(0.1)}, {}, {"floor_s": 0.2}))["floor_s"].is_held


def test_quantiles_are_right_to_six_percent_and_add_up_over_processes() -> None:
    dice = random.Random(1)
    values = [dice.expovariate(10) for _ in range(2000)]
    one, other = taking(*values[:700]), taking(*values[700:])
    one.add(other)
    values.sort()
    for share in (0.5, 0.95, 0.99):
        exact = values[int(share * len(values)) - 1]
        assert exact <= one.quantile_s(share) <= exact * 1.07
    assert one.count == 2000
    assert one.max_s == pytest.approx(max(values), abs=1e-6)
    assert one.mean_s == pytest.approx(sum(values) / 2000, rel=1e-3)
    assert Distribution().quantile_s(0.99) == 0


def test_generators_buckets_are_the_same() -> None:
    uppers = sorted({upper_bound_us(value) for value in range(100_000)})
    assert uppers[:20] == [*range(16), 16, 17, 18, 19]
    assert all(upper_bound_us(upper) == upper for upper in uppers)
    assert of_buckets([(15, 3), (33, 1)], mean_us=20, max_us=32).quantile_s(0.99) == 32e-6


def test_time_that_was_missed_by_no_more_than_the_participants_were_late_is_not_judged() -> None:
    measures = {
        "one_way_s": taking(0.2),
        "generators_late_s_holding": taking(0.001, 0.06),
        "clients_late_s": taking(0.3),
    }
    checks = by_name(judge(ServiceLevel(), measures, {"gap_s": 1.02}))
    assert checks["one_way_s"].verdict is Verdict.NOT_JUDGED, "50 ms too much, and 60 ms may be their own"
    assert checks["gap_s"].verdict is Verdict.NOT_JUDGED
    assert verdict_of(checks.values()) is Verdict.NOT_JUDGED
    busy = by_name(judge(ServiceLevel(), measures | {"server_waited_s_holding": taking(0.5)}, {"gap_s": 1.5}))
    assert busy["gap_s"].verdict is Verdict.NOT_JUDGED, "the server had no core for half a second"
    late = by_name(judge(ServiceLevel(), measures, {"gap_s": 1.2, "loss": 0.5}))
    assert late["gap_s"].verdict is Verdict.NOT_HELD, "signalling's lateness stops no picture"
    assert late["loss"].verdict is Verdict.NOT_HELD, "a count is judged whatever the time"
    assert verdict_of(late.values()) is Verdict.NOT_HELD
    assert verdict_of(judge(ServiceLevel(), {}, {})) is Verdict.HELD
