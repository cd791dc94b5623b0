"""What signals do: the end, gently, and at once after a second one; a drain and its undo."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from vdxmedia.errors import Refused
from vdxmedia.hub.tasks import TaskScope

logger = logging.getLogger(__name__)

MAX_SIGNALS: Final = 8
"""Kept until they are looked at; more say nothing new."""


async def stop_on_signal(stop: Callable[[], Awaitable[None]]) -> None:
    """Returns when `stop` has ended after SIGTERM or SIGINT; a second signal ends the gentleness."""
    signals = _arriving(signal.SIGINT, signal.SIGTERM)
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


async def drain_on_signal(begin: Callable[[], object], undo: Callable[[], Awaitable[None]]) -> None:
    """Until cancelled: SIGUSR1 begins a drain, SIGUSR2 undoes it, in the order in which they come."""
    signals = _arriving(signal.SIGUSR1, signal.SIGUSR2)
    while True:
        number = await signals.get()
        try:
            if number == signal.SIGUSR1:
                begin()
            else:
                await undo()
        except Refused as error:
            logger.warning("server_drain_refused code=%s", error.code)


def _arriving(*numbers: signal.Signals) -> asyncio.Queue[int]:
    """Those that come from now on."""
    loop = asyncio.get_running_loop()
    signals: asyncio.Queue[int] = asyncio.Queue(maxsize=MAX_SIGNALS)

    def arrived(number: int) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            signals.put_nowait(number)

    for number in numbers:
        loop.add_signal_handler(number, arrived, number)
    return signals
