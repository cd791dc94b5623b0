"""Fixtures of the media tests: one server for each module, in an event loop that is the tests' own too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.one_loop import _no_task_left as _no_task_left
from tests.one_loop import use_one_loop
from tests.server import Server, run_server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    use_one_loop(items, Path(__file__).parent)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[Server]:
    """Shared by a module's tests: each makes a room of its own, and counts only from where the counters stood."""
    async with run_server() as running:
        yield running
