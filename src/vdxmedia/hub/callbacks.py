"""Tells an organisation's system what became of its messages: `%reference%` and `%status%` in its callback's address.

It is told of the state as it is then, not of each on the way; so the last it hears is the last word. A system that does
not answer is asked again with growing pauses, then no more: the status list says the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import msgspec

from vdxmedia.booking.messages.message import Message
from vdxmedia.clock import Clock
from vdxmedia.errors import Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.messages_port import Callback, OutboxStore
from vdxmedia.hub.tasks import TaskScope

logger = logging.getLogger(__name__)

PAUSES_S = (5, 30, 300, 3_600)
"""After a call that was not taken; then no more."""
MAX_AT_ONCE = 8
ANSWER_S = 10.0
STORE_RETRY_S = 1.0

UrlOf = Callable[[str], Awaitable[str]]
"""An organisation's `sms_callback_url`; empty: it has none now."""


class Callbacks:
    """Driven by the outbox worker. Event loop only."""

    def __init__(
        self,
        store: OutboxStore,
        callback: Callback,
        url_of: UrlOf,
        clock: Clock,
        *,
        counters: Counters,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._callback = callback
        self._url_of = url_of
        self._clock = clock
        self._counters = counters
        self._wake = wake
        self._telling: set[str] = set()

    @property
    def is_full(self) -> bool:
        return len(self._telling) >= MAX_AT_ONCE

    async def look(self, scope: TaskScope) -> int:
        """Begins those that are due. How many. Raises: Refused `store_unavailable`."""
        begun = 0
        if self.is_full:
            return begun
        for message in await self._store.callbacks_due(int(self._clock.unix_s()), MAX_AT_ONCE):
            if message.reference not in self._telling and not self.is_full:
                self._telling.add(message.reference)
                scope.start(self._tell(message), "tell a callback")
                begun += 1
        return begun

    async def _tell(self, message: Message) -> None:
        try:
            url = await self._url_of(message.organisation)
            is_told = not url or await self._call(filled(url, message))
            self._counters.add("sms_callbacks_told" if is_told else "sms_callbacks_failed")
            await self._write_down(message, is_told=is_told)
        except Refused:
            await asyncio.sleep(STORE_RETRY_S)
        finally:
            self._telling.discard(message.reference)
            self._wake()

    async def _call(self, url: str) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._callback.tell(url)
        except TimeoutError:
            return False

    async def _write_down(self, told: Message, *, is_told: bool) -> None:
        def step(stored: Message) -> Message:
            if is_told and stored.state is told.state:
                return msgspec.structs.replace(stored, callback_due_at=None)
            if is_told:
                return stored  # it has become another since, which is due
            if stored.callback_attempts >= len(PAUSES_S):
                logger.warning("sms_callback_given_up reference=%s", stored.reference)
                return msgspec.structs.replace(stored, callback_due_at=None)
            return msgspec.structs.replace(
                stored,
                callback_due_at=int(self._clock.unix_s()) + PAUSES_S[stored.callback_attempts],
                callback_attempts=stored.callback_attempts + 1,
            )

        await self._store.change(told.reference, step)


def filled(url: str, message: Message) -> str:
    """Both values are percent-encoded, so that they stay values."""
    return url.replace("%reference%", quote(message.reference, safe="")).replace("%status%", message.state.value)
