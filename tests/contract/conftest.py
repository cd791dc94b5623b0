"""The store on both kinds of database: a test that asks for `database` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.store.database import Database, open_store

DATABASES = itertools.count(1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Empty, at the newest revision."""
    if request.param == "sqlite":
        place, password = f"sqlite:///{tmp_path}/store.db", ""
    else:
        running: Postgres = request.getfixturevalue("postgres")
        place = await asyncio.to_thread(running.make_database, f"both{next(DATABASES)}")
        password = PASSWORD
    async with open_store(place, password) as opened:
        yield opened
