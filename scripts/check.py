"""Runs every check, fast first, and says at the end what passed.

A step that fails does not hide the next one; the exit code is 1 when any failed. The last line has pytest's form and
counts the tests of all runners together. Run by the Makefile, with the checkout's own Python.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
SUMMARY = re.compile(
    r"^test result: |^\s+Tests  |^=*\s*(?:\d+ (?:failed|passed|errors?|deselected|warnings?),? ?)+in [\d.]+s"
)
"""The last lines of cargo, vitest and pytest."""
PASSED, FAILED = re.compile(r"(\d+) passed"), re.compile(r"(\d+) (?:failed|errors?)")


@dataclass(frozen=True)
class Check:
    name: str
    command: Sequence[str | Path]
    directory: Path = ROOT


def pytest(name: str, *paths: str) -> Check:
    return Check(name, [BIN / "pytest", "-q", "-m", "not long", "--durations=5", *paths])


def npm(name: str, script: str) -> Check:
    return Check(name, ["npm", "run", "--silent", script], ROOT / "web")


LINT = [
    Check("format", [BIN / "ruff", "format", "--check", "."]),
    Check("lint", [BIN / "ruff", "check", "."]),
    Check("rust format", ["cargo", "fmt", "--all", "--check"]),
    Check("imports", [BIN / "lint-imports"]),
    Check("types", [BIN / "mypy"]),
    Check("generated protocol", [BIN / "python", "scripts/generate_protocol.py", "--check"]),
    Check("relay's types", [BIN / "stubtest", "--concise", "vdxmedia._relay"]),
    npm("web types", "types"),
    Check("rust lint", ["cargo", "clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]),
]
TESTS = [
    Check("rust tests", ["cargo", "test", "--release", "--workspace", "--quiet"]),
    pytest("architecture", "tests/architecture"),
    pytest("unit", "tests/unit"),
    pytest("simulation", "tests/simulation"),
    pytest("contract", "tests/contract"),
    pytest("media", "tests/media"),
    npm("web tests", "test"),
    npm("web size", "size"),
    pytest("browser", "tests/browser"),
    pytest("network", "tests/network"),
]


def run(check: Check) -> tuple[bool, int, int]:
    """Shows the command's output while it runs; gives whether it passed, and how many tests passed and failed."""
    sys.stdout.write(f"── {check.name} {'─' * max(3, 76 - len(check.name))}\n")
    sys.stdout.flush()
    began = time.monotonic()
    passed = failed = 0
    process = subprocess.Popen(
        list(check.command),
        cwd=check.directory,
        env=os.environ | {"FORCE_COLOR": "0", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        if SUMMARY.search(line):
            passed += sum(map(int, PASSED.findall(line)))
            failed += sum(map(int, FAILED.findall(line)))
    code = process.wait()
    seconds = time.monotonic() - began
    sys.stdout.write(f"   {check.name}: {'ok' if code == 0 else f'FAILED ({code})'} in {seconds:.1f} s\n")
    return code == 0, passed, failed if code == 0 else max(1, failed)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the checks, fast first.")
    parser.add_argument("which", choices=("lint", "all"), nargs="?", default="all")
    which: str = parser.parse_args().which
    began = time.monotonic()
    bad: list[str] = []
    total_passed = total_failed = 0
    for check in LINT if which == "lint" else [*LINT, *TESTS]:
        is_good, passed, failed = run(check)
        total_passed += passed
        total_failed += failed
        if not is_good:
            bad.append(check.name)
    seconds = time.monotonic() - began
    for name in bad:
        sys.stdout.write(f"FAILED {name}\n")
    outcome = f"{total_failed} failed, {total_passed} passed" if bad else f"{total_passed} passed"
    sys.stdout.write(f"{f' {outcome} in {seconds:.2f}s ':=^80}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
