"""Fixtures of the browser tests: one Chromium for all of them, one server for each module.

Both live in one event loop, which is the tests' own too. What a test opened in the browser is closed after it, whatever
became of it: a call that goes on would take the machine from the next test.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserType, async_playwright, expect

from tests.browser.pages import CHROMIUM_FLAGS, Person, open_person
from tests.browser.site import Site, open_site
from tests.one_loop import _no_task_left as _no_task_left
from tests.one_loop import use_one_loop
from tests.patience import PATIENCE_S
from tests.server import Server, run_server

# `expect` waits for a condition; its own limit of 5 s is what a page may take on a busy machine.
expect.set_options(timeout=1000 * PATIENCE_S)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    use_one_loop(items, Path(__file__).parent)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[Server]:
    """Shared by a module's tests: each makes a room of its own, and counts only from where the counters stood."""
    async with run_server() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """A supplier's, which `hub` lets embed."""
    async with open_site() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(site: Site) -> AsyncIterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDX_HTTP_FRAME_ANCESTORS", f"'self',{site.origin}")
        async with run_server() as running:
            yield running


async def _launch(chromium: BrowserType, *flags: str) -> Browser:
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert binary, "Chromium is missing: apt-get install chromium"
    return await chromium.launch(executable_path=binary, args=[*CHROMIUM_FLAGS, *flags], timeout=1000 * PATIENCE_S)


@contextlib.asynccontextmanager
async def launch_chromium(*flags: str) -> AsyncIterator[Browser]:
    """One headless browser, with flags beside those that all have."""
    async with async_playwright() as playwright:
        browser = await _launch(playwright.chromium, *flags)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _browsers() -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """The one browser; another when it has crashed, so that a test which crashes it fails alone."""
    async with async_playwright() as playwright:
        launched: list[Browser] = []

        async def current() -> Browser:
            if not launched or not launched[-1].is_connected():
                launched.append(await _launch(playwright.chromium))
            return launched[-1]

        yield current
        for browser in launched:
            await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def chromium(_browsers: Callable[[], Awaitable[Browser]]) -> AsyncIterator[Browser]:
    browser = await _browsers()
    yield browser
    for context in browser.contexts:
        await context.close()


OpenPerson = Callable[..., Awaitable[Person]]


@pytest_asyncio.fixture(loop_scope="session")
async def person(chromium: Browser) -> AsyncIterator[OpenPerson]:
    """Opens people's pages; each must end without an error in its console."""
    opened: list[Person] = []
    complaints: list[str] = []

    async def open_one(name: str, url: str, **choices: Any) -> Person:
        someone = await open_person(chromium, name, url, **choices)
        someone.page.on("pageerror", lambda error: complaints.append(f"{name}: {error}"))
        opened.append(someone)
        return someone

    yield open_one
    for someone in opened:
        await someone.page.context.close()
    assert complaints == []
