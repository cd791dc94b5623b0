"""Brings a database to the newest revision, or says why not.

Alembic reads files and takes its time, so this runs in a thread with a connection of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from vdxmedia.errors import Misconfigured
from vdxmedia.store.engine import make_blocking_engine, make_engine
from vdxmedia.store.failures import cannot

logger = logging.getLogger(__name__)

SCRIPTS = Path(__file__).parent / "migrations"
TIMEOUT_S = 60.0
"""For all revisions that are missing."""


def upgrade(url: URL, to: str = "head") -> None:
    """Blocking. Raises: Misconfigured for a database of a newer server, Refused `store_unavailable`."""
    before = _on_connection(url, lambda connection: _upgrade(connection, to))
    if before != (after := revision_of(url)):
        logger.info("store_upgraded from=%s to=%s", before or "nothing", after)


def revision_of(url: URL) -> str | None:
    """What the database is at; None when it is empty. Changes nothing but may make an empty file. Blocking.

    Raises: Misconfigured, Refused, as `upgrade`.
    """
    return _on_connection(url, _known_revision)


def newest() -> str | None:
    """The revision of this server. Blocking."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _on_connection(url: URL, work: Callable[[Connection], str | None]) -> str | None:
    """Runs `work` in one transaction."""
    try:
        if url.get_backend_name() != "sqlite":
            return asyncio.run(_on_async_connection(url, work))
        engine = make_blocking_engine(url)
        with engine.begin() as connection:
            return work(connection)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        raise cannot(error) from error


async def _on_async_connection(url: URL, work: Callable[[Connection], str | None]) -> str | None:
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with asyncio.timeout(TIMEOUT_S), engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _known_revision(connection: Connection) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise Misconfigured(f"store.url: the store is of a newer server (revision {revision}); this one cannot read it")
    return revision


def _upgrade(connection: Connection, to: str) -> str | None:
    """Gives the revision before."""
    before = _known_revision(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    return before


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config
