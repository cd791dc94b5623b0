"""The bench measures forwarding and whole servers in one run: each case gives its rows. No figure is judged."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from loadtests import native
from loadtests.bench import servers
from loadtests.bench.__main__ import forwarding_names
from tests.commands import run_module

RUN_TIMEOUT_S = 170.0
pytestmark = pytest.mark.timeout(900)
"""The first test may have to build the bench in release mode."""
ROWS = {
    "single-50-python": {"single-50-python"},
    "python-busy": {"busy-python-p50", "busy-python-p99"},
    "join": {"join-p50", "join-p99", "join-cpu"},
    "memory": {"memory-media", "memory-full", "memory-layer"},
    "idle": {"idle-python"},
}
"""Of the cases that need Python; the others are tested in the bench's own crate."""
VERSIONS = {"kernel", "python", "OpenSSL of DTLS", "OpenSSL of Python", "aiortc", "pyopenssl", "uvloop"}


pytestmark = pytest.mark.long
"""Building the programs alone takes half a minute; the forwarding cases have tests in the bench's own crate."""


@pytest.fixture(scope="module", autouse=True)
def binaries() -> None:
    forwarding_names()
    native.build()


async def bench(*arguments: str) -> tuple[int | None, str]:
    return await run_module("loadtests.bench", *arguments, within_s=RUN_TIMEOUT_S)


@pytest.mark.parametrize("of", [["join"], list(ROWS)], ids=["join", "all"])
async def test_cases_that_need_python_give_their_rows(tmp_path: Path, of: list[str]) -> None:
    path = tmp_path / "bench.json"
    cases = [word for case in of for word in ("--case", case)]

    code, table = await bench("--quick", "--json", str(path), *cases)

    assert code == 0
    written = msgspec.json.decode(path.read_bytes())
    rows = written["rows"]
    assert set(written["environment"]) >= VERSIONS, written["environment"]
    assert all(written["environment"].values())
    assert all(f"{name}: " in table for name in VERSIONS)
    assert {row["id"] for row in rows} == set().union(*(ROWS[case] for case in of))
    for row in rows:
        assert row["must"] is not None or row["tree_must"] is not None
        assert row["verdict"]
        assert row["value"] is not None
        assert row["work"] in table


async def test_list_names_forwarding_and_whole_servers() -> None:
    code, listed = await bench("--list")
    assert code == 0
    assert {"video", *ROWS} <= set(listed.split())
    assert {case.name for case in servers.CASES} <= set(listed.split())


@pytest.mark.parametrize("arguments", [("--case", "vidoe"), ("--only", "me")])
async def test_what_is_not_known_is_refused(arguments: tuple[str, ...]) -> None:
    code, table = await bench(*arguments)
    assert (code, table) == (2, "")
