"""Until a signal comes: then gently, and at once after a second one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from vdxmedia.hub.tasks import TaskScope

logger = logging.getLogger(__name__)

MAX_SIGNALS: Final = 8
"""Kept until they are looked at; more say nothing new."""


async def stop_on_signal(stop: Callable[[], Awaitable[None]]) -> None:
    """Returns when `stop` has ended after SIGTERM or SIGINT; a second signal ends the gentleness."""
    loop = asyncio.get_running_loop()
    signals: asyncio.Queue[int] = asyncio.Queue(maxsize=MAX_SIGNALS)

    def arrived(number: int) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            signals.put_nowait(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, arrived, number)
    await signals.get()

    async def gently() -> None:
        await stop()

    async def at_once() -> None:
        await signals.get()
        logger.warning("server_stop_forced")

    async with TaskScope("stop") as scope:
        gentle = scope.start(gently(), "gentle stop")
        forced = scope.start(at_once(), "second signal")
        await asyncio.wait((gentle, forced), return_when=asyncio.FIRST_COMPLETED)
