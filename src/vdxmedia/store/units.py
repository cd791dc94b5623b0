"""Units of work: what must be read and written together, in one transaction of its own.

Writers take turns in this process, on SQLite and on PostgreSQL: one server has one database, so what a unit has read
is still so when it writes, and no unit is ever to be repeated. A commit is on the disk when `write` returns.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from vdxmedia.errors import Refused, VdxError
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.store.engine import BEGIN_OPTION
from vdxmedia.store.failures import RETRY_S, cannot
from vdxmedia.store.unreadable import Unreadable

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

ANSWER_S = 5.0
"""For one unit, its waiting included; then it counts as failed."""
CONNECTIONS = 4
"""One for the writer, the others for lists."""
MAX_WAITING = 1_000
"""Units at once. Full: refused at once, so that a store that hangs does not fill the memory."""
CLOSE_S = 3.0


class UniqueViolated(VdxError):
    """Two rows would have the same value where only one may have it."""

    def __init__(self, constraint: str) -> None:
        super().__init__("a value is taken", code="value_taken")
        self.constraint = constraint
        """SQLite: the columns, as `meetings.short_id`; PostgreSQL: the constraint's name."""


class Units:
    """Of one engine; safe for several tasks at once."""

    def __init__(self, engine: AsyncEngine, *, locks_audit: bool = False) -> None:
        """`locks_audit`: for a process beside the server, on PostgreSQL."""
        self._locks_audit = locks_audit
        self.unreadable = Unreadable()
        self._engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = asyncio.Lock()
        """The writer's. It is held by attempts, never by callers: a disk that hangs holds the turn, and callers are
        told after `ANSWER_S`."""
        self._attempts = TaskScope("store units")
        self._waiting = 0

    async def close(self) -> None:
        """Bounded in time. Twice is fine."""
        await self._attempts.settle(CLOSE_S)
        await self._attempts.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._engine.dispose()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            logger.warning("store_close_failed reason=%s", cannot(error).text)

    async def read(self, work: Work[T]) -> T:
        """Raises: Refused `store_unavailable`, BadInput `store_rejected`, and what `work` raises."""

        async def attempt() -> T:
            async with self._engine.connect() as connection:
                return await work(connection)

        return await self._answer(attempt)

    async def write(self, work: Work[T]) -> T:
        """All or nothing. After Refused `store_unavailable` nobody knows which (rarely: the answer got lost).

        Raises: as `read`, and UniqueViolated; when `work` raises, nothing is written.
        """

        async def attempt() -> T:
            async with self._turn, self._engine.connect() as connection:
                if self.is_sqlite:
                    await connection.execution_options(**{BEGIN_OPTION: "IMMEDIATE"})
                async with connection.begin():
                    if self._locks_audit:
                        await connection.exec_driver_sql("LOCK TABLE audit_days IN ACCESS EXCLUSIVE MODE")
                    return await work(connection)

        return await self._answer(attempt)

    async def _answer(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """In a task of its own, which a hanging disk may hold longer than the caller waits.

        A unit whose caller goes away runs to its end: cut off half way, it could hold the database's lock until its
        connection is thrown away. One that takes too long is cut off, so that it is not written after all.
        """
        if self._waiting >= MAX_WAITING:
            raise Refused("too many wait for the store", code="store_unavailable", retry_after_s=RETRY_S)
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def run() -> None:
            try:
                result = await attempt()
            except IntegrityError as error:
                _fail(answer, UniqueViolated(name) if (name := _violated(error)) else cannot(error), error)
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                _fail(answer, cannot(error), error)
            except Exception as error:  # noqa: BLE001 - what the unit itself raises is its caller's
                _fail(answer, error, error)
            else:
                if not answer.done():
                    answer.set_result(result)
            finally:
                self._waiting -= 1

        self._waiting += 1
        task = self._attempts.start(run(), "store unit")
        try:
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError as error:
            task.cancel()
            raise cannot(error) from error


def _fail(answer: asyncio.Future[T], told: BaseException, cause: BaseException) -> None:
    if not answer.done():
        if told is not cause:
            told.__cause__ = cause
        answer.set_exception(told)


def _violated(error: IntegrityError) -> str | None:
    """Which unique constraint; None for any other."""
    text = str(error.orig)
    _, separator, columns = text.partition("UNIQUE constraint failed: ")
    if separator:
        return columns
    cause = getattr(error.orig, "__cause__", None)
    if getattr(cause, "sqlstate", None) == "23505":  # unique_violation
        return str(getattr(cause, "constraint_name", ""))
    return None
