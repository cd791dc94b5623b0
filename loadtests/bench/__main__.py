"""Measures everything that has a figure to hold, prints one table, and writes `bench.json`.

    python -m loadtests.bench [--quick] [--case NAME]... [--rounds N] [--only relay|naive|crypto] [--json FILE] [--list]

Forwarding is measured by `src/` (in release mode, beside a naive loop), joins, memory and idle Python with a whole
server (`servers.py`). The exit code is 1 when packets were wrong or many were lost, or something could not be measured;
a figure that is not met is not an error.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from loadtests.bench import servers, versions
from loadtests.bench.rows import Row
from loadtests.bench.table import CryptoCost, Delivered, foot, head, table

ROOT = Path(__file__).parents[2]
FORWARDING = ("cargo", "run", "--quiet", "--release", "--locked", "--package", "vdx-bench", "--")


class Forwarding(msgspec.Struct, frozen=True, kw_only=True):
    """What `src/report.rs` writes."""

    environment: dict[str, str] = {}
    rounds: int
    delivered: dict[str, Delivered] = {}
    crypto: tuple[CryptoCost, ...] = ()
    rows: tuple[Row, ...] = ()
    runs: tuple[msgspec.Raw, ...] = ()


class File(msgspec.Struct, frozen=True):
    """`bench.json`."""

    environment: dict[str, str]
    rounds: int
    delivered: dict[str, Delivered]
    crypto: tuple[CryptoCost, ...]
    rows: list[dict[str, Any]]
    """With `ratio` and `verdict`, which follow from the other fields."""
    runs: tuple[msgspec.Raw, ...]
    """Every run of forwarding."""


def forwarding_names() -> list[str]:
    listed = subprocess.run([*FORWARDING, "--list"], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return listed.stdout.split()


def measure_forwarding(cases: Sequence[str], given: argparse.Namespace) -> tuple[Forwarding, bool]:
    """What was measured, and whether the packets were right."""
    environment = dict(os.environ)
    if importlib.util.find_spec("vdxmedia._relay"):
        # For the rows in which the relay lives in a Python process.
        environment["VDX_BENCH_PYTHON"] = sys.executable
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "forwarding.json")
        arguments = ["--json", str(path), "--rounds", str(given.rounds)]
        arguments += [word for case in cases for word in ("--case", case)]
        arguments += ["--quick"] if given.quick else []
        arguments += ["--only", given.only] if given.only else []
        run = subprocess.run([*FORWARDING, *arguments], cwd=ROOT, env=environment, check=False)
        if not path.exists():
            raise servers.FailedRun("forwarding could not be measured")
        return msgspec.json.decode(path.read_bytes(), type=Forwarding), run.returncode == 0


def measure(given: argparse.Namespace) -> int:
    whole = [case for case in servers.CASES if not given.only and (not given.case or case.name in given.case)]
    cases = [name for name in given.case if name not in {case.name for case in servers.CASES}]
    result, is_good = Forwarding(rounds=given.rounds), True
    if cases or not given.case:
        result, is_good = measure_forwarding(cases, given)
    of_servers, is_complete = servers.measure(whole, given.rounds, is_quick=given.quick)
    rows = [*result.rows, *of_servers]
    environment = {**versions.of_python(), **result.environment}
    print(head(environment, result.crypto, result.rounds, is_quick=given.quick))
    print(table(rows), "", foot(rows, result.delivered), sep="\n")
    judged = [msgspec.structs.asdict(row) | {"ratio": row.ratio, "verdict": row.verdict} for row in rows]
    file = File(environment, result.rounds, result.delivered, result.crypto, judged, result.runs)
    given.json.write_bytes(msgspec.json.format(msgspec.json.encode(file)) + b"\n")
    return 0 if is_good and is_complete else 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures everything that has a figure to hold.")
    parser.add_argument("--quick", action="store_true", help="only to see that it works; the figures mean nothing")
    parser.add_argument("--case", action="append", default=[], metavar="NAME", help="only this; may be given again")
    parser.add_argument("--rounds", type=int, default=0, help="3, or 1 with --quick")
    parser.add_argument("--only", choices=("relay", "naive", "crypto"), help="only this side of forwarding")
    parser.add_argument("--json", type=Path, default=ROOT / "bench.json", metavar="FILE")
    parser.add_argument("--list", action="store_true", help="the names of the cases")
    given = parser.parse_args()
    given.rounds = given.rounds or (1 if given.quick else 3)
    names = [*forwarding_names(), *(case.name for case in servers.CASES)]
    if given.list:
        print("\n".join(names))
        return 0
    unknown = [case for case in given.case if case not in names]
    if unknown:
        parser.error(f"unknown case {', '.join(unknown)}; --list names them")
    try:
        return measure(given)
    except servers.FailedRun as failed:
        print(failed, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
