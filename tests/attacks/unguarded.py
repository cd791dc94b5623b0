# ruff: noqa: T201 -- prints its answer
"""Switches each defence off, one at a time in a copy of the checkout, and demands that its tests fail; and so for each
line that the log must not have (`leaks`).

    python -m tests.attacks.unguarded [WORD …]        only defences whose text or tests have one of the words
    python -m tests.attacks.unguarded --no-relay      only those that need no relay built, which takes minutes

First every test of the table must pass in the copy as it is; one that does not proves nothing, and neither does one
that does not fail without its defence: the exit code is 1, and a line says which. The relay is built once, with a
switch for each of its defences.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.attacks.defence import Defence, Edit
from tests.attacks.defences import DEFENCES
from tests.attacks.leaks import LEAKS
from tests.attacks.relay_defences import IN_THE_RELAY, SWITCH, THE_SWITCH

ROOT = Path(__file__).parents[2]
TARGET = ROOT / ".state" / "unguarded"
"""Of cargo: kept, so that another run compiles the relay alone."""
BUILD = ("cargo", "build", "--quiet", "--release", "--locked", "--package", "vdx-relay-python")
BUILT, USED = "release/lib_relay.so", "src/vdxmedia/_relay.abi3.so"
FAILED, ERROR = "FAILED ", "ERROR "
ALL_GREEN, SOME_FAILED = 0, 1
"""Of pytest."""
WHERE = ("tests/attacks/test_*.py", "tests/contract/test_nginx.py")
PYTEST = ("-q", "--tb=line", "-p", "no:cacheprovider", "--disable-warnings")


def copy(directory: Path) -> None:
    """What git knows, as it is now, and what was built."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    shutil.copy2(ROOT / USED, directory / USED)
    shutil.copytree(ROOT / "src" / "vdxmedia" / "_web", directory / "src" / "vdxmedia" / "_web", dirs_exist_ok=True)


def edited(text: str, edit: Edit) -> str:
    """Raises: ValueError when what is to go is not there as the table says."""
    count = text.count(edit.old)
    if count != 1 and not (edit.everywhere and count):
        raise ValueError(f"{edit.path}: {count} times {edit.old.strip()[:60]!r}")
    return text.replace(edit.old, edit.new)


class Copy:
    """A checkout that is changed and put right again. Its relay has a switch for each of its defences."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def change(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            path = self.directory / edit.path
            path.write_text(edited(path.read_text(encoding="utf-8"), edit), encoding="utf-8")

    def put_right(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            shutil.copyfile(ROOT / edit.path, self.directory / edit.path)

    def build_relay(self) -> None:
        self.change([THE_SWITCH, *(edit for one in IN_THE_RELAY for edit in one.edits)])
        environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET)}
        subprocess.run(BUILD, cwd=self.directory, env=environment, check=True)
        shutil.copyfile(TARGET / BUILT, self.directory / USED)

    def _place_of(self, test: str) -> str:
        paths = (path for pattern in WHERE for path in self.directory.glob(pattern))
        found = next(path for path in paths if f"def {test}(" in path.read_text(encoding="utf-8"))
        return f"{found}::{test}"

    def failing(self, tests: Sequence[str], switch: str = "") -> tuple[set[str], str]:
        """Those of them that fail, and what pytest said. An error of what a test needs is none: a server that does not
        start, say. Raises: RuntimeError when they were not run."""
        environment = {
            **os.environ,
            "PYTHONPATH": f"{self.directory / 'src'}:{self.directory}",
            "PYTHONDONTWRITEBYTECODE": "1",
            SWITCH: switch,
        }
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *PYTEST, "-rfE", *map(self._place_of, tests)],
            cwd=self.directory, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ran.returncode not in (ALL_GREEN, SOME_FAILED):
            raise RuntimeError(ran.stdout[-4000:] + ran.stderr[-2000:])
        return those_that(FAILED, tests, ran.stdout), ran.stdout


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.unguarded", description=__doc__)
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--no-relay", action="store_true")
    asked = parser.parse_args(arguments)
    rows = (*DEFENCES, *LEAKS)
    chosen = [one for one in rows if is_chosen(one, asked.words) and not (asked.no_relay and one.switch)]
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unguarded") as directory:
        copy(Path(directory))
        checkout = Copy(Path(directory))
        if any(one.switch for one in chosen):
            checkout.build_relay()
        every = sorted({test for one in chosen for test in one.tests})
        broken, said = checkout.failing(every)
        broken |= those_that(ERROR, every, said)
        if broken:
            print(
                said[-4000:], f"These fail with every defence in place, and prove nothing: {sorted(broken)}", sep="\n"
            )
        judged = [defence for defence in chosen if not broken & set(defence.tests)]
        green = [test for defence in judged for test in without(checkout, defence)]
    print(f"{len(judged)} of {len(chosen)} defences switched off, {len(green)} tests that did not fail")
    return 1 if green or broken else 0


def those_that(became: str, tests: Sequence[str], said: str) -> set[str]:
    """`became`: how a line of pytest's summary begins."""
    lines = [line for line in said.splitlines() if line.startswith(became)]
    return {test for test in tests if any(re.search(rf"::{test}\b", line) for line in lines)}


def is_chosen(defence: Defence, words: Sequence[str]) -> bool:
    return not words or any(word in f"{defence.what} {defence.tests}" for word in words)


def without(checkout: Copy, defence: Defence) -> list[str]:
    """Tells what came of it; the tests that stayed green."""
    began_s = time.monotonic()
    edits = () if defence.switch else defence.edits
    checkout.change(edits)
    try:
        failing, said = checkout.failing(defence.tests, defence.switch)
    finally:
        checkout.put_right(edits)
    green = sorted(set(defence.tests) - failing)
    verdict = f"NOT FAILED: {', '.join(green)}" if green else f"{len(defence.tests)} failed, as they must"
    print(f"{defence.what}: {verdict} ({time.monotonic() - began_s:.0f} s)")
    for line in said.splitlines():
        if line.startswith((FAILED, ERROR)):
            print(f"    {line[:240]}")
    sys.stdout.flush()
    return green


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
