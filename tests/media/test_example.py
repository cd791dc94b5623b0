"""The worked example of docs/protocol.md, run as a stranger would run it."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from tests.server import run_server

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "join.py"
TIMEOUT_S = 60.0


async def run(link: str, name: str, seconds: float) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLE), link, "--name", name, "--seconds", str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(TIMEOUT_S):
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_example_two_of_them_see_each_other() -> None:
    async with run_server() as server:
        room = await server.create_room()
        async with asyncio.TaskGroup() as group:
            anna = group.create_task(run(room["hostUrl"], "Anna", 5), name="Anna")
            bent = group.create_task(run(room["guestUrl"], "Bent", 5), name="Bent")
    for output, other in ((anna.result(), "Bent"), (bent.result(), "Anna")):
        pictures = re.search(rf"^{other}: (\d+) pictures$", output, re.MULTILINE)
        assert pictures is not None, output
        assert int(pictures[1]) >= 10
