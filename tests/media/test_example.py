"""The worked example of docs/protocol.md, run as a stranger would run it."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.server import run_server

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "join.py"
PICTURES = 10


async def start(link: str, name: str) -> Process:
    """For longer than this test waits for anything."""
    seconds = str(int(2 * PATIENCE_S))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLE), link, "--name", name, "--seconds", seconds), stdout=PIPE, stderr=STDOUT
    )


async def sees(example: Process, other: str) -> None:
    """Reads what it tells until it has told enough pictures."""
    assert example.stdout is not None
    told = ""
    async with asyncio.timeout(PATIENCE_S):
        while line := (await example.stdout.readline()).decode():
            told += line
            pictures = re.match(rf"{other}: (\d+) pictures$", line)
            if pictures and int(pictures[1]) >= PICTURES:
                return
    raise AssertionError(told)


async def leaves(example: Process) -> None:
    """As by Ctrl-C."""
    example.send_signal(signal.SIGINT)
    async with asyncio.timeout(PATIENCE_S):
        output, _ = await example.communicate()
    assert example.returncode == 0, output.decode()


async def test_example_two_of_them_see_each_other() -> None:
    async with run_server() as server:
        room = await server.create_room()
        anna, bent = await start(room["hostUrl"], "Anna"), await start(room["guestUrl"], "Bent")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(sees(anna, "Bent"), name="Anna")
                group.create_task(sees(bent, "Anna"), name="Bent")
            await leaves(anna)
            await leaves(bent)
        finally:
            for example in (anna, bent):
                if example.returncode is None:
                    example.kill()
                    await example.communicate()
