"""A TCP proxy between page and server that can be cut and mended: signalling goes, media stays."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Cuttable:
    """Forwards connections to `(host, port)` while `is_open`."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self.is_open = True
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.is_open:
            writer.close()
            return
        try:
            to_reader, to_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        ends = {writer, to_writer}
        self._writers |= ends
        try:
            await asyncio.gather(_pump(reader, to_writer), _pump(to_reader, writer))
        finally:
            self._writers -= ends

    def cut(self) -> None:
        """Drops every connection and refuses new ones."""
        self.is_open = False
        for writer in list(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        self.is_open = True


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def run_cuttable(host: str, port: int) -> AsyncIterator[Cuttable]:
    proxy = Cuttable(host, port)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    yield proxy
    proxy.cut()
    listener.close()
    await listener.wait_closed()
