"""The files of a run: a page that needs nothing else, JSON with the verdict, CSV; and what a machine carries."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from loadtests.run import capacity, report, table
from loadtests.run.capacity import Line, Point
from loadtests.run.distribution import Distribution
from loadtests.run.level import Check
from loadtests.run.plots import ticks
from loadtests.run.results import Moment, Phase, Results, Spent


def results(**changes: object) -> Results:
    took = Distribution()
    for number in range(1, 200):
        took.record(number / 1000)
    made = Results(
        scenario="consultation",
        about="Rooms of <two> & three",
        flags={"rooms": 2, "duration_s": 5.0},
        began="2026-01-01T00:00:00+00:00",
        took_s=9.0,
        machine="2 x processor",
        rooms=2,
        seats=6,
        is_own_server=True,
        phases=[Phase("joining", 0, 2, 6, 3, 100, 0, Spent(0.1, 0.1, 0.1, 0.1)),
                Phase("holding", 2, 5, 0, 6, 5000, 1, Spent(0.2, 0.3, 0.1, 0.4))],
        measures={"join_s": took, "one_way_s": took, "floor_s": took},
        counts={"packets": 5100, "lost": 1, "opened": 51, "libsrtp_opened": 50},
        failed={},
        complaints=[],
        checks=[Check("join_s", 0.1, 2.0, "s", is_held=True), Check("loss", 0.002, 0.001, "share", is_held=False),
                Check("media_s", 0, 3.0, "s", is_held=True, is_measured=False)],
        moments=[Moment(at, 6, 1000, 0, 0, 0.1, 0.2, 0.1, 0.2) for at in range(1, 8)],
        notes=["A note."],
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def test_files_are_written_and_say_the_same(tmp_path: Path) -> None:
    paths = report.write(results(), tmp_path / "new")
    page, document = paths[0].read_text(encoding="utf-8"), msgspec.json.decode(paths[1].read_bytes())
    assert (document["is_held"], document["scenario"]) == (False, "consultation")
    assert document["quantiles_s"]["join_s"]["count"] == 199
    assert document["quantiles_s"]["join_s"]["p50"] == pytest.approx(0.1, rel=0.07)
    rows = list(csv.DictReader(paths[2].read_text(encoding="utf-8").splitlines()))
    [p50] = [row for row in rows if (row["name"], row["statistic"]) == ("join_s", "p50")]
    assert float(p50["value"]) == document["quantiles_s"]["join_s"]["p50"]
    assert sorted({row["value"] for row in rows if row["statistic"] == "is_held"}) == ["0", "1"]
    assert len(list(csv.DictReader(paths[3].read_text(encoding="utf-8").splitlines()))) == 7
    assert "service level was not held" in page


def test_page_needs_nothing_else_and_its_plots_are_svg() -> None:
    page = report.page(results())
    assert not re.search(r"<script|<link|<img|@import|url\(|https?://(?!www\.w3)", page)
    assert "&lt;two&gt; &amp; three" in page
    assert "prefers-color-scheme: dark" in page
    figures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(figures) == 7
    for figure in figures:
        ElementTree.fromstring(figure)
        assert "nan" not in figure


def test_page_of_a_run_without_people_is_written_too() -> None:
    empty = results(phases=[], measures={}, moments=[], checks=[], counts={}, seats=0, rooms=0, failed={"join: x": 2})
    assert "2 × join: x" in report.page(empty)
    assert table.text(empty).endswith("The service level was held.")


def test_table_has_what_was_not_held_in_capitals() -> None:
    text = table.text(results())
    assert re.search(r"packets that never came +0\.200% +at most 0\.100% +NOT HELD", text)
    assert re.search(r"until media is connected +not measured", text)
    assert text.endswith("THE SERVICE LEVEL WAS NOT HELD.")
    assert re.search(r"holding +5 s +6 +1,000 +0\.04 +0\.06 +0\.02 +0\.08 +6\.67 +10\.00", text)


@pytest.mark.parametrize(("most", "last"), [(0, 1), (0.7, 0.8), (8, 8), (999, 1000), (12_345, 15_000)])
def test_ticks_are_round_and_reach_the_top(most: float, last: float) -> None:
    assert ticks(most)[-1] == last
    assert len(ticks(most)) <= 6


def point(participants: float, python: float, relay: float, scenario: str = "consultation") -> Point:
    return Point(scenario, participants, 1, 1000, python, relay, 0.1, 10.0, 0.01, verdict="held", faults=0)


def test_capacity_tells_what_each_adds_from_what_an_empty_server_takes() -> None:
    points = [point(10, 0.03, 0.10), point(50, 0.07, 0.50), point(100, 0.12, 1.00)]
    python, relay = capacity.fit(points, "python"), capacity.fit(points, "relay")
    assert (python.empty, python.each) == (pytest.approx(0.02), pytest.approx(0.001))
    assert relay.each == pytest.approx(0.01)
    assert capacity.people(0.7, python) == 680
    [row] = capacity.limits(points)
    assert row[1:4] == ("1.00", "10.00", "91")
    assert row[-1] == "the relay, with 3 workers"
    assert capacity.fit(points[:1], "python") == Line(0.0, 0.003)


def test_busy_hour_needs_as_many_machines_as_its_fullest_thread() -> None:
    wanted = capacity.need(Line(0.0, 0.0005), Line(0.1, 0.002), join_ms=10.0)
    assert wanted.python == pytest.approx(0.8)
    assert wanted.relay == pytest.approx(3.3)
    assert wanted.joins == pytest.approx(1600 / (60 * 389_400 / 19_187) * 0.01)
    assert (wanted.a_machine, wanted.machines) == (1000, 2)


def test_page_of_capacity_is_filled_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before\n{capacity.BEGIN}\nold\n{capacity.END}\nAfter\n", encoding="utf-8")
    capacity.write(capacity.markdown([point(10, 0.1, 0.1)], "A machine."), page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Before\n")
    assert text.endswith("After\n")
    assert "old" not in text
    assert "| consultation | 10 |" in text
    assert "Busy hour" in text
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="marks"):
        capacity.write("x", page)
    assert capacity.BEGIN in capacity.PAGE.read_text(encoding="utf-8")
