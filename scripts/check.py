"""Runs every check, fast first, and says at the end what passed, and what time and processor time each took.

A step that fails does not hide the next one; the exit code is 1 when any failed. What mostly waits (sockets,
processes, databases) runs in two lanes beside each other; so do tests in browsers, those of pages beside those of
calls. What needs the whole machine (media, networks, Rust) runs alone. What takes minutes and next to no processor
time begins first and is waited for before what runs alone; so does the compiler of Rust's tests, which only gets the
time that all others leave. The last line has pytest's form and counts the tests of all runners together. Run by the
Makefile, with the checkout's own Python.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
CONTRACT = ROOT / "tests" / "contract"
STORED = ("test_store", "test_api", "video", "bookings", "sms", "test_booking", "test_history", "test_audit")
"""Beginnings of the names of contract tests about what is kept and what the APIs say of it: about half of the time."""
BROWSER = ROOT / "tests" / "browser"
CALLS = ("test_call", "test_interruptions", "test_sound", "test_tcp", "test_firefox", "test_telephone", "test_rooms")
"""Beginnings of the names of browser tests that mostly wait for the pictures of calls: about half of the time."""
BY_LINE = ("test_srtp_differential.py", "test_wire_differential.py")
"""Contract tests that ask the relay by line, which is compiled with its own tests."""
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


def is_of_calls(path: Path) -> bool:
    return path.name.startswith(CALLS)


def browser(*, calls: bool) -> list[str]:
    """Every browser test is in exactly one of the two."""
    return [str(path.relative_to(ROOT)) for path in sorted(BROWSER.glob("test_*.py")) if is_of_calls(path) == calls]


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
    Check(
        "rust lint", ["cargo", "clippy", "--release", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]
    ),
]


def is_stored(path: Path) -> bool:
    return path.name.startswith(STORED)


def contract(*, stored: bool) -> list[str]:
    """Every contract test is in exactly one of the two, or in BY_LINE."""
    chosen = [path for path in sorted(CONTRACT.iterdir()) if is_stored(path) == stored and path.name not in BY_LINE]
    return [str(path.relative_to(ROOT)) for path in chosen if path.name.startswith("test_") or path.is_dir()]


RUST_TESTS = [
    # Optimised, but not across crates, and without line numbers: compiling and linking the test programs takes longer
    # than all the tests. In a folder of its own: who builds in the other one (tests do) would wait until this is done.
    *("env", "CARGO_PROFILE_RELEASE_LTO=off", "CARGO_PROFILE_RELEASE_DEBUG=false", "CARGO_TARGET_DIR=target/tests"),
    *("cargo", "test", "--release", "--workspace", "--quiet"),
]
LAST_IN_LINE = ["nice", "-n", "19"]
BESIDE = [
    Check("soak", [BIN / "python", "-m", "loadtests.soak", "--minutes", "3", "--calm", "--workers", "1"]),
    Check("rust tests, compiled", [*LAST_IN_LINE, *RUST_TESTS, "--no-run"]),
]
"""Beside linters and the lanes: the soak takes a twentieth of a core, the compiler what nobody else wants."""
LANES = (
    [
        pytest("contract: calls", *contract(stored=False)),
        pytest("attacks", "tests/attacks"),
    ],
    [
        pytest("architecture", "tests/architecture"),
        pytest("unit", "tests/unit"),
        pytest("simulation", "tests/simulation"),
        pytest("contract: APIs and store", *contract(stored=True)),
        npm("web tests", "test"),
        npm("web size", "size"),
    ],
)
"""Two at once."""
ALONE = [
    Check("rust tests", RUST_TESTS),
    pytest("contract: relay by line", *(f"tests/contract/{name}" for name in BY_LINE)),
    pytest("media", "tests/media"),
    pytest("network", "tests/network"),
]
BROWSERS = (
    [pytest("browser: calls", *browser(calls=True))],
    [pytest("browser: pages", *browser(calls=False))],
)
"""Two at once, and nothing else."""


@dataclass
class Outcome:
    """Of one check."""

    check: Check
    is_good: bool
    passed: int
    failed: int


_screen = threading.Lock()


def say(text: str) -> None:
    with _screen:
        sys.stdout.write(text)
        sys.stdout.flush()


def title(check: Check) -> str:
    return f"── {check.name} {'─' * max(3, 76 - len(check.name))}\n"


def run(check: Check, show: Callable[[str], None]) -> Outcome:
    """Hands the command's output to `show`, a line at a time, while it runs."""
    show(title(check))
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
        show(line)
        if SUMMARY.search(line):
            passed += sum(map(int, PASSED.findall(line)))
            failed += sum(map(int, FAILED.findall(line)))
    _, status, used = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    seconds, cpu_s = time.monotonic() - began, used.ru_utime + used.ru_stime
    outcome = "ok" if code == 0 else f"FAILED ({code})"
    show(f"   {check.name}: {outcome} in {seconds:.1f} s, {cpu_s:.1f} s of them computing\n")
    return Outcome(check, code == 0, passed, failed if code == 0 else max(1, failed))


class Beside:
    """Checks that go on while others do. What one said is shown between two others once it is over."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._over: queue.SimpleQueue[tuple[Outcome, list[str]]] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._follow, args=(check,), daemon=True) for check in checks]
        for thread in self._threads:
            thread.start()

    def _follow(self, check: Check) -> None:
        lines: list[str] = []
        outcome = run(check, lines.append)
        self._over.put((outcome, lines))

    def finished(self) -> list[Outcome]:
        """Those that are over since it was asked last; shows them."""
        outcomes = []
        with contextlib.suppress(queue.Empty):
            while True:
                outcome, lines = self._over.get_nowait()
                say("".join(lines))
                outcomes.append(outcome)
        return outcomes

    def rest(self) -> list[Outcome]:
        """Waits for all; shows and gives those that were not given before."""
        for thread in self._threads:
            thread.join()
        return self.finished()


def run_lanes(lanes: Sequence[Sequence[Check]]) -> list[Outcome]:
    """Each lane one check after the other, the lanes beside each other. A check's output is shown when it is over, so
    that two do not mix."""
    outcomes: list[Outcome] = []

    def follow(lane: Sequence[Check]) -> None:
        for check in lane:
            lines: list[str] = []
            outcomes.append(run(check, lines.append))
            say("".join(lines))

    threads = [threading.Thread(target=follow, args=(lane,), daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the checks, fast first.")
    parser.add_argument("which", choices=("lint", "all"), nargs="?", default="all")
    which: str = parser.parse_args().which
    began = time.monotonic()
    beside = Beside(BESIDE if which == "all" else [])
    outcomes = []
    for check in LINT:
        outcomes.append(run(check, say))
        outcomes += beside.finished()
    if which == "all":
        outcomes += run_lanes(LANES)
        outcomes += beside.rest()
        outcomes += [run(check, say) for check in ALONE]
        outcomes += run_lanes(BROWSERS)
    bad = [outcome for outcome in outcomes if not outcome.is_good]
    total_passed = sum(outcome.passed for outcome in outcomes)
    seconds = time.monotonic() - began
    for outcome in bad:
        sys.stdout.write(f"FAILED {outcome.check.name}\n")
    total_failed = sum(outcome.failed for outcome in outcomes)
    counts = f"{total_failed} failed, {total_passed} passed" if bad else f"{total_passed} passed"
    sys.stdout.write(f"{f' {counts} in {seconds:.2f}s ':=^80}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
