"""The server under test: started here on loopback as `vdxmedia dev`, or one that runs somewhere.

Left out: what it does inside; only its processor time is looked at, by thread when it is on this machine.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from loadtests.processor import threads
from tests.server import Server, run_server
from vdxmedia.config import variable_of

SETTINGS = {
    "api.requests_per_second": "10000",
    "limits.joins_per_second": "10000",
}
"""So that the participants meet the server, not its bounds against one caller; `--set` may change them."""
BODY = {"subject": "Prøve", "organisation": "Testkommune", "helpLine": "70 12 34 56"}


class HubFailed(Exception):
    """It does not answer as it should."""


class Hub:
    """Use `run_hub` or `known_hub`."""

    def __init__(self, base_url: str, key: str, http: aiohttp.ClientSession, process: Server | None = None) -> None:
        self.base_url = base_url
        self.key = key
        self.process = process
        """None: somebody else's."""
        self._http = http
        self._spent_s = (0.0, 0.0)
        """Of the process that runs now, when it was looked at last."""
        self._spent_before_s = (0.0, 0.0)
        """Of those before it."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    async def create_room(self, **settings: Any) -> dict[str, Any]:
        """POST /api/v1/rooms. Raises: HubFailed, aiohttp.ClientError."""
        url = f"{self.base_url}/api/v1/rooms"
        async with self._http.post(url, json={**BODY, **settings}, headers=self.headers) as answer:
            if answer.status != 201:
                raise HubFailed(f"a room was refused: {answer.status} {(await answer.text())[:300]}")
            made: dict[str, Any] = await answer.json()
            return made

    async def delete_room(self, room_id: str) -> None:
        """Raises: HubFailed, aiohttp.ClientError."""
        async with self._http.delete(f"{self.base_url}/api/v1/rooms/{room_id}", headers=self.headers) as answer:
            if answer.status not in (204, 404):
                raise HubFailed(f"a room was not deleted: {answer.status}")

    async def metrics(self) -> dict[str, float]:
        """`/metrics` as name (with labels) to value; empty when it is not for us."""
        async with self._http.get(f"{self.base_url}/metrics", headers=self.headers) as answer:
            if answer.status != 200:
                return {}
            text = await answer.text()
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def moved(self, server: Server) -> None:
        """Another process is the server from now on; what those before it took stays counted."""
        python_s, relay_s = self._spent_s
        self._spent_before_s = self._spent_before_s[0] + python_s, self._spent_before_s[1] + relay_s
        self._spent_s = (0.0, 0.0)
        self.base_url, self.key, self.process = server.base_url, server.key, server

    async def spent_s(self) -> tuple[float, float]:
        """Processor time of Python and of the relay so far; of a server elsewhere as its metrics say, if we may read
        them."""
        if self.process is not None:
            with contextlib.suppress(OSError):  # it has ended, and another is about to be started
                spent = threads(self.process.pid)
                self._spent_s = spent.python_ns / 1e9, spent.relay_ns / 1e9
            return self._spent_before_s[0] + self._spent_s[0], self._spent_before_s[1] + self._spent_s[1]
        said = await self.metrics()
        relay_s = said.get("vdx_relay_cpu_seconds_total", 0.0)
        return max(0.0, said.get("process_cpu_seconds_total", 0.0) - relay_s), relay_s


@contextlib.asynccontextmanager
async def run_hub(settings: Mapping[str, str], workers: int) -> AsyncIterator[Hub]:
    """Starts one; `settings` by `section.key`."""
    pairs = [f"{variable_of(key)}={value}" for key, value in {**SETTINGS, **settings}.items()]
    async with run_server(under=("env", *pairs), workers=workers) as server, _http() as http:
        yield Hub(server.base_url, server.key, http, server)


@contextlib.asynccontextmanager
async def known_hub(url: str, key: str) -> AsyncIterator[Hub]:
    async with _http() as http:
        yield Hub(url, key, http)


def _http() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
