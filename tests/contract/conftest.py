"""What several files ask for: signalling without a store, a room in it, and the store on both kinds of database.

A test that asks for `database` runs on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.contract.houses import House, new_room
from tests.fakes.signalling_server import Server, signalling_server
from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.store.database import Database, open_store

DATABASES = itertools.count(1)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with signalling_server() as running:
        yield running


@pytest.fixture
async def house(server: Server, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """Of a room with the settings that are the test's parameter; without one, guests knock."""
    settings = getattr(request, "param", {"lobby": "knock"})
    async with AsyncExitStack() as stack:
        yield House(server, stack, new_room(server, **settings))


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
