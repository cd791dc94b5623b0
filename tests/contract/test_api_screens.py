"""Development's list of screens: there where it is built, never in production."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import aiohttp
import pytest

from tests.contract.assembled import AssembledServer, assembled
from vdxmedia import config, credentials
from vdxmedia.api import screens
from vdxmedia.app import Server


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "screens"
    (folder / "assets").mkdir(parents=True)
    (folder / "stories.html").write_text("<!doctype html><title>Skærme</title>", encoding="utf-8")
    (folder / "assets" / "stories-abc.js").write_text("export {};\n", encoding="utf-8")
    monkeypatch.setattr(screens, "BUILT_SCREENS", folder)


@pytest.mark.usefixtures("built")
async def test_screens_are_there_in_development() -> None:
    async with assembled() as server:
        async with server.get("/screens", key=None) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/screens/")
        async with server.get("/screens/", key=None) as answer:
            assert answer.status == 200
            assert "Skærme" in await answer.text()
            assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
        async with server.get("/screens/assets/stories-abc.js", key=None) as answer:
            assert (answer.status, answer.content_type) == (200, "text/javascript")
        async with server.get("/screens/../pyproject.toml", key=None) as answer:
            assert answer.status == 404


@pytest.mark.usefixtures("built")
async def test_screens_are_not_found_in_production(tmp_path: Path) -> None:
    binds = {"http.binds": "127.0.0.1:0", "media.binds": "127.0.0.1:0"}
    settings = config.load(None, None, binds | {"store.url": f"sqlite:///{tmp_path}/vdxmedia.db"})
    keys = dataclasses.replace(credentials.for_development(), api_keys={"supplier": credentials.new_api_key()})
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(Server(settings, keys, public_host="127.0.0.1"))
        server = AssembledServer(running, await stack.enter_async_context(aiohttp.ClientSession()))
        async with server.get("/screens", key=None) as answer:
            assert answer.status == 404
        async with server.get("/", key=None) as answer:
            assert answer.status == 200


def test_screens_without_a_build_are_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "BUILT_SCREENS", tmp_path / "none")
    assert screens.Screens().routes() == []
