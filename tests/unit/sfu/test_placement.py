"""Where new peers go."""

from __future__ import annotations

from vdxmedia.sfu.placement import ALL_FULL, HOME_FULL, LoadMeter, least_loaded, place


def test_first_peer_of_a_room_goes_to_the_least_loaded() -> None:
    assert place([0.5, 0.2, 0.3], None) == 1
    assert place([0.2, 0.2], None) == 0


def test_room_stays_at_home_until_home_is_full() -> None:
    assert place([HOME_FULL, 0.0], 0) == 0
    assert place([HOME_FULL + 0.01, 0.1], 0) == 1
    assert place([HOME_FULL + 0.01, 0.9], 0) == 0, "the least loaded may be home itself"


def test_nobody_is_admitted_when_all_are_full() -> None:
    assert place([ALL_FULL + 0.01, ALL_FULL + 0.02], 0) is None
    assert place([ALL_FULL + 0.01], None) is None
    assert place([ALL_FULL + 0.01, ALL_FULL], 0) == 1


def test_who_was_admitted_before_is_placed_when_all_are_full() -> None:
    assert place([ALL_FULL + 0.02, ALL_FULL + 0.01], 0, is_known=True) == 1
    assert place([HOME_FULL, 0.0], 0, is_known=True) == 0


def test_loads_follow_cpu_time_within_seconds_and_forget_a_burst() -> None:
    meter = LoadMeter(2)
    cpu = [0, 0]
    meter.measure(cpu, 100.0)
    assert meter.loads == [0.0, 0.0]
    for second in range(1, 11):
        cpu[0] += 700_000_000
        meter.measure(cpu, 100.0 + second)
    assert 0.65 < meter.loads[0] < 0.71
    assert meter.loads[1] == 0.0
    assert least_loaded(meter.loads) == 1
    meter.measure([cpu[0] + 10**12, cpu[1]], 111.0)
    assert meter.loads[0] <= 1.0
    for second in range(12, 30):
        meter.measure([cpu[0] + 10**12, cpu[1]], 100.0 + second)
    assert meter.loads[0] < 0.01


def test_meter_takes_no_time_backwards_and_no_closed_relay() -> None:
    meter = LoadMeter(1)
    meter.measure([1], 1.0)
    meter.measure([2], 1.0)
    meter.measure([], 2.0)
    assert meter.loads == [0.0]
