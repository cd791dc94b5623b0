"""How we connect: what is set on every connection, whoever asks for it."""

from __future__ import annotations

import ssl
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from vdxmedia.errors import Misconfigured

LOCKED_S = 2.0
"""SQLite waits so long for a lock that another process holds, a backup for instance."""
JOURNAL_BYTES = 16 * 1024 * 1024
"""The write-ahead log is cut to so much when it was larger."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", f"journal_size_limit={JOURNAL_BYTES}")
"""On the disk when it is answered; overwritten when it is deleted."""
BEGIN_OPTION = "vdxmedia_begin"
"""Execution option: how SQLite begins the transaction, as `IMMEDIATE`; it then waits for its turn at the beginning, and
nobody writes between what it reads and what it writes."""


def make_engine(place: URL, **pool: Any) -> AsyncEngine:
    """`pool` as SQLAlchemy's `create_engine` takes it. Errors never show values (`hide_parameters`).

    Looks at the file's path, so it blocks for a moment.
    """
    if place.get_backend_name() != "sqlite":
        # Both given, so that asyncpg looks into no files of the user's when it connects.
        given = {"password": place.password or "", "ssl": _tls(place)}
        return create_async_engine(place.set(query={}), hide_parameters=True, connect_args=given, **pool)
    engine = create_async_engine(place, hide_parameters=True, connect_args={"timeout": LOCKED_S}, **pool)
    _prepare(engine.sync_engine)
    return engine


def _tls(place: URL) -> ssl.SSLContext | Literal[False]:
    """TLS with a certificate of a known authority, but on this machine or where `?ssl=disable` says so."""
    is_near = not place.host or place.host in ("localhost", "127.0.0.1", "::1")
    how = place.query.get("ssl", "disable" if is_near else "verify-full")
    if how == "disable":
        return False
    if how == "verify-full":
        return ssl.create_default_context()
    raise Misconfigured("store.url: ssl is verify-full or disable")


def make_blocking_engine(place: URL) -> Engine:
    """For a SQLite file, in a thread without an event loop."""
    engine = create_engine(
        place.set(drivername="sqlite"), hide_parameters=True, connect_args={"timeout": LOCKED_S}, poolclass=NullPool
    )
    _prepare(engine)
    return engine


def _prepare(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # Python's sqlite3 begins no transaction for CREATE TABLE; we do, below
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(BEGIN_OPTION, 'DEFERRED')}")
