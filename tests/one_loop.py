"""Tests of a folder in one event loop, so that what is slow to start (browsers, servers) is started once.

A folder's conftest.py imports `_no_task_left`, calls `use_one_loop` when tests are collected, and makes its fixtures by
`pytest_asyncio.fixture(loop_scope="session", …)`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conftest import GRACE_S


def use_one_loop(items: Sequence[pytest.Item], folder: Path) -> None:
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def _no_task_left() -> AsyncIterator[None]:
    """As in tests/conftest.py, but for what lasts longer than one test."""
    before = asyncio.all_tasks()
    yield
    tasks = asyncio.all_tasks() - before - {asyncio.current_task()}
    if tasks:
        _, tasks = await asyncio.wait(tasks, timeout=GRACE_S)
    assert not tasks, f"tasks left behind: {sorted(task.get_name() for task in tasks)}"
