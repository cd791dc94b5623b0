"""The order in which a server gives things up, and gives them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from vdxmedia.clock import ManualClock
from vdxmedia.errors import Refused
from vdxmedia.hub.overload import DEFAULTS, MAX_HOLD_S, Ladder, Level, Marks, Overload, Scale
from vdxmedia.observability import Metrics

BUSY, IDLE = 0.99, 0.0
HOLD_S = DEFAULTS.hold_s


def read(ladder: Ladder, load: float, from_s: float, seconds: int) -> list[int]:
    """The level after each second."""
    return [ladder.read(load, from_s + second) for second in range(seconds)]


def test_levels_come_one_by_one_after_the_load_has_lasted() -> None:
    ladder = Ladder(DEFAULTS.relay, HOLD_S)
    assert read(ladder, BUSY, 0.0, 12) == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3]


def test_a_peak_is_no_load_and_a_pause_no_relief() -> None:
    ladder = Ladder(DEFAULTS.relay, HOLD_S)
    for at_s in range(0, 40, 2):
        assert ladder.read(BUSY, at_s) is Level.NORMAL
        ladder.read(IDLE, at_s + 1.0)
    read(ladder, BUSY, 100.0, 3)
    for at_s in range(103, 103 + 40, 2):
        assert ladder.read(IDLE, at_s) is Level.UPPER_LAYERS
        ladder.read(0.60, at_s + 1.0)


def test_load_between_the_marks_changes_nothing() -> None:
    ladder = Ladder(DEFAULTS.relay, HOLD_S)
    read(ladder, 0.72, 0.0, 3)
    assert set(read(ladder, 0.60, 3.0, 300)) == {Level.UPPER_LAYERS}


def test_levels_go_one_by_one_when_the_load_has_gone() -> None:
    ladder = Ladder(DEFAULTS.relay, HOLD_S)
    read(ladder, BUSY, 0.0, 9)
    levels = read(ladder, IDLE, 9.0, 3 * int(HOLD_S) + 3)
    assert [levels.index(level) for level in (2, 1, 0)] == [10, 21, 32]


def test_each_relapse_doubles_the_time_until_things_are_given_back_up_to_a_bound() -> None:
    ladder, now_s, holds = Ladder(DEFAULTS.relay, HOLD_S), 0.0, []
    for _ in range(9):
        while ladder.read(BUSY, now_s) is Level.NORMAL:
            now_s += 1.0
        began_s = now_s
        while ladder.read(IDLE, now_s) is not Level.NORMAL:
            now_s += 1.0
        holds.append(now_s - began_s)
    assert holds[:4] == [10, 20, 40, 80]
    assert holds[-1] == MAX_HOLD_S
    read(ladder, IDLE, now_s, int(MAX_HOLD_S) + 2)
    assert ladder.hold_s == HOLD_S, "a calm time forgives"


@given(st.lists(st.floats(0.0, 1.0), max_size=200))
def test_no_load_skips_a_level_or_leaves_the_range(loads: list[float]) -> None:
    ladder, before = Ladder(DEFAULTS.loop, HOLD_S), Level.NORMAL
    for second, load in enumerate(loads):
        level = ladder.read(load, float(second))
        assert abs(level - before) <= 1
        assert Level.NORMAL <= level <= Level.NEWCOMERS
        before = level


# ── what follows ──────────────────────────────────────────────────────────────────────────────────────────────────


class Server:
    def __init__(self, workers: int, marks: Marks = DEFAULTS) -> None:
        self.clock = ManualClock()
        self.metrics = Metrics()
        self.shed: list[list[Level]] = []
        self.overload = Overload(self.clock, self.metrics, workers=workers, shed=self._shed, marks=marks)

    def _shed(self, levels: Sequence[Level]) -> Mapping[str, int]:
        self.shed.append(list(levels))
        return {"upper_layers": 3}

    def run(self, loads: Sequence[float], lag_s: float, seconds: int) -> None:
        for _ in range(seconds):
            self.overload.read(loads, lag_s)
            self.clock.advance(1.0)

    def value(self, line: str) -> float:
        text = generate_latest(self.metrics.registry).decode()
        return next(float(one.rpartition(" ")[2]) for one in text.splitlines() if one.startswith(f"{line} "))

    def refuses(self) -> bool:
        try:
            self.overload.refuse_newcomer()
        except Refused as error:
            return error.code == "server_busy" and (error.retry_after_s or 0) > 20
        return False


def test_one_busy_worker_sheds_for_its_own_and_refuses_nobody() -> None:
    server = Server(workers=2)
    server.run([BUSY, 0.2], 0.0, 30)
    assert server.shed == [[1, 0], [2, 0]]
    assert server.overload.level is Level.LOW_VIDEO
    assert not server.refuses(), "the other worker takes them"
    assert server.value("vdx_overload_level") == 2
    assert server.value('vdx_overload_shed_total{what="upper_layers"}') == 6


def test_newcomers_are_refused_when_all_workers_are_busy_and_taken_again_afterwards() -> None:
    server = Server(workers=2)
    server.run([BUSY, 0.90], 0.0, 10)
    assert server.shed == [[1, 1], [2, 2]], "pictures first"
    assert server.refuses()
    assert server.value('vdx_overload_shed_total{what="newcomers"}') == 1
    server.run([0.1, 0.1], 0.0, 40)
    assert server.shed[2:] == [[1, 1], [0, 0]]
    assert not server.refuses()
    assert server.value("vdx_overload_level") == 0


def test_a_late_event_loop_sheds_on_all_workers() -> None:
    server = Server(workers=2)
    server.run([0.1, 0.1], 0.35, 10)
    assert server.shed == [[1, 1]]
    server.run([0.1, 0.1], 2.0, 14)
    assert server.shed == [[1, 1], [2, 2]]
    assert server.refuses()


@pytest.mark.parametrize("lag_s", [0.05, 0.25])
def test_a_lag_that_nobody_notices_is_none(lag_s: float) -> None:
    server = Server(workers=1)
    server.run([0.5], lag_s, 60)
    assert (server.shed, server.overload.level) == ([], Level.NORMAL)


def test_marks_of_the_configuration_are_kept_to() -> None:
    marks = Marks(Scale.of_relay((0.4, 0.5, 0.6), 0.0), Scale.of_loop((3.0, 6.0, 9.0), 0.0), hold_s=3.0, retry_s=77.0)
    server = Server(1, marks)
    server.run([0.39], 2.9, 10)
    assert server.overload.level is Level.NORMAL
    server.run([0.61], 2.9, 3)
    with pytest.raises(Refused) as refused:
        server.overload.refuse_newcomer()
    assert refused.value.retry_after_s == 77.0
    server.run([0.26], 0.0, 60)
    assert server.overload.level is Level.UPPER_LAYERS, "0.25 and above is no relief"
    server.run([0.24], 0.0, 14)
    assert server.overload.level is Level.NORMAL
    server.run([0.0], 9.1, 3)
    assert server.refuses()
