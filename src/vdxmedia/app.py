"""Assembly: makes every part, connects them, starts and stops them. Knows everything, decides nothing."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import AsyncExitStack

from aiohttp import web

from vdxmedia.api.pages import Pages, read_files
from vdxmedia.config import Settings, parse_bind


class Server:
    """One running server. Use `async with`; the context closes all it opened."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._stack = AsyncExitStack()
        self.http_addresses: list[tuple[str, int]] = []
        self._stop = asyncio.Event()

    async def __aenter__(self) -> Server:
        await self._stack.__aenter__()
        app = web.Application()
        files = await asyncio.get_running_loop().run_in_executor(None, read_files)
        app.add_routes(Pages(files, frame_ancestors=self.settings.http.frame_ancestors).routes())
        runner = web.AppRunner(app, handle_signals=False, access_log=None)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        for bind in self.settings.http.binds:
            host, port = parse_bind(bind, key="http.binds")
            if self.http_addresses and port == 0:
                port = self.http_addresses[0][1]
            sock = socket.create_server(
                (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
            )
            self.http_addresses.append((host, sock.getsockname()[1]))
            await web.SockSite(runner, sock).start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def serve_until_signalled(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        await self._stop.wait()
