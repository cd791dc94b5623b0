"""A supplier's own web site, of another origin than the server's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web


@dataclass
class Site:
    """Pages of one's own under 127.0.0.1, which is another site than the server's `localhost`."""

    port: int = 0
    pages: dict[str, str] = field(default_factory=dict)
    files: Path | None = None
    """Served below `/files/`."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, name: str, body: str) -> str:
        self.pages[name] = (
            f"<!doctype html><meta charset=utf-8><title>Fagsystem</title><link rel=icon href=data:,>{body}"
        )
        return f"{self.origin}/{name}"


@contextlib.asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    made = Site()

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=made.pages[request.match_info["name"]], content_type="text/html")

    async def file(request: web.Request) -> web.FileResponse:
        assert made.files is not None
        return web.FileResponse(made.files / request.match_info["path"])

    application = web.Application()
    application.add_routes([web.get("/files/{path:[a-zA-Z0-9_./-]+}", file), web.get("/{name}", page)])
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.port = runner.addresses[0][1]
        yield made
    finally:
        await runner.cleanup()
