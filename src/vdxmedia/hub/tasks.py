"""Structured tasks: each has a name, an owner that ends it, and a crash that is seen.

`asyncio.TaskGroup` ends all tasks when one crashes. Rooms and clients must not end each other, so here a crash is
logged and the others go on; otherwise the promise is the same: when the scope is left, no task of it runs any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from types import TracebackType

logger = logging.getLogger(__name__)

END_TIMEOUT_S = 5.0
"""For cancelled tasks to clean up; what still runs then is a bug and is logged."""


class TaskScope:
    """Use as `async with`. The only place that calls `create_task`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def start(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        """Runs `work` until it returns or the scope ends. Raises: RuntimeError after the end."""
        if self._is_closed:
            work.close()
            raise RuntimeError(f"task scope {self._name} has ended")
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("task_crashed scope=%s task=%s", self._name, task.get_name(), exc_info=error)

    async def settle(self, timeout_s: float) -> None:
        """Waits until those that run now have ended by themselves, or the time is over."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)

    async def close(self) -> None:
        """Cancels what still runs and waits for its end. Twice is fine."""
        self._is_closed = True
        own = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not own]
        for task in tasks:
            task.cancel()
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=END_TIMEOUT_S)
            for task in pending:
                logger.error("task_did_not_end scope=%s task=%s", self._name, task.get_name())

    async def __aenter__(self) -> TaskScope:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
