"""Brings a database to the newest revision, or says why not.

Alembic reads files and takes its time, so this runs in a thread with a connection of its own. All in one transaction:
what fails half way has changed nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
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
    scripts = _scripts()

    def work(connection: Connection) -> str | None:
        before = _known_revision(connection, scripts)

        def steps(revision: object, _context: MigrationContext) -> list[RevisionStep]:
            return scripts._upgrade_revs(to, revision)  # type: ignore[arg-type]  # the way that Alembic's docs name

        context = MigrationContext.configure(connection, opts={"fn": steps})
        with Operations.context(context):
            context.run_migrations()
        return before

    before, after = _on_connection(url, work), revision_of(url)
    if before != after:
        logger.info("store_upgraded from=%s to=%s", before or "nothing", after)


def revision_of(url: URL) -> str | None:
    """What the database is at; None when it is empty. Changes nothing but may make an empty file. Blocking.

    Raises: Misconfigured, Refused, as `upgrade`.
    """
    scripts = _scripts()
    return _on_connection(url, lambda connection: _known_revision(connection, scripts))


def check_known(revision: str) -> None:
    """Blocking. Raises: Misconfigured for a revision of a newer server."""
    if revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise Misconfigured(f"the store is of a newer server (revision {revision}); this one cannot read it")


def newest() -> str | None:
    """The revision of this server. Blocking."""
    return _scripts().get_current_head()


def _on_connection(url: URL, work: Callable[[Connection], str | None]) -> str | None:
    """Runs `work` in one transaction. It must not read files: for PostgreSQL it runs in an event loop."""
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


def _known_revision(connection: Connection, scripts: ScriptDirectory) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {script.revision for script in scripts.walk_revisions()}:
        raise Misconfigured(f"store.url: the store is of a newer server (revision {revision}); this one cannot read it")
    return revision


def _scripts() -> ScriptDirectory:
    """With all revisions read."""
    scripts = ScriptDirectory(str(SCRIPTS))
    scripts.get_heads()
    return scripts
