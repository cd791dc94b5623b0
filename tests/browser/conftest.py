"""Fixtures of the browser tests: one Chromium for the module, one server per test module."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.pages import CHROMIUM_FLAGS, Person, open_person
from tests.browser.site import Site, open_site
from tests.server import Server, run_server


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with run_server() as running:
        yield running


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A supplier's, which `hub` lets embed."""
    async with open_site() as made:
        yield made


@pytest.fixture
async def hub(site: Site, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setenv("VDX_HTTP_FRAME_ANCESTORS", f"'self',{site.origin}")
    async with run_server() as running:
        yield running


@contextlib.asynccontextmanager
async def launch_chromium(*flags: str) -> AsyncIterator[Browser]:
    """One headless browser, with flags beside those that all have."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert binary, "Chromium is missing: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=[*CHROMIUM_FLAGS, *flags])
        yield browser
        await browser.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with launch_chromium() as browser:
        yield browser


OpenPerson = Callable[..., Awaitable[Person]]


@pytest.fixture
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
