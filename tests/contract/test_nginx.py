"""Debian's nginx with the shipped configuration in front of a real server: what must pass, and what must not."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.nginx import IMPATIENT_S, NAME, nginx
from vdxmedia import config, credentials
from vdxmedia.app import Server
from vdxmedia.conference.settings import RoomSettings

TIMEOUT_S = 10.0
KEY = credentials.new_api_key()
ORIGIN = f"https://{NAME}"
SOCKET = "/socket.io/?EIO=4&transport=websocket"
UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


class ThisMachine(AbstractResolver):
    """Every name is of this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        pass


class Proxy:
    """The proxy, asked by its own name, and the server behind it."""

    def __init__(self, port: int, directory: Path, server: Server) -> None:
        self.port = port
        self.directory = directory
        self.server = server
        self.tls = ssl.create_default_context(cafile=str(directory / "fullchain.pem"))
        self.tls.check_hostname = False

    def url(self, path: str) -> str:
        return f"https://{NAME}:{self.port}{path}"

    def http(self, **headers: str) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(ssl=self.tls, resolver=ThisMachine())
        return aiohttp.ClientSession(connector=connector, headers=headers)

    async def raw(self, request: str, *, name: str = NAME) -> bytes:
        """All that comes back until the proxy closes, or is silent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls, server_hostname=name)
        try:
            writer.write(request.encode("latin-1"))
            said = b""
            try:
                async with asyncio.timeout(IMPATIENT_S):
                    while piece := await reader.read(65536):
                        said += piece
            except TimeoutError:
                pass
            return said
        finally:
            writer.close()

    def log(self) -> str:
        return (self.directory / "vdxmedia.log").read_text("utf-8")


def statuses(said: bytes) -> list[int]:
    return [int(line.split()[1]) for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxy]:
    """In front of a server with a key of its own: with the development key it answers to this machine's names only."""
    directory = tmp_path_factory.mktemp("nginx")
    flags = {
        "http.binds": "127.0.0.1:0",
        "http.public_url": ORIGIN,
        "http.trusted_proxies": "127.0.0.0/8",
        "media.binds": "127.0.0.1:0",
        "store.url": f"sqlite:///{directory}/vdxmedia.db",
        "api.failures_per_minute": "6",
    }
    known = replace(credentials.for_development(), api_keys={"portal": KEY})
    async with Server(config.load(None, None, flags), known) as server:
        with nginx(directory, backend_port=server.http_addresses[0][1]) as port:
            yield Proxy(port, directory, server)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_page_and_api_pass_with_the_server_s_own_headers(proxy: Proxy) -> None:
    async with proxy.http() as http:
        async with http.get(proxy.url("/")) as answer:
            assert answer.status == 200
            assert "Content-Security-Policy" in answer.headers
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=")  # X-Forwarded-Proto was believed
        headers = {"Authorization": f"Bearer {KEY}"}
        async with http.post(proxy.url("/api/v1/rooms"), json={}, headers=headers) as answer:
            assert answer.status == 201
            assert (await answer.json())["hostUrl"].startswith(f"{ORIGIN}/r/")


async def joined(proxy: Proxy, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    room = await proxy.server.rooms.open_room(RoomSettings())
    websocket = await http.ws_connect(proxy.url(SOCKET), origin=ORIGIN)
    assert (await websocket.receive_str(timeout=TIMEOUT_S)).startswith("0{")
    token = room.guest_url.partition("#t=")[2]
    await websocket.send_str("40" + json.dumps({"protocol": 1, "token": token}))
    assert (await websocket.receive_str(timeout=TIMEOUT_S)).startswith("40")
    return websocket


async def command(websocket: aiohttp.ClientWebSocketResponse, number: int, body: dict[str, Any]) -> dict[str, Any]:
    await websocket.send_str(f"42{number}" + json.dumps(["command", body]))
    while not (frame := await websocket.receive_str(timeout=TIMEOUT_S)).startswith(f"43{number}"):
        if frame == "2":
            await websocket.send_str("3")
    answer: dict[str, Any] = json.loads(frame.removeprefix(f"43{number}"))[0]
    return answer


async def silence(websocket: aiohttp.ClientWebSocketResponse, for_s: float) -> None:
    """Neither side says anything for so long; what was on its way is read first."""
    with contextlib.suppress(TimeoutError):
        while True:
            await asyncio.wait_for(websocket.receive_str(), for_s)


async def test_websocket_passes_and_outlasts_a_silence_that_would_end_a_request(proxy: Proxy) -> None:
    async with proxy.http() as http:
        websocket = await joined(proxy, http)
        assert (await command(websocket, 1, {"type": "join", "name": "Bo"}))["type"] == "joined"
        await silence(websocket, IMPATIENT_S * 1.25)
        assert not websocket.closed
        assert (await command(websocket, 2, {"type": "leave"}))["type"] != "failure"
        await websocket.close()


async def test_websocket_of_a_foreign_page_is_refused_behind_the_proxy_too(proxy: Proxy) -> None:
    async with proxy.http() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(proxy.url(SOCKET), origin="https://attacker.example")
        assert refused.value.status in (400, 403)


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",  # CL.TE
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",  # TE.CL
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Content-Length: 6\r\nContent-Length: 40\r\n",
        "Content-Length: +6\r\n",
    ],
)
async def test_a13_request_whose_end_two_could_see_in_two_places_is_refused_by_proxy_and_server(
    proxy: Proxy, headers: str
) -> None:
    smuggled = f"GET /metrics HTTP/1.1\r\nHost: {NAME}\r\n\r\n"
    said = await proxy.raw(f"POST /api/v1/rooms HTTP/1.1\r\nHost: {NAME}\r\n{headers}\r\n0\r\n\r\n{smuggled}")
    assert statuses(said) in ([400], [501]), said


@pytest.mark.parametrize(
    "headers",
    [
        UPGRADE + "Sec-WebSocket-Version: 777\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n",
    ],
)
async def test_a13_upgrade_that_fails_opens_no_tunnel_to_what_the_proxy_hides(proxy: Proxy, headers: str) -> None:
    for path in (SOCKET, "/"):
        hidden = f"GET /metrics HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n"
        said = await proxy.raw(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n{headers}\r\n{hidden}")
        assert 101 not in statuses(said), said
        assert b"vdx_rooms" not in said
        assert statuses(said)[1:] in ([], [404])


async def test_metrics_are_not_for_those_who_come_by_the_proxy(proxy: Proxy) -> None:
    async with proxy.http() as http:
        async with http.get(proxy.url("/metrics")) as answer:
            assert answer.status == 404
        async with http.get(proxy.url("/%6detrics")) as answer:
            assert answer.status == 404


async def test_headers_that_only_a_proxy_may_say_are_the_proxy_s_own(proxy: Proxy) -> None:
    """A client that writes `X-Forwarded-For` for every try would have a fresh budget each time."""
    seen = []
    async with proxy.http() as http:
        for number in range(12):
            forged = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": "for=192.0.2.1", "Authorization": "Bearer x"}
            async with http.get(proxy.url("/api/v1/rooms/nosuchroom12"), headers=forged) as answer:
                seen.append(answer.status)
    assert seen[0] == 401
    assert seen[-1] == 429


async def test_body_is_refused_by_the_server_with_words_and_by_the_proxy_when_it_is_huge(proxy: Proxy) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    async with (
        proxy.http(**headers) as http,
        http.post(proxy.url("/api/v1/rooms"), data=b" " * (config.Settings().http.max_body_bytes + 1)) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (413, "message_too_large")
    said = await proxy.raw(f"POST /api/v1/rooms HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9000000\r\n\r\n")
    assert statuses(said) == [413]
    assert b"nginx" in said


async def test_other_names_get_nothing(proxy: Proxy) -> None:
    with pytest.raises(ssl.SSLError):
        await proxy.raw("GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n", name="attacker.example")
    assert await proxy.raw("GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n") == b""


async def test_log_has_no_address_no_query_and_no_short_link(proxy: Proxy) -> None:
    async with proxy.http() as http, http.get(proxy.url("/m/secret-word?t=other-word")) as answer:
        assert answer.status == 200  # the page, which says that there is no such meeting
    log = proxy.log()
    assert "GET /m/- 200" in log
    assert "127.0.0.1" not in log
    assert "secret-word" not in log
    assert "other-word" not in log
