"""The server as an operator starts it: `vdxmedia dev` in a process of its own, driven by its REST interface."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import shlex
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.patience import PATIENCE_S

MEDIA_KINDS = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
PORTS = (12_000, 32_000)
SocketFactory = Callable[[Any], socket.socket]
"""Gets what `getaddrinfo` gives for one address."""
_given: set[int] = set()


@dataclass
class Server:
    """A running server and the key to its API."""

    base_url: str
    host_url: str
    guest_url: str
    key: str
    output: list[str] = field(default_factory=list)
    pid: int = 0
    token_line: str = ""
    """A command that gets an access token for the booking APIs."""
    open_socket: SocketFactory | None = None
    """How to reach a server that lives in a network namespace."""

    async def bearer(self) -> dict[str, str]:
        """The header of an access token for the booking APIs, got as `token_line` gets it."""
        *_, user, _, grant, url = shlex.split(self.token_line)
        name, _, secret = user.partition(":")
        key, _, value = grant.partition("=")
        basic = {"Authorization": aiohttp.encode_basic_auth(name, secret)}
        async with aiohttp.ClientSession() as http, http.post(url, data={key: value}, headers=basic) as answer:
            return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}

    def http(self) -> aiohttp.ClientSession:
        """A session with the key to the API; a certificate that the server made for itself is taken."""
        connector = aiohttp.TCPConnector(ssl=False, socket_factory=self.open_socket)
        return aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {self.key}"})

    async def create_room(self, **settings: Any) -> dict[str, Any]:
        """POST /api/v1/rooms: `roomId`, `hostUrl`, `guestUrl` and what was stored."""
        body = {"subject": "Prøve", "organisation": "Testkommune", "helpLine": "70 12 34 56", **settings}
        async with (
            self.http() as http,
            http.post(f"{self.base_url}/api/v1/rooms", json=body) as answer,
        ):
            made: dict[str, Any] = await answer.json()
            assert answer.status == 201, made
            return made

    async def metrics(self) -> dict[str, float]:
        """`/metrics` as name (with labels) to value."""
        async with self.http() as http, http.get(f"{self.base_url}/metrics") as answer:
            text = await answer.text()
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


def free_media_port(workers: int = 1) -> int:
    """The first of so many numbers in a row that are free on UDP and on TCP."""
    while True:
        first = free_port(socket.SOCK_DGRAM)
        row = range(first, first + workers)
        if all(_is_free(port, kind) for port in row for kind in MEDIA_KINDS):
            _given.update(row)
            return first


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
        return True


def free_port(kind: socket.SocketKind) -> int:
    """Not given before, and never to a connection going out: those begin at 32768 (ip(7))."""
    while True:
        port = random.randrange(*PORTS)
        if port in _given:
            continue
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as probe:
            probe.bind(("127.0.0.1", port))
            _given.add(port)
            return port


@contextlib.asynccontextmanager
async def run_server(
    *arguments: str,
    under: Sequence[str] = (),
    http_port: int | None = None,
    media_port: int | None = None,
    open_socket: SocketFactory | None = None,
    module: str = "vdxmedia",
    workers: int = 1,
    python: str | Path = sys.executable,
) -> AsyncIterator[Server]:
    """Starts `vdxmedia dev` on free loopback ports and stops it with SIGTERM; a bad exit code fails the test.

    `under`: the command that runs it elsewhere, e.g. in a network namespace; `open_socket` is the way to it then.
    `module`: what is run instead, with the same arguments. `python`: of an environment that has it. `workers`: of the
    relay; an environment that says `VDX_MEDIA_WORKERS` has the last word.
    """
    process = await asyncio.create_subprocess_exec(
        *under, python, "-m", module, "dev",
        "--http-port", str(free_port(socket.SOCK_STREAM) if http_port is None else http_port),
        "--media-port", str(free_media_port(workers) if media_port is None else media_port),
        *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={"VDX_MEDIA_WORKERS": str(workers), **os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    output: list[str] = []
    said: dict[str, str] = {}
    try:
        async with asyncio.timeout(PATIENCE_S):
            while len(said) < 5:
                line = (await process.stdout.readline()).decode()
                assert line, "the server ended at its start:\n" + "".join(output)
                output.append(line)
                found = re.match(r"^(Host|Guest|API|Key|Token):\s+(\S.*)", line)
                if found:
                    said[found.group(1)] = found.group(2)
        base = re.match(r"https?://[^/]+", said["API"])
        assert base is not None
        drain = asyncio.create_task(_keep(process.stdout, output), name="server-output")
        yield Server(
            base.group(0), said["Host"], said["Guest"], said["Key"], output, process.pid, said["Token"], open_socket
        )
        process.terminate()
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0, "".join(output[-40:])
        await drain
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _keep(stream: asyncio.StreamReader, output: list[str]) -> None:
    async for line in stream:
        output.append(line.decode())
        del output[:-2000]
