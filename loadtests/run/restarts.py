"""A server that a scenario may stop, kill and start again, with a store that stays.

The engine's own server waits meanwhile; `Hub.moved` makes this one the server of the stage. Left out: what the clients
do about it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from loadtests.run.hub import SETTINGS, Hub, HubFailed
from tests.server import Server, free_media_port, free_port
from vdxmedia.api.auth import DEVELOPMENT_KEY
from vdxmedia.config import variable_of

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 60.0
_ADDRESS = re.compile(r"API:\s+(\S+)/api/v1")


class Restartable:
    """Use `run_restartable`."""

    def __init__(self, hub: Hub, directory: Path, settings: Mapping[str, str], workers: int) -> None:
        self._hub = hub
        self._http_port = free_port(socket.SOCK_STREAM)
        self._media_port = free_media_port(workers)
        pairs = {**SETTINGS, **settings, "store.url": f"sqlite:///{directory}/store.db"}
        self._environment = {
            "VDX_MEDIA_WORKERS": str(workers),
            **os.environ,
            **{variable_of(key): value for key, value in pairs.items()},
            "TMPDIR": str(directory),
            "PYTHONUNBUFFERED": "1",
        }
        self._process: Process | None = None

    async def start(self) -> None:
        """Returns when it says that it serves. Raises: HubFailed."""
        process = self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "vdxmedia", "dev"),
            *("--http-port", str(self._http_port), "--media-port", str(self._media_port)),
            stdout=PIPE, stderr=DEVNULL, env=self._environment,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while (found := _ADDRESS.match((await process.stdout.readline()).decode())) is None:
                    if process.stdout.at_eof():
                        raise HubFailed("the server ended at its start")
        except TimeoutError as error:
            raise HubFailed("the server did not start in time") from error
        base_url = found.group(1)
        self._hub.moved(Server(base_url, "", "", DEVELOPMENT_KEY, [], process.pid))

    async def stop(self, how: signal.Signals) -> float:
        """By SIGTERM or SIGKILL; how long it took to end. Raises: HubFailed."""
        assert self._process is not None
        began_s = time.monotonic()
        self._process.send_signal(how)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._process.communicate()
        except TimeoutError as error:
            raise HubFailed("the server did not end in time") from error
        return time.monotonic() - began_s

    async def close(self) -> None:
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.communicate()


@contextlib.asynccontextmanager
async def run_restartable(hub: Hub, settings: Mapping[str, str], workers: int) -> AsyncIterator[Restartable]:
    """A server with these settings, running. Raises: HubFailed, also when the hub is somebody else's."""
    if hub.process is None:
        raise HubFailed("only a server that was started here is restarted: leave --url out")
    with tempfile.TemporaryDirectory() as directory:
        made = Restartable(hub, Path(directory), settings, workers)
        try:
            await made.start()
            yield made
        finally:
            await made.close()
