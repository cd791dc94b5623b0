"""Connections that ask nothing end; those that ask stay."""

from __future__ import annotations

import asyncio

import pytest

from tests.contract.assembled import AssembledServer, assembled
from tests.patience import PATIENCE_S
from vdxmedia.api import idle, operations
from vdxmedia.api.auth import DEVELOPMENT_KEY

HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Never: "
WHOLE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def until_ended(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            try:
                while await self.reader.read(65_536):
                    pass
            except ConnectionResetError:
                pass

    async def ask(self) -> bytes:
        self.writer.write(WHOLE)
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.readuntil(b"}")

    def close(self) -> None:
        self.writer.close()


async def connect(server: AssembledServer, *, of: str = "127.0.0.1") -> Connection:
    host, port = server.server.http_addresses[0]
    return Connection(*await asyncio.open_connection(host, port, local_addr=(of, 0)))


def cut(server: AssembledServer, reason: str) -> float:
    return server.server.metrics.registry.get_sample_value("vdx_http_connections_cut_total", {"reason": reason}) or 0.0


@pytest.fixture(autouse=True)
def _swift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "SWEEP_S", 0.01)


@pytest.mark.parametrize("begin", [b"", HALF, WHOLE], ids=["nothing", "half", "answered"])
async def test_connection_that_asks_nothing_ends(monkeypatch: pytest.MonkeyPatch, begin: bytes) -> None:
    monkeypatch.setattr(idle, "IDLE_S", 0.1)
    async with assembled() as server:
        silent = await connect(server)
        silent.writer.write(begin)
        await silent.until_ended()
        assert cut(server, "idle") == 1
        silent.close()


async def test_websocket_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "IDLE_S", 0.1)
    async with (
        assembled() as server,
        server.http.ws_connect(f"{server.url}/socket.io/?EIO=4&transport=websocket") as ws,
    ):
        silent = await connect(server)
        await silent.until_ended()
        silent.close()
        assert (await ws.receive_str())[0] == "0"
        await ws.ping()
        assert not ws.closed


async def test_crowd_of_one_address_keeps_no_other_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "MAX_IDLE", 3)
    async with assembled() as server:
        other = await connect(server, of="127.0.0.2")
        crowd = [await connect(server) for _ in range(4)]
        await crowd[0].until_ended()
        await crowd[1].until_ended()
        assert b"alive" in await other.ask()
        assert b"alive" in await crowd[3].ask()
        assert cut(server, "crowd") == 2
        for each in (other, *crowd):
            each.close()


async def test_body_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "BODY_WITHIN_S", 0.05)
    async with assembled() as server:
        slow = await connect(server)
        slow.writer.write(
            b"POST /api/v1/rooms HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 20\r\n"
            b"Authorization: Bearer " + DEVELOPMENT_KEY.encode() + b"\r\n\r\n{"
        )
        async with asyncio.timeout(PATIENCE_S):
            assert (await slow.reader.readuntil(b"}")).startswith(b"HTTP/1.1 408 ")
        slow.writer.write(b" " * 19)  # or aiohttp would linger for it
        assert b"alive" in await slow.ask()
        slow.close()
