"""Commands of the load tests as their users start them."""

from __future__ import annotations

import asyncio
import sys

from loadtests import native


async def run_module(module: str, *arguments: str, within_s: float) -> tuple[int | None, str]:
    """`python -m module …`: its exit code and what it printed. Killed when it takes longer. Raises: TimeoutError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdout=asyncio.subprocess.PIPE, cwd=native.ROOT
    )
    try:
        async with asyncio.timeout(within_s):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, output.decode()
