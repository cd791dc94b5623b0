"""What waits to be written to the store: the latest of each thing, one transaction at a time, one writer.

A change is put in under a key, as a function that makes it when its turn comes; a newer one under the same key takes
its place. So what waits is bounded by the number of things, however long the store is away, and what is written is
never older than need be. While the store fails, calls go on: the writer tries again every `RETRY_S`, says so once a
minute, and those who wait for an answer are refused.

Left out: anything durable before the store has it. What a change means is not known here.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from vdxmedia.clock import Clock
from vdxmedia.errors import BadInput, Refused, VdxError
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import Store, StoreChange
from vdxmedia.observability import Metrics

logger = logging.getLogger(__name__)

BATCH = 256
"""Changes of one transaction; the rest waits for the next."""
RETRY_S = 1.0
ANSWER_S = 4.0
"""For those who wait until something is written: then, or when an attempt fails, they are refused. It is written when
that is possible."""
COMPLAIN_EVERY_S = 60.0

Make = Callable[[], StoreChange | None]
"""Called once per attempt, on the loop; None: there is nothing to write any more."""


@dataclass(slots=True)
class _Waiting:
    make: Make
    due_s: float
    """Monotonic; not before."""
    early_s: float = 0.0
    """But so much before, when others are written anyway."""
    answers: list[asyncio.Future[None]] = field(default_factory=list)
    """Of those who wait until it is written."""

    def answer(self, error: VdxError | None = None) -> None:
        for waiting in self.answers:
            if waiting.done():
                continue
            if error is None:
                waiting.set_result(None)
            else:
                waiting.set_exception(error)
        self.answers.clear()


_Taken = tuple[Hashable, _Waiting, StoreChange]


class StoreOutbox:
    """Start `run` as a task. The other methods work on its loop, before it, while it runs and after."""

    def __init__(self, store: Store, clock: Clock, *, counters: Counters, metrics: Metrics) -> None:
        self._store = store
        self._clock = clock
        self._counters = counters
        self._metrics = metrics
        self._waiting: OrderedDict[Hashable, _Waiting] = OrderedDict()
        self._filled = asyncio.Event()
        self._looks_at_s = -math.inf
        """When the writer looks again by itself: what is due later need not wake it."""
        self._complained_s: float | None = None
        self._writing = asyncio.Lock()
        """`run` and `flush` write in turns, so that an older change never overtakes a newer one."""
        self.is_failing = False
        """The last attempt failed."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, key: Hashable, make: Make, *, due_s: float = 0.0, early_s: float = 0.0) -> None:
        """Replaces what waits under the key and keeps its turn. Who waits for the old one waits for this one.

        `early_s`: it may go so much before it is due, when a transaction is made anyway; each costs as much as what is
        in it."""
        waiting = self._waiting.get(key)
        if waiting is None:
            self._waiting[key] = _Waiting(make, due_s, early_s)
        else:
            waiting.make, waiting.early_s = make, early_s
            if due_s >= waiting.due_s:
                return  # the writer need not look again
            waiting.due_s = due_s
        if due_s < self._looks_at_s:
            self._filled.set()

    def forget(self, key: Hashable) -> None:
        """What waits under the key is not written any more."""
        waiting = self._waiting.pop(key, None)
        if waiting is not None:
            waiting.answer()

    async def write(self, key: Hashable, make: Make) -> None:
        """Like `put`, and waits until it is written.

        Raises: Refused `store_unavailable`: it stays in the outbox, unless the caller puts something else there;
        BadInput `store_rejected`: it is given up.
        """
        self.put(key, make)
        if self.is_failing:
            raise _unavailable()
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[key].answers.append(answer)
        try:
            async with asyncio.timeout(ANSWER_S):
                await answer
        except TimeoutError:
            raise _unavailable() from None

    async def flush(self, timeout_s: float) -> bool:
        """Writes all that waits, due or not, and waits for what is being written; tries again while there is time.
        False when it was not possible in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    if not await self._write_batch(is_last=True):
                        await asyncio.sleep(RETRY_S)
                    elif not self._waiting:
                        return True
        except TimeoutError:
            return False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._until_due()
            if not await self._write_batch():
                await asyncio.sleep(RETRY_S)

    # ── the writer ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _until_due(self) -> None:
        while True:
            self._filled.clear()
            due_s = min((waiting.due_s for waiting in self._waiting.values()), default=math.inf)
            wait_s = due_s - self._clock.monotonic_s()
            if wait_s <= 0:
                return
            self._looks_at_s = due_s
            try:
                async with asyncio.timeout(None if due_s == math.inf else wait_s):
                    await self._filled.wait()
            except TimeoutError:
                pass
            finally:
                self._looks_at_s = -math.inf

    async def _write_batch(self, *, is_last: bool = False) -> bool:
        """False when the store did not take it; it waits again then."""
        async with self._writing:
            taken = await self._take(is_last=is_last)
            if not taken:
                return True
            changes = [change for _, _, change in taken]
            try:
                with self._metrics.store_write_seconds.time():
                    await self._store.write(changes)
            except Refused as error:
                self._fail(taken, error.text)
                return False
            except BadInput:
                return await self._write_singly(taken)
            except BaseException:
                self._put_back(taken)
                raise
            self._recover()
            for _, waiting, _ in taken:
                waiting.answer()
            return True

    async def _write_singly(self, taken: list[_Taken]) -> bool:
        """One of them is never taken; it must not keep back the others."""
        for at, (_, waiting, change) in enumerate(taken):
            try:
                await self._store.write([change])
            except Refused as error:
                self._fail(taken[at:], error.text)
                return False
            except BadInput as error:
                self._counters.add("store_rejected")
                logger.error("store_rejected change=%s reason=%s", type(change).__name__, error.text)
                waiting.answer(error)
            except BaseException:
                self._put_back(taken[at:])
                raise
            else:
                waiting.answer()
        self._recover()
        return True

    async def _take(self, *, is_last: bool) -> list[_Taken]:
        """Those that are due, made now. The loop runs others between two: making a change may take a millisecond."""
        now_s = self._clock.monotonic_s()
        due = [key for key, one in self._waiting.items() if is_last or one.due_s - one.early_s <= now_s][:BATCH]
        taken: list[_Taken] = []
        try:
            for key in due:
                waiting = self._waiting.pop(key, None)
                if waiting is None:
                    continue  # forgotten meanwhile
                change = waiting.make()
                if change is None:
                    waiting.answer()
                    continue
                taken.append((key, waiting, change))
                await asyncio.sleep(0)
        except BaseException:
            self._put_back(taken)
            raise
        return taken

    def _put_back(self, taken: list[_Taken]) -> None:
        """In front; but what was put in meanwhile under the same key counts."""
        for key, waiting, _ in reversed(taken):
            newer = self._waiting.get(key)
            if newer is None:
                self._waiting[key] = waiting
                self._waiting.move_to_end(key, last=False)
            else:
                newer.answers += waiting.answers

    def _fail(self, taken: list[_Taken], reason: str) -> None:
        """They wait for the next attempt; nobody waits with them."""
        self.is_failing = True
        for _, waiting, _ in taken:
            waiting.answer(_unavailable())
        self._put_back(taken)
        self._metrics.store_failing.set(1)
        self._metrics.store_failures.labels("write").inc()
        now_s = self._clock.monotonic_s()
        if self._complained_s is None or now_s - self._complained_s >= COMPLAIN_EVERY_S:
            self._complained_s = now_s
            logger.error("store_failing reason=%s waiting=%d", reason, len(self._waiting))

    def _recover(self) -> None:
        if self.is_failing:
            logger.warning("store_works_again waiting=%d", len(self._waiting))
        self.is_failing = False
        self._metrics.store_failing.set(0)


def _unavailable() -> Refused:
    return Refused("the store cannot be written to", code="store_unavailable", retry_after_s=5.0)
