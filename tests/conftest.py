"""Hygiene of every test: what it leaves behind, or complains about, fails it.

- a task that still runs, a thread that does not end;
- a log record at ERROR or above, unless the test takes the fixture `expected_errors` and looks at it;
- a blocking call of ours inside the event loop (blockbuster);
- a warning or an unclosed socket (`filterwarnings = error` in pyproject.toml).
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import settings

from tests.patience import PATIENCE_S

settings.register_profile("default", deadline=None)
settings.register_profile("long", deadline=None, max_examples=5_000)
settings.load_profile("default")

GRACE_S = PATIENCE_S
"""For tasks and threads whose end has begun: transports close one turn of the loop later."""


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expected_errors(request: pytest.FixtureRequest) -> list[logging.LogRecord]:
    """The ERROR records so far; taking this fixture allows them, and the test is to assert on them."""
    records: list[logging.LogRecord] = request.getfixturevalue("_error_records")
    return records


@pytest.fixture(autouse=True)
def _error_records(request: pytest.FixtureRequest) -> Iterator[list[logging.LogRecord]]:
    handler = _Errors()
    logging.getLogger().addHandler(handler)
    yield handler.records
    logging.getLogger().removeHandler(handler)
    if handler.records and "expected_errors" not in request.fixturenames:
        texts = [logging.Formatter().format(record) for record in handler.records]
        pytest.fail("logged at ERROR:\n" + "\n".join(texts), pytrace=False)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        # asyncio's own pool ends with its loop, a moment later.
        if not thread.daemon and not thread.name.startswith("asyncio_"):
            thread.join(GRACE_S)
            assert not thread.is_alive(), f"thread left behind: {thread.name}"


@pytest.fixture
async def _no_task_left() -> AsyncIterator[None]:
    yield
    own = asyncio.current_task()
    tasks = {task for task in asyncio.all_tasks() if task is not own}
    if tasks:
        _, tasks = await asyncio.wait(tasks, timeout=GRACE_S)
    assert not tasks, f"tasks left behind: {sorted(task.get_name() for task in tasks)}"


@pytest.fixture(autouse=True)
def _async_hygiene(request: pytest.FixtureRequest) -> Iterator[None]:
    if not inspect.iscoroutinefunction(getattr(request, "function", None)):
        yield
        return
    request.getfixturevalue("_no_task_left")
    with blockbuster_ctx("vdxmedia"):
        yield
