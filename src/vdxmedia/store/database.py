"""The hub's `Store` on SQLite or PostgreSQL.

SQLite is one file with a write-ahead log: a commit is on the disk when it is answered (`synchronous=FULL`), readers do
not wait for the writer, and what is deleted is overwritten. Each connection has a thread of its own (aiosqlite), so
nothing here blocks the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar, assert_never

from sqlalchemy import Executable, Row, Select, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.expression import bindparam

from vdxmedia.errors import BadInput, Misconfigured
from vdxmedia.hub.ports import (
    MAX_ATTENDANCE,
    Attendance,
    DeleteAttendance,
    DeleteConference,
    DeleteRoom,
    OpenCall,
    Recognise,
    SaveAttendance,
    SaveCall,
    SaveCallRecord,
    SaveCallStay,
    SaveConference,
    SaveRoom,
    StoreChange,
    StoredConference,
    StoredRoom,
)
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.store import call_records as records
from vdxmedia.store import call_rows, documents, migrate, units
from vdxmedia.store.engine import make_engine
from vdxmedia.store.failures import cannot
from vdxmedia.store.location import Claim, address, check_file, file_of
from vdxmedia.store.schema import attendance, call_records, call_stays, conferences, rooms

logger = logging.getLogger(__name__)

T = TypeVar("T")

ANSWER_S = 5.0
"""For one call; then it counts as failed."""
CONNECTIONS = 2
"""One for the writer, one for who reads meanwhile."""
CLOSE_S = 3.0
PAGE = 1_000
"""Rooms decoded in one turn of the event loop: some 10 ms."""


@contextlib.asynccontextmanager
async def open_store(url: str, password: str = "", *, upgrades: bool = True) -> AsyncIterator[Database]:
    """Claims the database and brings it to the newest revision; closes it at the end.

    Not `upgrades`: only an empty one gets its tables, and one of an older revision is Misconfigured. Raises:
    Misconfigured, Refused `store_unavailable`.
    """
    place = address(url, password)
    path = file_of(place)
    async with contextlib.AsyncExitStack() as stack:
        if path is not None:
            claim = await asyncio.to_thread(Claim, path)
            stack.callback(claim.release)
        if not upgrades:
            await asyncio.to_thread(refuse_old, place)
        await asyncio.to_thread(migrate.upgrade, place)
        pool = {"pool_size": CONNECTIONS, "max_overflow": 0, "pool_timeout": ANSWER_S, "pool_pre_ping": path is None}
        database = Database(await asyncio.to_thread(make_engine, place, **pool))
        stack.push_async_callback(database.close)
        unit_pool = {**pool, "pool_size": units.CONNECTIONS}
        database.units = units.Units(await asyncio.to_thread(make_engine, place, **unit_pool))
        stack.push_async_callback(database.units.close)
        yield database


def refuse_old(place: URL) -> None:
    """Blocking. Raises: Misconfigured, Refused."""
    revision = migrate.revision_of(place)
    if revision is not None and revision != migrate.newest():
        raise Misconfigured(
            f"store.url: the store is of an older version (revision {revision}, needed is {migrate.newest()}); make a "
            "backup (`vdxmedia backup FILE`), then `vdxmedia store upgrade`"
        )


def upgrade(url: str, password: str = "") -> tuple[str | None, str | None]:
    """By command, while no server uses it: the revisions before and after. Blocking. Raises: as `open_store`."""
    place = address(url, password)
    path = file_of(place)
    claim = Claim(path) if path is not None else None
    try:
        before = migrate.revision_of(place)
        migrate.upgrade(place)
        return before, migrate.revision_of(place)
    finally:
        if claim is not None:
            claim.release()


def check(url: str, password: str = "") -> str:
    """What a start would do to the store; empty: nothing. Changes nothing. Blocking. Raises: Misconfigured."""
    place = address(url, password)
    path = file_of(place)
    if path is not None:
        check_file(path)
        if not path.exists():
            return "the store will be made"
    try:
        revision = migrate.revision_of(place)
    except Misconfigured:
        raise
    except Exception as error:
        reason = getattr(error, "text", type(error).__name__)
        raise Misconfigured(f"store.url: the store cannot be opened ({reason})") from error
    if revision != migrate.newest():
        return f"the store will be upgraded from revision {revision or 'none'} to {migrate.newest()}"
    return ""


class Database:
    """One engine; safe for several tasks at once."""

    units: units.Units
    """For what is written in units of work; `open_store` closes it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._attempts = TaskScope("store")
        self._made: dict[type[StoreChange], list[Executable]] = {}
        """Putting a statement together takes as long as carrying it out."""

    async def close(self) -> None:
        """Bounded in time. Twice is fine."""
        # Attempts that were given up are ending. Cancelled once more, aiosqlite would leave a task that never ends.
        await self._attempts.settle(CLOSE_S)
        await self._attempts.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._engine.dispose()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            logger.warning("store_close_failed reason=%s", cannot(error).text)

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def rooms(self, most: int) -> Sequence[StoredRoom]:
        query = select(rooms).order_by(rooms.c.idle_since.desc(), rooms.c.room_id).limit(most)

        async def work(connection: AsyncConnection) -> list[StoredRoom]:
            found: list[StoredRoom] = []
            pages = (await connection.stream(query, execution_options={"yield_per": PAGE})).partitions()
            async for page in pages:
                found += [room for row in page if (room := _room(row)) is not None]
            return found

        return await self._do(work, migrate.TIMEOUT_S)

    async def conferences(self) -> Sequence[StoredConference]:
        query = select(conferences).join(rooms, rooms.c.room_id == conferences.c.room_id)
        rows = await self._all(query, migrate.TIMEOUT_S)
        return [StoredConference(RoomId(row.room_id), row.state, row.written_at) for row in rows]

    async def attendance(self, room: RoomId) -> Sequence[Attendance]:
        query = (
            select(attendance)
            .where(attendance.c.room_id == room)
            .order_by(attendance.c.first_seen.desc(), attendance.c.participant_id.desc())
            .limit(MAX_ATTENDANCE)
        )
        rows = await self._all(query, ANSWER_S)
        return [
            Attendance(
                room=RoomId(row.room_id),
                participant=ParticipantId(row.participant_id),
                name=row.name,
                role=row.role,
                organisation=row.organisation,
                first_seen=row.first_seen,
                last_seen=row.last_seen,
                is_recognised=row.is_recognised,
            )
            for row in reversed(rows)
        ]

    async def open_calls(self) -> Sequence[OpenCall]:
        return await self._do(call_rows.open_calls, migrate.TIMEOUT_S)

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def write(self, changes: Sequence[StoreChange]) -> None:
        async def work(connection: AsyncConnection) -> None:
            for kind, group in itertools.groupby(sorted(changes, key=_turn), type):
                of_kind = list(group)
                if kind not in self._made:
                    self._made[kind] = self._statements(kind)
                for statement in self._made[kind]:
                    await connection.execute(statement, [_parameters(change) for change in of_kind])

        await self._do(work, ANSWER_S)

    async def delete_attendance_before(self, last_seen: float, most: int) -> int:
        key = tuple_(attendance.c.room_id, attendance.c.participant_id)
        old = (
            select(attendance.c.room_id, attendance.c.participant_id)
            .where(attendance.c.last_seen < last_seen)
            .limit(most)
        )

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(delete(attendance).where(key.in_(old)))).rowcount

        return await self._do(work, ANSWER_S)

    def _statements(self, kind: type[StoreChange]) -> list[Executable]:
        """With `b_` before the names of parameters that are compared, as SQLAlchemy wants it for updates."""
        if kind is SaveRoom:
            return [self._upsert(rooms, ["room_id"], keep=["created_at"])]
        if kind is DeleteRoom:
            of_room = [delete(table).where(table.c.room_id == bindparam("b_room")) for table in (rooms, conferences)]
            return [*of_room]
        if kind is SaveConference:
            return [self._upsert(conferences, ["room_id"], keep=[])]
        if kind is DeleteConference:
            return [delete(conferences).where(conferences.c.room_id == bindparam("b_room"))]
        if kind is SaveAttendance:
            return [self._upsert(attendance, ["room_id", "participant_id"], keep=["first_seen", "is_recognised"])]
        if kind is Recognise:
            return [
                update(attendance)
                .where(attendance.c.room_id == bindparam("b_room"))
                .where(attendance.c.participant_id == bindparam("b_participant"))
                .values(is_recognised=bindparam("b_is_recognised"))
            ]
        if kind is SaveCall:
            return [call_rows.upsert_call(self._is_sqlite)]
        if kind is SaveCallStay:
            return [self._upsert(call_stays, ["call_id", "participant_id"], keep=["starts_at", "has_rated"])]
        if kind is SaveCallRecord:
            return [self._upsert(call_records, ["record_id"], keep=["room_id", "began_at"])]
        assert kind is DeleteAttendance
        return [delete(attendance).where(attendance.c.room_id == bindparam("b_room"))]

    def _upsert(self, table: Any, key: list[str], *, keep: list[str]) -> Executable:
        """`keep`: columns that stay as they are in a row that is there."""
        insert = sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)
        changed = {column.name: insert.excluded[column.name] for column in table.c if column.name not in (*key, *keep)}
        return insert.on_conflict_do_update(index_elements=key, set_=changed)

    async def _all(self, query: Select[Any], timeout_s: float) -> Sequence[Row[Any]]:
        async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
            rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
            return rows

        return await self._do(work, timeout_s)

    async def _do(self, work: Callable[[AsyncConnection], Awaitable[T]], timeout_s: float) -> T:
        """In a transaction, and in a task of its own: a disk that does not answer holds the attempt, also when it is
        cancelled, and must not hold the caller. Attempts are bounded by the connections. Raises: Refused, BadInput."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def attempt() -> None:
            try:
                async with self._engine.begin() as connection:
                    result = await work(connection)
            except (SQLAlchemyError, OSError, TimeoutError, ValueError, OverflowError) as error:
                if not answer.done():
                    answer.set_exception(cannot(error))
            else:
                if not answer.done():
                    answer.set_result(result)

        task = self._attempts.start(attempt(), "store attempt")
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError as error:
            raise cannot(error) from error
        finally:
            task.cancel()  # where it is not over


_LAST = {SaveCall: 1, SaveCallStay: 2, SaveCallRecord: 3}


def _turn(change: StoreChange) -> int:
    """All stays with one statement, all records with another: when many come, both are there of each. These are about
    nothing that another kind of change is about; all others keep their order."""
    return _LAST.get(type(change), 0)


def _room(row: Row[Any]) -> StoredRoom | None:
    try:
        settings = documents.decode(row.settings_version, row.settings)
        admissions = documents.decode_admissions(row.admissions)
    except BadInput as error:
        logger.error("stored_room_unreadable room=%s reason=%s", row.room_id, error.text)
        return None
    return StoredRoom(RoomId(row.room_id), settings, row.created_at, row.idle_since, admissions)


def _parameters(change: StoreChange) -> dict[str, Any]:
    match change:
        case SaveRoom(room=stored):
            return {
                "room_id": stored.room,
                "settings_version": documents.VERSION,
                "settings": documents.encode(stored.settings),
                "created_at": stored.created_at,
                "idle_since": stored.idle_since,
                "admissions": documents.encode_admissions(stored.admissions),
            }
        case SaveConference(conference=conference):
            return {"room_id": conference.room, "state": conference.state, "written_at": conference.written_at}
        case SaveAttendance(attendance=stay):
            return {
                "room_id": stay.room,
                "participant_id": stay.participant,
                "name": stay.name,
                "role": stay.role,
                "organisation": stay.organisation,
                "first_seen": stay.first_seen,
                "last_seen": stay.last_seen,
                "is_recognised": stay.is_recognised,
            }
        case Recognise():
            return {
                "b_room": change.room,
                "b_participant": change.participant,
                "b_is_recognised": change.is_recognised,
            }
        case SaveCall(call=call):
            return call_rows.call_parameters(call)
        case SaveCallStay(stay=stay_of_call):
            return call_rows.stay_parameters(stay_of_call)
        case SaveCallRecord(record=record):
            return records.parameters(record)
        case DeleteRoom() | DeleteConference() | DeleteAttendance():
            return {"b_room": change.room}
        case _:
            assert_never(change)
