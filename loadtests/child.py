"""A process that is spoken to by lines: begun, read beside the rest, and ended whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any


@contextlib.asynccontextmanager
async def run_child(*command: str | Path, line_bytes: int, directory: Path) -> AsyncIterator[Process]:
    """With pipes for input and output, lines of at most `line_bytes`; killed when it still runs at the end."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=line_bytes, cwd=directory)
    assert process.stdin is not None
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process.stdin.close()


async def first_line(process: Process, within_s: float) -> bytes:
    """Empty: it has ended. Raises: TimeoutError."""
    assert process.stdout is not None
    async with asyncio.timeout(within_s):
        return await process.stdout.readline()


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[asyncio.Task[None]]:
    """Goes on until the end of the block."""
    task = asyncio.create_task(work, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
