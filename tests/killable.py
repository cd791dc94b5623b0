"""`vdxmedia dev` with a store that stays: a process that a test kills and starts again on the same port."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.patience import PATIENCE_S
from vdxmedia.api.auth import DEVELOPMENT_KEY

USE_TIMEOUT_S = 2 * PATIENCE_S
"""Of one process by a test."""


@dataclass
class Running:
    process: Process
    url: str
    http: aiohttp.ClientSession

    async def post(self, **fields: Any) -> tuple[int, dict[str, Any]]:
        async with self.http.post("/api/v1/rooms", json=fields) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        async with self.http.get(path) as answer:
            return answer.status, await answer.json(content_type=None)


@contextlib.asynccontextmanager
async def development_server(port: int, store: Path) -> AsyncIterator[Running]:
    """`vdxmedia dev` with this store; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "vdxmedia", "dev", "--http-port", str(port), "--media-port", "0",
        stdout=PIPE, stderr=DEVNULL,
        env={**os.environ, "VDX_STORE_URL": f"sqlite:///{store}", "TMPDIR": str(store.parent)},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while not (found := re.match(r"API:\s+(\S+)/api/v1", (await process.stdout.readline()).decode())):
                assert not process.stdout.at_eof(), "the server ended at its start"
        headers = {"Authorization": f"Bearer {DEVELOPMENT_KEY}"}
        async with aiohttp.ClientSession(found.group(1), headers=headers) as http, asyncio.timeout(USE_TIMEOUT_S):
            yield Running(process, found.group(1), http)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
