"""docs/quickstart.md as its reader follows it: the marked commands, as they are written, against a server."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.server import run_server

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "quickstart.md"
MARKED = re.compile(r"<!-- tested: ([a-z ]+) -->\n```sh\n(.*?)```\n", re.DOTALL)
WRITTEN = "http://localhost:7880"
"""The address in the page; here the port is another."""
MOST_S = 60.0
"""Of the five minutes that the reader has, beside what `make run` sets up at the first time."""


def commands() -> dict[str, str]:
    found = dict(MARKED.findall(PAGE.read_text("utf-8")))
    assert list(found) == ["start", "a room", "a link"], "docs/quickstart.md has other marked commands"
    return found


async def run(command: str) -> dict[str, Any]:
    """By the shell, as it stands; its answer."""
    process = await asyncio.create_subprocess_exec("sh", "-euc", command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    answer: dict[str, Any] = json.loads(output)
    return answer


async def test_commands_of_the_quick_start_give_a_room_and_a_link_that_opens_it() -> None:
    began = time.monotonic()
    written = commands()
    async with run_server() as server:

        def here(command: str) -> str:
            assert WRITTEN in command
            return command.replace(WRITTEN, server.base_url)

        made = await run(here(written["a room"]))
        assert made["hostUrl"].startswith(f"{server.base_url}/r/{made['roomId']}#t=")
        assert made["subject"] == "Samtale om genoptræning"
        link = await run(here(written["a link"]).replace("/ROOM/", f"/{made['roomId']}/"))
        async with aiohttp.ClientSession() as http, http.get(link["url"].partition("#")[0]) as page:
            assert page.status == 200
            assert "<script" in await page.text()
    assert time.monotonic() - began < MOST_S


def test_first_command_starts_what_the_others_talk_to() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    target = commands()["start"].split()[-1]
    recipe = makefile.partition(f"\n{target}: ")[2].partition("\n\n")[0]
    assert "vdxmedia dev" in recipe


def test_lines_that_a_start_prints_are_those_that_the_page_shows() -> None:
    shown = re.search(r"six lines:\n\n```\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert shown is not None
    words = [line.split(":")[0] for line in shown[1].splitlines()]
    assert words == ["Host", "Guest", "API", "Key", "Token", "SMS"]
