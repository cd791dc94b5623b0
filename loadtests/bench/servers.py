"""The rows that need the whole server: joins, memory and idle Python, each by its own command.

A command runs once a round in a process of its own and prints one JSON object. Left out: how each measures.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from loadtests import crowd, idle, join, memory
from loadtests.bench.rows import Row, from_values

ROOT = Path(__file__).parents[2]
RUN_TIMEOUT_S = 300.0
JOINS_PER_S = 50
MIN_PACE = 0.9
"""Of the wished joins a second; with fewer, latencies are those of another load."""


class FailedRun(Exception):
    """A command did not measure."""


class Case(NamedTuple):
    name: str
    outcome: type[msgspec.Struct]
    arguments: Sequence[str]
    quick: Sequence[str]
    """Arguments to see only that it works."""
    rows: Callable[[Sequence[Any]], list[Row]]
    """Of the outcomes of all rounds."""

    def command(self, *, is_quick: bool) -> list[str]:
        arguments = self.quick if is_quick else self.arguments
        return [sys.executable, "-m", f"loadtests.{self.name}", *arguments, "--json"]


def join_rows(outcomes: Sequence[join.Outcome]) -> list[Row]:
    had_per_s = statistics.median(one.joins / one.took_s for one in outcomes)
    note = f"{had_per_s:.0f} joins/s"
    doubt = "" if had_per_s >= MIN_PACE * JOINS_PER_S else f"{JOINS_PER_S} were to come"
    parts = [msgspec.structs.asdict(one.server_cpu_ms_by_part) for one in outcomes]
    by_part = ", ".join(f"{name} {statistics.median(part[name] for part in parts):.1f}" for name in parts[0])
    work = "join on loopback, offer sent to first forwarded packet, 50 joins/s"
    p50, p99 = ([getattr(one, f"first_packet_{name}_ms") for one in outcomes] for name in ("p50", "p99"))
    cpu = [one.server_cpu_ms_per_join for one in outcomes]
    return [
        from_values("join-p50", f"{work}, p50", "ms", p50, 15, 8, doubt=doubt, note=note),
        from_values("join-p99", "– p99", "ms", p99, 60, 25, doubt=doubt, note=note),
        from_values("join-cpu", "– server's CPU, all threads", "ms", cpu, 5, 3, note=by_part),
    ]


def memory_rows(outcomes: Sequence[memory.Outcome]) -> list[Row]:
    def kB(values: Sequence[float]) -> list[float]:
        return [value / 1e3 for value in values]

    small = kB([one.small.media_bytes for one in outcomes])
    full = kB([one.full.total_bytes for one in outcomes])
    layer = [one.layer_bytes / 1e6 for one in outcomes]
    signalling = statistics.median(kB([one.full.signalling_bytes for one in outcomes]))
    return [
        from_values("memory-media", "memory per subscriber: relay and DTLS, 1 + 1 slots", "kB", small, 130, 60),
        from_values(
            "memory-full",
            "– with signalling, 4 + 9 slots",
            "kB",
            full,
            260,
            120,
            note=f"of it signalling {signalling:.0f}",
        ),
        from_values("memory-layer", "memory per published layer, history full", "MB", layer, 1.5, 0.8),
    ]


def idle_rows(outcomes: Sequence[idle.Outcome]) -> list[Row]:
    share = [one.python_share * 100 for one in outcomes]
    note = f"{statistics.median(one.wakeups_per_s for one in outcomes):.0f} wake-ups a second"
    work = f"idle Python beside {outcomes[0].participants} calm participants"
    return [from_values("idle-python", work, "% of a core", share, 0.3, None, note=note)]


def crowd_rows(outcomes: Sequence[crowd.Outcome]) -> list[Row]:
    work = f"room with {outcomes[0].listeners} listeners: a join in a rush, server's CPU without telling the others"
    rush_ms, join_ms, tell_us, roster_per_s = (
        [getattr(one, name) for one in outcomes]
        for name in ("rush_cpu_ms", "join_cpu_ms", "tell_cpu_us", "roster_per_s")
    )
    note = f"{statistics.median(one.churn_per_s for one in outcomes):.0f} come or go in a second"
    error_ms = max(one.join_error_ms for one in outcomes)
    doubt = "" if all(one.can_be_told for one in outcomes) else "it cannot be told: the error is larger"
    return [
        from_values("crowd-rush", work, "ms", rush_ms, crowd.MUST_JOIN_MS, None),
        from_values(
            "crowd-join",
            "– a join by itself",
            "ms",
            join_ms,
            crowd.MUST_JOIN_MS,
            None,
            doubt=doubt,
            note=f"give or take {error_ms:.2f}",
        ),
        from_values("crowd-tell", "– telling one of them", "us", tell_us, crowd.MUST_TELL_US, None),
        from_values(
            "crowd-roster", "– roster messages a second", "", roster_per_s, crowd.MUST_ROSTER_PER_S, None, note=note
        ),
    ]


CASES = (
    Case(
        "join",
        join.Outcome,
        ("--joins", "100", "--per-second", str(JOINS_PER_S)),
        ("--joins", "4", "--per-second", "8", "--video-slots", "2"),
        join_rows,
    ),
    Case("memory", memory.Outcome, (), ("--participants", "2", "--layers", "1"), memory_rows),
    Case("crowd", crowd.Outcome, (), ("--listeners", "20", "--joins", "3", "--seconds", "1"), crowd_rows),
    Case("idle", idle.Outcome, ("--seconds", "15"), ("--participants", "3", "--seconds", "1"), idle_rows),
)


def measure(cases: Sequence[Case], rounds: int, *, is_quick: bool) -> tuple[list[Row], bool]:
    """The rows, and whether there are all; says on standard error what is under way, and what failed."""
    began_s = time.monotonic()
    outcomes: dict[str, list[Any]] = {case.name: [] for case in cases}
    for turn in range(1, rounds + 1):
        for number, case in enumerate(cases, start=(turn - 1) * len(cases) + 1):
            took_s = time.monotonic() - began_s
            print(f"{took_s:4.0f} s  {number} of {rounds * len(cases)}  round {turn}: {case.name}", file=sys.stderr)
            try:
                outcomes[case.name].append(_run(case, is_quick=is_quick))
            except FailedRun as failed:
                print(failed, file=sys.stderr)
    measured = [case for case in cases if outcomes[case.name]]
    rows = [row for case in measured for row in case.rows(outcomes[case.name])]
    return rows, all(len(runs) == rounds for runs in outcomes.values())


def _run(case: Case, *, is_quick: bool) -> Any:
    """Raises: FailedRun."""
    try:
        run = subprocess.run(
            case.command(is_quick=is_quick), cwd=ROOT, stdout=subprocess.PIPE, timeout=RUN_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FailedRun(f"loadtests.{case.name} took longer than {RUN_TIMEOUT_S:.0f} s") from error
    if run.returncode:
        raise FailedRun(
            f"loadtests.{case.name} ended with {run.returncode}: a participant failed, or a packet was wrong"
        )
    return msgspec.json.decode(run.stdout, type=case.outcome)
