"""A short scenario for real, as its user starts it: its report is true, and a fault in the server is exit code 1.

The times are not judged here: they hang on the machine. Longer ones are `python -m loadtests run`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests import native
from loadtests.run.command import EXIT_BAD_USE, EXIT_NOT_HELD, EXITS
from loadtests.run.level import GENERATORS, SERVER, STAYING, Verdict
from tests.commands import run_module

WITHIN_S = 120.0
HOLD_S = 5
PEOPLE = 6
"""In two rooms of three."""
TIMES = {"join_s", "media_s", "first_packet_s", "signalling_delay_s", "one_way_s", "gap_s"}


@pytest.fixture(scope="module", autouse=True)
def binary() -> None:
    native.build()


async def run(*arguments: str) -> tuple[int | None, str]:
    return await run_module("loadtests", "run", *arguments, within_s=WITHIN_S)


def checks(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in document["checks"]}


async def test_consultation_of_two_rooms_finds_what_everybody_got(tmp_path: Path) -> None:
    code, _ = await run(
        "consultation", "--rooms=2", f"--duration={HOLD_S}s", "--num-per-second=10", f"--out={tmp_path}"
    )
    document = msgspec.json.decode((tmp_path / "report.json").read_bytes())
    assert code == EXITS[Verdict(document["verdict"])]
    judged = checks(document)
    bad = {name: check for name, check in judged.items() if not check["is_held"] and name not in TIMES}
    assert not bad, (bad, document["failed"], document["complaints"])
    assert {name for name in TIMES if judged[name]["is_measured"]} == TIMES
    assert {"clients_late_s", *STAYING, GENERATORS, SERVER} <= set(document["measures"])
    assert any("By the server's own account" in note for note in document["notes"])
    assert (document["rooms"], document["seats"]) == (2, PEOPLE)
    counts, (joining, holding) = document["counts"], document["phases"]
    assert (joining["joins"], holding["seats"]) == (PEOPLE, PEOPLE)
    assert holding["packets"] > PEOPLE * 2 * HOLD_S * 25, "half of the sound alone would be this"
    assert counts["opened"] > counts["packets"] / 120
    assert counts["libsrtp_opened"] > counts["packets"] / 200
    assert counts["libsrtp_refused"] == counts["libsrtp_wrong"] == 0
    spent = holding["spent"]
    assert min(spent["python_s"], spent["relay_s"], spent["clients_s"], spent["generators_s"]) > 0
    assert document["moments"]
    assert "<svg" in (tmp_path / "report.html").read_text(encoding="utf-8")


async def test_server_that_refuses_joins_does_not_hold_the_level() -> None:
    arguments = ("--rooms=1", "--duration=1s", "--clients=1", "--set=limits.joins_per_second=0.6", "--json")
    code, output = await run("consultation", *arguments)
    document = msgspec.json.decode(output)
    assert code == EXIT_NOT_HELD
    assert document["failed"] == {"join: refused rate_limited": 2}
    assert {name for name, check in checks(document).items() if not check["is_held"]} == {"failed_joins"}


async def test_bad_use_is_told_in_one_line() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "loadtests", "run", "consultation", "--layout=9x9",
        stderr=asyncio.subprocess.PIPE, cwd=native.ROOT,
    )  # fmt: skip
    async with asyncio.timeout(WITHIN_S):
        _, said = await process.communicate()
    assert process.returncode == EXIT_BAD_USE
    assert len(said.splitlines()) == 1
    assert b"9x9" in said
