"""HTTP and WebSocket by hand: what no library would send. Written from RFC 9112 and RFC 6455."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import struct
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from tests.attacks.process import Victim

WITHIN_S = 10.0
UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{more}\r\n"
)
TEXT, BINARY, CONTINUED = 1, 2, 0
FINAL, COMPRESSED = 0x80, 0x40


class Connection:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.accepted = b""
        """A WebSocket's: what the server agreed to."""

    async def send(self, data: bytes) -> None:
        """Raises: ConnectionError."""
        self.writer.write(data)
        async with asyncio.timeout(WITHIN_S):
            await self.writer.drain()

    async def until_end(self, within_s: float = WITHIN_S) -> bytes:
        """All that comes until the server ends it. Raises: TimeoutError."""
        came = bytearray()
        async with asyncio.timeout(within_s):
            with contextlib.suppress(ConnectionError):
                while part := await self.reader.read(65_536):
                    came += part
        return bytes(came)

    async def until_quiet(self, quiet_s: float = 0.3) -> bytes:
        """What comes until the end, or until nothing more comes for so long."""
        came = bytearray()
        with contextlib.suppress(TimeoutError, ConnectionError):
            while True:
                async with asyncio.timeout(quiet_s):
                    part = await self.reader.read(65_536)
                if not part:
                    break
                came += part
        return bytes(came)

    def is_over(self) -> bool:
        return self.reader.at_eof() or self.reader.exception() is not None

    async def frame(self, payload: bytes, *, first: int = FINAL | TEXT) -> None:
        await self.send(frame(payload, first=first))

    async def text(self) -> str:
        """The next text frame's; pings are passed over. Raises: TimeoutError, asyncio.IncompleteReadError."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                first, length = await self.reader.readexactly(2)
                if length == 126:
                    (length,) = struct.unpack("!H", await self.reader.readexactly(2))
                elif length == 127:
                    (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
                payload = await self.reader.readexactly(length)
                if first == FINAL | TEXT and payload != b"2":
                    return payload.decode()


def frame(payload: bytes, *, first: int = FINAL | TEXT) -> bytes:
    """As a client sends it, masked (RFC 6455 §5.3)."""
    mask = os.urandom(4)
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", first, 0x80 | length)
    elif length < 65_536:
        head = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, length)
    words = (mask * (length // 4 + 1))[:length]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(words, "big")).to_bytes(length, "big")
    return head + mask + masked


@contextlib.asynccontextmanager
async def tcp(victim: Victim, source: str = "127.0.0.1") -> AsyncIterator[Connection]:
    """From this loopback address."""
    base = urlsplit(victim.base_url)
    reader, writer = await asyncio.open_connection(base.hostname, base.port, local_addr=(source, 0))
    try:
        yield Connection(reader, writer)
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def websocket(victim: Victim, source: str = "127.0.0.1", more: str = "") -> AsyncIterator[Connection]:
    """After the handshake and engine.io's first packet. `more`: header lines."""
    async with tcp(victim, source) as connection:
        await connection.send(UPGRADE.format(host=urlsplit(victim.base_url).netloc, more=more).encode())
        async with asyncio.timeout(WITHIN_S):
            answer = await connection.reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        connection.accepted = answer
        assert (await connection.text()).startswith("0")
        yield connection


def hello(link: str) -> bytes:
    """socket.io's connect packet with a link's token."""
    return b"40" + json.dumps({"protocol": 1, "token": link.partition("#t=")[2]}).encode()


async def answers(victim: Victim, source: str = "127.0.0.1", within_s: float = WITHIN_S) -> bool:
    """Whether a newcomer from this address is served."""
    async with tcp(victim, source) as connection:
        await connection.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return b" 200 " in (await connection.until_end(within_s)).split(b"\r\n")[0]
