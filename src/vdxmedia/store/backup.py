"""A copy of the whole store in one file, and back: one form for SQLite and PostgreSQL, so it also moves between them.

The file is gzip of JSON lines: a header with the revision, each table's name and columns followed by its rows, and a
last line with the number of rows of each table and a SHA-256 over all before it. It is read in one transaction, so it
is the store of one moment while a server writes on. What is sealed in the store is sealed in the copy: keep the keys
elsewhere.

A restore checks the whole file before it touches anything, and counts the rows afterwards. A SQLite store is made
beside the old one and takes its place at the end. In PostgreSQL an old store is removed first (`force`), so a failure
then leaves an empty database: restore again.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool

from vdxmedia.errors import BadInput, Misconfigured
from vdxmedia.store import migrate
from vdxmedia.store.engine import make_engine
from vdxmedia.store.failures import cannot
from vdxmedia.store.location import FILE_MODE, Claim, address, file_of

FORMAT = "vdxmedia backup 1"
PAGE = 1_000
"""Rows read or written at once."""
MAX_LINE_BYTES = 64 * 1024 * 1024
"""Of one row."""
LEVEL = 6
"""gzip's: the usual balance."""
_ALEMBIC = "alembic_version"

T = TypeVar("T")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    revision: str
    made_at: str
    """UTC, ISO 8601."""


class TableBegin(msgspec.Struct, frozen=True, kw_only=True):
    table: str
    columns: tuple[str, ...]


class End(msgspec.Struct, frozen=True, kw_only=True):
    rows: dict[str, int]
    sha256: str
    """Over all lines before this one."""


# ── backup ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def backup(url: str, password: str, to: Path, made_at: str) -> dict[str, int]:
    """Rows by table. The file is there when this returns, readable by its owner only, and whole: it was read again.

    Raises: Misconfigured (the store is of another version, the file is there already), Refused `store_unavailable`.
    """
    place = address(url, password)
    path = file_of(place)
    await asyncio.to_thread(_check_places, path, to)
    revision = await asyncio.to_thread(migrate.revision_of, place)
    if revision is None:
        raise Misconfigured("store.url: the store is empty")
    beside = to.with_name(to.name + ".unfinished")
    try:
        writer = await asyncio.to_thread(_Writer, beside)
        try:
            async with _engine(place) as engine, engine.connect() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
                header = Header(format=FORMAT, revision=revision, made_at=made_at)
                await asyncio.to_thread(writer.line, header)
                for table in await connection.run_sync(_tables):
                    await _dump(connection, table, writer)
        finally:
            await asyncio.to_thread(writer.close)
        rows = await asyncio.to_thread(check, beside)
        await asyncio.to_thread(os.replace, beside, to)
    except (SQLAlchemyError, TimeoutError) as error:
        raise cannot(error) from error
    except OSError as error:
        raise Misconfigured(f"{to}: {error.strerror or error}") from error
    finally:
        await asyncio.to_thread(beside.unlink, missing_ok=True)
    return rows.rows


def _check_places(path: Path | None, to: Path) -> None:
    if path is not None and not path.exists():
        raise Misconfigured(f"store.url: there is no store {path}")
    if to.exists():
        raise Misconfigured(f"{to}: is there already; a backup overwrites nothing")


async def _dump(connection: AsyncConnection, table: Table, writer: _Writer) -> None:
    columns = tuple(str(column.name) for column in table.columns)
    await asyncio.to_thread(writer.line, TableBegin(table=str(table.name), columns=columns))
    query = select(table).order_by(*table.primary_key.columns)
    result = await connection.stream(query, execution_options={"yield_per": PAGE})
    async for page in result.partitions():
        await asyncio.to_thread(writer.rows, str(table.name), [tuple(row) for row in page])


class _Writer:
    """Blocking."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
        self._raw = os.fdopen(descriptor, "wb")
        self._file = gzip.GzipFile(filename="", fileobj=self._raw, mode="wb", compresslevel=LEVEL, mtime=0)
        self._hash = hashlib.sha256()
        self._counts: dict[str, int] = {}

    def line(self, said: msgspec.Struct) -> None:
        if isinstance(said, TableBegin):
            self._counts[said.table] = 0
        self._write(msgspec.json.encode(said) + b"\n")

    def rows(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        self._counts[table] += len(rows)
        self._write(b"".join(msgspec.json.encode([_plain(value) for value in row]) + b"\n" for row in rows))

    def close(self) -> None:
        """With the last line, on the disk."""
        try:
            self._file.write(msgspec.json.encode(End(rows=self._counts, sha256=self._hash.hexdigest())) + b"\n")
            self._file.close()
            self._raw.flush()
            os.fsync(self._raw.fileno())
        finally:
            self._raw.close()

    def _write(self, lines: bytes) -> None:
        self._hash.update(lines)
        self._file.write(lines)


# ── reading a copy ────────────────────────────────────────────────────────────────────────────────────────────────


class Checked(msgspec.Struct, frozen=True):
    header: Header
    rows: dict[str, int]


def check(path: Path) -> Checked:
    """Reads the whole file. Blocking. Raises: Misconfigured when it is no backup, cut off, or was changed."""
    try:
        header: Header | None = None
        counts: dict[str, int] = {}
        table, digest = "", hashlib.sha256()
        for line in _lines(path):
            if header is None:
                header = msgspec.json.decode(line, type=Header)
                if header.format != FORMAT:
                    raise ValueError("another format")
            elif line.startswith(b'{"table":'):
                table = msgspec.json.decode(line, type=TableBegin).table
                counts[table] = 0
            elif line.startswith(b"["):
                counts[table] += 1
            else:
                end = msgspec.json.decode(line, type=End)
                if end.sha256 != digest.hexdigest() or end.rows != counts:
                    raise ValueError("its checksum does not fit")
                return Checked(header, counts)
            digest.update(line)
        raise ValueError("its end is missing")
    except (OSError, EOFError, ValueError, KeyError, msgspec.MsgspecError) as error:
        reason = getattr(error, "strerror", None) or (str(error) if type(error) is ValueError else "it cannot be read")
        raise Misconfigured(f"{path}: is not a whole backup of vdxmedia ({reason})") from error


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        while line := _line(file):
            yield line


def _line(file: gzip.GzipFile) -> bytes:
    line = file.readline(MAX_LINE_BYTES)
    if len(line) == MAX_LINE_BYTES:
        raise ValueError("a line is too long")
    return line


# ── restore ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def restore(url: str, password: str, source: Path, *, force: bool) -> Checked:
    """The store is then what it was, brought to this version. No server may be using it.

    Raises: Misconfigured (not a whole backup; of a newer version; there is a store and no `force`; a server has it),
    Refused `store_unavailable`.
    """
    checked = await asyncio.to_thread(check, source)
    place = address(url, password)
    path = file_of(place)
    try:
        await asyncio.to_thread(migrate.check_known, checked.header.revision)
        if path is None:
            await _restore_database(place, source, checked, force=force)
        else:
            await _restore_file(place, path, source, checked, force=force)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        raise cannot(error) from error
    except BadInput as error:
        raise Misconfigured(f"{source}: does not fit into the tables ({error.text})") from error
    return checked


async def _restore_file(place: URL, path: Path, source: Path, checked: Checked, *, force: bool) -> None:
    is_there = await asyncio.to_thread(path.exists)
    claim = await asyncio.to_thread(Claim, path)
    beside = path.with_name(path.name + ".restoring")
    try:
        if is_there and not force and await asyncio.to_thread(migrate.revision_of, place) is not None:
            raise Misconfigured(f"store.url: there is a store {path}; --force replaces it")
        await asyncio.to_thread(_remove, beside)
        await asyncio.to_thread(lambda: os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)))
        await _fill(place.set(database=str(beside)), source, checked)
        await asyncio.to_thread(_take_place, beside, path)
    finally:
        await asyncio.to_thread(_remove, beside)
        await asyncio.to_thread(claim.release)


def _take_place(beside: Path, path: Path) -> None:
    """The old one's log must not be read into the new one, and the new one has none: it was closed."""
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    os.replace(beside, path)


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


async def _restore_database(place: URL, source: Path, checked: Checked, *, force: bool) -> None:
    async with _engine(place) as engine, engine.begin() as connection:
        if await connection.run_sync(lambda sync: bool(inspect(sync).get_table_names())):
            if not force:
                raise Misconfigured("store.url: there are tables in the database; --force removes them")
            await connection.run_sync(_drop_all)
    await _fill(place, source, checked)


def _drop_all(sync: Any) -> None:
    found = MetaData()
    found.reflect(sync)
    found.drop_all(sync)


async def _fill(place: URL, source: Path, checked: Checked) -> None:
    """Tables as they were, their rows in one transaction, then up to this version."""
    await asyncio.to_thread(migrate.upgrade, place, checked.header.revision)
    async with _engine(place) as engine, engine.begin() as connection:
        tables = {table.name: table for table in await connection.run_sync(_tables)}
        if set(tables) != set(checked.rows):
            raise Misconfigured("the backup has other tables than its revision")
        lines = _lines(source)
        table: Table | None = None
        columns: tuple[str, ...] = ()
        while page := await asyncio.to_thread(_page, lines):
            for begin, rows in page:
                if begin is not None:
                    table, columns = tables[begin.table], begin.columns
                if rows and table is not None:
                    values = [dict(zip(columns, map(_whole, row), strict=True)) for row in rows]
                    await connection.execute(insert(table), values)
        for name, one in tables.items():
            count = (await connection.execute(select(func.count()).select_from(one))).scalar_one()
            if count != checked.rows[name]:
                raise Misconfigured(f"table {name}: {checked.rows[name]} rows were expected and {count} are there")
            if connection.dialect.name == "postgresql":
                await _set_sequence(connection, one)
        if connection.dialect.name == "sqlite":
            said = (await connection.execute(text("PRAGMA integrity_check"))).scalar_one()
            if said != "ok":
                raise Misconfigured("the restored file is not sound")
    await asyncio.to_thread(migrate.upgrade, place)


async def _set_sequence(connection: AsyncConnection, table: Table) -> None:
    """Rows were put in with their numbers; the next one must be higher."""
    for column in table.primary_key.columns:
        quoted = table.name.replace('"', '""')
        sequence = (
            await connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{quoted}"', "column": column.name},
            )
        ).scalar_one()
        if sequence is not None:
            highest = (await connection.execute(select(func.max(column)))).scalar_one()
            if highest is not None:
                await connection.execute(select(func.setval(text(f"'{sequence}'::regclass"), highest)))


_Part = tuple[TableBegin | None, list[list[Any]]]


def _page(lines: Iterator[bytes]) -> list[_Part]:
    """The next rows, at most `PAGE`; empty at the end. Blocking."""
    parts: list[_Part] = []
    count = 0
    for line in lines:
        if line.startswith(b'{"table":'):
            parts.append((msgspec.json.decode(line, type=TableBegin), []))
        elif line.startswith(b"["):
            if not parts:
                parts.append((None, []))
            parts[-1][1].append(msgspec.json.decode(line))
            count += 1
            if count >= PAGE:
                return parts
        elif not parts and line.startswith(b'{"format":'):
            parts.append((None, []))
    return parts


# ── both ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tables(sync: Any) -> list[Table]:
    found = MetaData()
    found.reflect(sync)
    return sorted((table for table in found.tables.values() if table.name != _ALEMBIC), key=lambda table: table.name)


@asynccontextmanager
async def _engine(place: URL) -> AsyncIterator[AsyncEngine]:
    engine = await asyncio.to_thread(lambda: make_engine(place, poolclass=NullPool))
    try:
        yield engine
    finally:
        await engine.dispose()


def _plain(value: Any) -> Any:
    return {"base64": b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value


def _whole(value: Any) -> Any:
    return b64decode(value["base64"]) if isinstance(value, dict) else value
