"""Asks the public databases of vulnerabilities about every locked package: pip-audit, npm audit, cargo audit.

Each needs its database: PyPI's JSON API or OSV, the npm registry's advisories, RustSec's repository. What could not be
asked is said to be so, and is never counted as good. Exit code 0: all three were asked and nothing is known; 1:
something is known; 3: nothing is known as far as was asked, but not all was asked.

The tools are not part of the product: pip-audit and cargo-audit are looked for in the path (`pipx install pip-audit`,
`cargo install cargo-audit`), npm is there with Node.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_S = 300
FOUND, NOT_ALL_ASKED = 1, 3


@dataclass(frozen=True)
class Result:
    """`known` None: it could not be asked, and `text` says why."""

    name: str
    known: int | None
    text: str


class NotAsked(Exception):
    """The tool ended without having asked its database about everything; the text says why."""


Counting = Callable[[Any], int]
"""Known vulnerabilities in a tool's JSON. Raises: NotAsked; KeyError, TypeError, ValueError when it is no report."""


def of_pip(report: Any) -> int:
    """pip-audit says that it found nothing, and ends with 0, also when its database knew none of the packages."""
    packages = report["dependencies"]
    skipped = [one["name"] for one in packages if "vulns" not in one]
    if skipped or not packages:
        raise NotAsked(f"{len(skipped)} of {len(packages)} packages are not in its database")
    return sum(len(one["vulns"]) for one in packages)


def of_npm(report: Any) -> int:
    if "message" in report:
        raise NotAsked(str(report["message"]))
    return int(report["metadata"]["vulnerabilities"]["total"])


def of_cargo(report: Any) -> int:
    return int(report["vulnerabilities"]["count"])


AUDITS: Sequence[tuple[str, Sequence[str], Path, Counting]] = (
    ("pip-audit", ("pip-audit", "--requirement", "requirements.lock", "--disable-pip", "--require-hashes",
                   "--format", "json", "--progress-spinner", "off"), ROOT, of_pip),
    ("npm audit", ("npm", "audit", "--json", "--audit=true"), ROOT / "web", of_npm),
    ("cargo audit", ("cargo-audit", "audit", "--json"), ROOT, of_cargo),
)  # fmt: skip


def audited(name: str, command: Sequence[str], directory: Path, count: Counting) -> Result:
    if shutil.which(command[0]) is None:
        return Result(name, None, f"{command[0]} is not installed")
    try:
        made = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return Result(name, None, f"no answer within {TIMEOUT_S} s")
    return read(name, made.stdout, made.stderr, count)


def read(name: str, output: str, complaints: str, count: Counting) -> Result:
    """What a tool said."""
    try:
        return Result(name, count(json.loads(output)), output)
    except NotAsked as error:
        return Result(name, None, str(error))
    except (ValueError, KeyError, TypeError):
        lines = complaints.strip().splitlines() or ["it said nothing that can be read"]
        return Result(name, None, lines[-1][:300])


def verdict(results: Sequence[Result]) -> tuple[int, list[str]]:
    """The exit code, and a line for each."""
    lines = []
    for one in results:
        if one.known is None:
            lines.append(f"{one.name}: NOT ASKED: {one.text}")
        else:
            lines.append(f"{one.name}: {one.known} known" + ("\n" + one.text if one.known else ""))
    if any(one.known for one in results):
        return FOUND, lines
    return (NOT_ALL_ASKED if any(one.known is None for one in results) else 0), lines


def main() -> int:
    code, lines = verdict([audited(*one) for one in AUDITS])
    sys.stdout.write("\n".join(lines) + "\n")
    if code == NOT_ALL_ASKED:
        sys.stdout.write("Not all databases were asked: this is no clean result.\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
