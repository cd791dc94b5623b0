"""A way to the media server that loses packets: a UDP relay on loopback, and a script that leads a page through it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

SEED = 20261123
MAX_CLIENTS = 8
"""Sockets of one browser: it tries some."""


@dataclass
class Lossy:
    """Both ways lose the same share, at random but the same each time."""

    port: int = 0
    loss: float = 0.0
    """0..1"""
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))

    def script(self) -> str:
        """Runs in a page before its own scripts: the server's candidates are read as this relay's."""
        return f"""(() => {{
          const prototype = RTCPeerConnection.prototype;
          const native = prototype.setRemoteDescription;
          prototype.setRemoteDescription = function (description) {{
            const lines = description.sdp.split('\\r\\n').filter((line) => !/^a=candidate:\\S+ \\d+ tcp /i.test(line));
            const sdp = lines.map((line) => line.replace(
              /^(a=candidate:\\S+ \\d+ udp \\d+) \\S+ \\d+ /i, '$1 127.0.0.1 {self.port} '));
            return native.call(this, {{ type: description.type, sdp: sdp.join('\\r\\n') }});
          }};
        }})();"""

    def keeps(self) -> bool:
        return self.dice.random() >= self.loss


class _Upstream(asyncio.DatagramProtocol):
    def __init__(self, front: asyncio.DatagramTransport, client: Any, lossy: Lossy) -> None:
        self._front, self._client, self._lossy = front, client, lossy
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: Any) -> None:
        if self._lossy.keeps():
            self._front.sendto(data, self._client)


class _Front(asyncio.DatagramProtocol):
    def __init__(self, server: tuple[str, int], lossy: Lossy) -> None:
        self._server, self._lossy = server, lossy
        self.upstreams: dict[Any, _Upstream] = {}
        self.queue: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue(10_000)
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: Any) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self.queue.put_nowait((data, address))

    async def run(self) -> None:
        while True:
            data, address = await self.queue.get()
            upstream = self.upstreams.get(address)
            if upstream is None:
                if len(self.upstreams) >= MAX_CLIENTS:
                    continue
                upstream = await self._open(address)
            if self._lossy.keeps() and upstream.transport is not None:
                upstream.transport.sendto(data)

    async def _open(self, address: Any) -> _Upstream:
        assert self.transport is not None
        front = self.transport
        _, upstream = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Upstream(front, address, self._lossy), remote_addr=self._server
        )
        self.upstreams[address] = upstream
        return upstream


@contextlib.asynccontextmanager
async def run_lossy(server_port: int) -> AsyncIterator[Lossy]:
    """A relay to this UDP port of loopback."""
    lossy = Lossy()
    loop = asyncio.get_running_loop()
    transport, front = await loop.create_datagram_endpoint(
        lambda: _Front(("127.0.0.1", server_port), lossy), local_addr=("127.0.0.1", 0)
    )
    lossy.port = transport.get_extra_info("sockname")[1]
    runner = asyncio.create_task(front.run(), name="lossy relay")
    try:
        yield lossy
    finally:
        runner.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await runner
        transport.close()
        for upstream in front.upstreams.values():
            if upstream.transport is not None:
                upstream.transport.close()
