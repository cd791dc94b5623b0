"""How many participants a core carries in each scenario, where the limit comes from, and what the national day needs.

    python -m loadtests capacity [--quick] [--out DIR] [--write]

Runs scenarios at several sizes that fit two cores, one after the other, in less than ten minutes; then fits a line
through the server's processor time, Python and relay apart: what an empty server takes, and what each participant adds.
`--write` puts the tables into docs/capacity.md. Left out: network cards, and what happens beyond the sizes run.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import re
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from loadtests import native
from loadtests.columns import columns
from loadtests.run import engine, flags, report, scenario, table
from loadtests.run.distribution import Distribution
from loadtests.run.results import Phase, Results, machine
from loadtests.run.watch import HOLDING

PAGE = native.ROOT / "docs" / "capacity.md"
BEGIN, END = "<!-- generated:capacity -->", "<!-- /generated:capacity -->"
USED_SHARE = 0.7
"""Of a thread, that is planned with: above it queues grow (a guess that leaves room for bursts)."""
CORES = 4
"""Of the machine that is planned with; one is Python's, the others the relay's workers'."""
DAY = {"participants": 19_187, "meetings": 6_835, "minutes": 389_400}
"""16 April 2020, by MedCom's figures for VDX."""
BUSY_PARTICIPANTS, BUSY_ROOMS = 1_600, 600
"""At once, in its busy hour."""


class Case(msgspec.Struct, frozen=True):
    scenario: str
    arguments: tuple[str, ...]


def _cases(duration: str, rows: Sequence[tuple[str, str]]) -> list[Case]:
    return [Case(name, (*text.split(), "--duration", duration)) for name, text in rows]


CASES = _cases(
    "15s",
    (
        ("consultation", "--rooms 5 --num-per-second 10 --simulate-speakers"),
        ("consultation", "--rooms 20 --num-per-second 10 --simulate-speakers"),
        ("consultation", "--rooms 50 --num-per-second 10 --simulate-speakers"),
        ("training", "--rooms 1 --with citizens=16 --num-per-second 10"),
        ("training", "--rooms 2 --num-per-second 10"),
        ("training", "--rooms 4 --num-per-second 10"),
        ("crosssector", "--rooms 1 --num-per-second 10"),
        ("crosssector", "--rooms 4 --num-per-second 10"),
        ("crosssector", "--rooms 10 --num-per-second 10"),
        ("townhall", "--with ladder=25,50,100,200 --num-per-second 20"),
    ),
)
QUICK = _cases(
    "3s",
    (
        ("consultation", "--rooms 2 --num-per-second 10 --simulate-speakers"),
        ("consultation", "--rooms 5 --num-per-second 10 --simulate-speakers"),
        ("training", "--rooms 1 --with citizens=5 --num-per-second 10"),
        ("crosssector", "--rooms 1 --num-per-second 10"),
        ("townhall", "--with ladder=5,10 --num-per-second 10"),
    ),
)


class Point(msgspec.Struct, frozen=True):
    """One size of one scenario."""

    scenario: str
    participants: float
    rooms: int
    packets_per_s: float
    """To all."""
    python: float
    """Share of a core."""
    relay: float
    participants_cost: float
    """The clients' and the generators', of a core."""
    join_ms: float
    """The server's, for each; 0: not measured."""
    one_way_p99_s: float
    verdict: str
    faults: int


class Line(msgspec.Struct, frozen=True):
    """Share of a core by participants."""

    empty: float
    each: float


def points_of(found: Results) -> list[Point]:
    """Of each phase in which all stay."""
    joins = [phase for phase in found.phases if phase.joins]
    join_ms = 1e3 * sum(phase.spent.server_s for phase in joins) / max(1, sum(phase.joins for phase in joins))
    points = []
    for phase in found.phases:
        if phase.name == HOLDING or phase.name.endswith(" watch"):
            delay = found.measures.get("one_way_s" if phase.name == HOLDING else f"one_way_{phase.name}_s")
            points.append(_point(found, phase, join_ms, delay or Distribution()))
    return points


def _point(found: Results, phase: Phase, join_ms: float, delay: Distribution) -> Point:
    return Point(
        scenario=found.scenario,
        participants=phase.seats,
        rooms=found.rooms,
        packets_per_s=phase.packets / phase.took_s,
        python=phase.share(phase.spent.python_s),
        relay=phase.share(phase.spent.relay_s),
        participants_cost=phase.share(phase.spent.clients_s + phase.spent.generators_s),
        join_ms=join_ms,
        one_way_p99_s=delay.quantile_s(0.99),
        verdict=str(found.verdict),
        faults=found.counts["faults"],
    )


def fit(points: Sequence[Point], part: str) -> Line:
    """By least squares; of one point, the line through nothing. What an empty server takes is not below 0."""
    sizes, shares = [one.participants for one in points], [getattr(one, part) for one in points]
    if len(set(sizes)) > 1:
        slope, intercept = statistics.linear_regression(sizes, shares)
        if slope > 0 and intercept >= 0:
            return Line(intercept, slope)
    return Line(0.0, sum(shares) / max(1e-9, sum(sizes)))


def people(share: float, line: Line) -> int:
    """How many fit into this share of a core (of several: of their sum)."""
    return max(0, math.floor((share - line.empty) / line.each + 1e-6)) if line.each > 0 else 0


class Need(msgspec.Struct, frozen=True):
    """Of the busy hour."""

    python: float
    """Cores in use."""
    relay: float
    joins: float
    a_machine: int
    """Participants that a machine of `CORES` carries."""
    machines: int


def need(python: Line, relay: Line, join_ms: float) -> Need:
    stay_s = 60 * DAY["minutes"] / DAY["participants"]
    joins_per_s = BUSY_PARTICIPANTS / stay_s
    a_machine = min(people(USED_SHARE, python), people(USED_SHARE * (CORES - 1), relay))
    return Need(
        python.empty + BUSY_PARTICIPANTS * python.each,
        relay.empty + BUSY_PARTICIPANTS * relay.each,
        joins_per_s * join_ms / 1e3,
        a_machine,
        math.ceil(BUSY_PARTICIPANTS / a_machine) if a_machine else 0,
    )


# ── Tables ────────────────────────────────────────────────────────────────────────────────────────────────────────

HEAD = (
    "scenario", "participants", "rooms", "packets/s", "Python, cores", "relay, cores", "clients and generators, cores",
    "server, ms a join", "one way p99", "level",
)  # fmt: skip
LIMITS_HEAD = (
    "scenario", "Python, ms/s each", "relay, ms/s each", "participants per core", "Python's thread full at",
    "one worker full at", "limit",
)  # fmt: skip


def sizes(points: Sequence[Point]) -> list[tuple[str, ...]]:
    return [
        (
            one.scenario, f"{one.participants:.0f}", str(one.rooms), f"{one.packets_per_s:,.0f}", f"{one.python:.3f}",
            f"{one.relay:.3f}", f"{one.participants_cost:.2f}", f"{one.join_ms:.1f}", table.seconds(one.one_way_p99_s),
            one.verdict,
        )
        for one in points
    ]  # fmt: skip


def limits(points: Sequence[Point]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name in dict.fromkeys(one.scenario for one in points):
        own = [one for one in points if one.scenario == name]
        python, relay = fit(own, "python"), fit(own, "relay")
        at_python, at_worker = people(USED_SHARE, python), people(USED_SHARE, relay)
        rows.append(
            (
                name, f"{1e3 * python.each:.2f}", f"{1e3 * relay.each:.2f}", f"{1 / (python.each + relay.each):,.0f}",
                f"{at_python:,}", f"{at_worker:,}",
                "Python" if at_python <= at_worker * (CORES - 1) else f"the relay, with {CORES - 1} workers",
            )
        )  # fmt: skip
    return rows


def day(points: Sequence[Point]) -> list[str]:
    """Sentences."""
    own = [one for one in points if one.scenario == "consultation"]
    if not own:
        return []
    join_ms = min(one.join_ms for one in own)
    wanted = need(fit(own, "python"), fit(own, "relay"), join_ms)
    total = wanted.python + wanted.relay + wanted.joins
    return [
        f"Busy hour, {BUSY_PARTICIPANTS:,} participants in {BUSY_ROOMS} rooms at once: {total:.2f} cores "
        f"(Python {wanted.python:.2f}, relay {wanted.relay:.2f}, joins {wanted.joins:.2f}). "
        f"Within {CORES} cores: {'yes' if total <= CORES else 'no'}.",
        f"A machine of {CORES} cores, its threads used to {USED_SHARE:.0%}: {wanted.a_machine:,} participants. "
        f"Machines for the busy hour: {wanted.machines}.",
    ]


def markdown(points: Sequence[Point], about: str) -> str:
    """What stands between the marks of the page."""

    def table_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
        marks = ["---", *["---:"] * (len(head) - 1)]
        return [f"| {' | '.join(cells)} |" for cells in (head, marks, *rows)]

    lines = [about, "", *table_of(HEAD, sizes(points)), "", *table_of(LIMITS_HEAD, limits(points)), ""]
    return "\n".join([*lines, *(f"- {sentence}" for sentence in day(points))])


def write(text: str, page: Path = PAGE) -> None:
    """Between the marks. Raises: ValueError when they are not there."""
    before = page.read_text(encoding="utf-8")
    if BEGIN not in before or END not in before:
        raise ValueError(f"{page} has not the marks {BEGIN} and {END}")
    page.write_text(
        re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{text}\n{END}", before, flags=re.DOTALL), encoding="utf-8"
    )


# ── The command ───────────────────────────────────────────────────────────────────────────────────────────────────


def play(case: Case, out: Path | None, number: int) -> Results:
    chosen = scenario.find(case.scenario)
    wanted = flags.read(case.scenario, chosen.about, chosen.defaults, chosen.parameters, case.arguments, {})
    found = asyncio.run(engine.run(chosen, wanted))
    if out is not None:
        report.write(found, out / f"{number:02}-{case.scenario}")
    return found


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtests capacity", description="Participants per core.")
    parser.add_argument("--quick", action="store_true", help="does it work? A minute or two; the figures mean nothing")
    parser.add_argument("--out", type=Path, help="a directory for a report of each run")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.relative_to(native.ROOT)}")
    given = parser.parse_args(arguments)
    engine.prepare()
    load = os.getloadavg()[0]
    began = datetime.now(UTC)
    points: list[Point] = []
    for number, case in enumerate(QUICK if given.quick else CASES, 1):
        print(f"{case.scenario} {' '.join(case.arguments)}", file=sys.stderr, flush=True)
        found = play(case, given.out, number)
        points += points_of(found)
        missed = [
            f"{table.name_of(check.name)}: {table.value_of(check, check.value)}, "
            f"at most {table.value_of(check, check.must)}: {table.verdict_of(check)}"
            for check in found.checks
            if not check.is_held
        ]
        for complaint in (*found.failed, *found.complaints, *missed):
            print(f"  {complaint}", file=sys.stderr)
    minutes = (datetime.now(UTC) - began).total_seconds() / 60
    about = (
        f"{began:%d %B %Y}, {machine()}, load {load:.1f} when it began, {minutes:.0f} minutes"
        f"{', a quick run whose figures mean nothing' if given.quick else ''}."
    )
    print(columns([HEAD, *sizes(points)], are_numbers=True), "", sep="\n")
    print(columns([LIMITS_HEAD, *limits(points)], are_numbers=True), "", *day(points), about, sep="\n")
    if given.write:
        write(markdown(points, about))
    return 1 if any(one.faults for one in points) else 0
