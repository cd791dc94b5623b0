"""What waits for a room's task: requests in order, and notices of which only the latest of a kind counts.

Policies for *full*: a request is refused (the client is told to come again); a notice never is, because it replaces
the one of the same key, and keys are bounded by the number of participants.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

Item = Callable[[], None]


class Mailbox:
    """Many senders, one reader, one event loop."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._requests: deque[Item] = deque()
        self._notices: OrderedDict[Hashable, Item] = OrderedDict()
        self._filled = asyncio.Event()

    def put(self, request: Item) -> bool:
        """False when it is full."""
        if len(self._requests) >= self._size:
            return False
        self._requests.append(request)
        self._filled.set()
        return True

    def put_latest(self, key: Hashable, notice: Item) -> None:
        """Replaces a waiting notice of the same key, and keeps its turn."""
        self._notices[key] = notice
        self._filled.set()

    @property
    def is_empty(self) -> bool:
        return not self._requests and not self._notices

    def take(self) -> Item | None:
        """The next item, notices first: they are few, and say what has already happened."""
        if self._notices:
            return self._notices.popitem(last=False)[1]
        if self._requests:
            return self._requests.popleft()
        self._filled.clear()
        return None

    async def wait(self, timeout_s: float | None) -> None:
        """Returns when there may be something, or after the time (0 and less: at once)."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._filled.wait()
        except TimeoutError:
            pass
