"""The server's side of the demo: starts the other process, hands it the tokens, ends it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence

import msgspec

END_TIMEOUT_S = 5.0
NAMES = (
    "Anna", "Bent", "Cecilie", "Dorthe", "Erik", "Freja", "Gustav", "Hanne", "Ib", "Jytte", "Karl", "Lærke",
    "Mads", "Nanna", "Ove", "Pernille", "Rasmus", "Signe", "Torben", "Ulla", "Viggo", "Winnie", "Yrsa", "Åse",
)  # fmt: skip


class Assignment(msgspec.Struct, frozen=True):
    """What the process is told. On standard input, because others can read arguments and environment."""

    url: str
    tokens: Sequence[str]
    """One per participant; each fixes a name."""
    certificate: str | None
    """File of the certificate to trust, with `--lan`."""


@contextlib.asynccontextmanager
async def demo_participants(assignment: Assignment) -> AsyncIterator[None]:
    """Inside, the participants are in the call, or on their way."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "vdxmedia.demo", stdin=PIPE)
    assert process.stdin is not None
    try:
        process.stdin.write(msgspec.json.encode(assignment) + b"\n")
        yield
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(END_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
