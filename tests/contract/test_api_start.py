"""Starting and stopping as an operator does it: processes, ports, TLS, signals."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.assembled import assembled
from tests.patience import PATIENCE_S
from tests.server import free_port, run_server
from vdxmedia import credentials
from vdxmedia.sealing import new_key as new_sealing_key


@contextlib.asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[Process]:
    """`vdxmedia …` in a process of its own; killed if the test leaves it running."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "vdxmedia", *arguments, stdout=PIPE, stderr=PIPE, env={**os.environ, "COLUMNS": "200"}
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(stream: asyncio.StreamReader | None, word: str) -> str:
    """The first line that contains `word`."""
    assert stream is not None
    seen = []
    while line := (await stream.readline()).decode():
        seen.append(line)
        if word in line:
            return line
    raise AssertionError(f"no {word!r} in: {''.join(seen)}")


async def test_dev_prints_links_of_a_room_that_is_there(tmp_path: Path) -> None:
    async with run_server() as server:
        assert server.host_url.startswith("http://localhost:")
        async with asyncio.timeout(PATIENCE_S):
            while len(server.output) < 6:  # the links come first, and the rest in its own time
                await asyncio.sleep(0.01)
        assert [line.split()[0] for line in server.output[:6]] == ["Host:", "Guest:", "API:", "Key:", "Token:", "SMS:"]
        room = server.host_url.partition("#")[0].rpartition("/")[2]
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.key}"}) as http,
            http.get(f"{server.base_url}/api/v1/rooms/{room}") as answer,
        ):
            assert answer.status == 200


@pytest.mark.parametrize(("kind", "option"), [(socket.SOCK_STREAM, "--http-port"), (socket.SOCK_DGRAM, "--media-port")])
async def test_port_that_is_taken_is_named_with_the_way_out(kind: socket.SocketKind, option: str) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        ports = {"--http-port": "0", "--media-port": "0", option: str(taken.getsockname()[1])}
        async with started("dev", *(part for pair in ports.items() for part in pair)) as process:
            _, complaint = await process.communicate()
            assert process.returncode == 2
            assert f"127.0.0.1:{ports[option]} cannot be had" in complaint.decode()
            assert option in complaint.decode()
            assert "Traceback" not in complaint.decode()


@pytest.fixture
def production(tmp_path: Path) -> list[str]:
    """Options of `serve` with TLS on loopback."""
    certificate, key = credentials.self_signed("127.0.0.1")
    (tmp_path / "certificate.pem").write_bytes(certificate)
    credentials.write_private(tmp_path / "certificate-key.pem", key)
    credentials.write_private(tmp_path / "signing-key.pem", credentials.new_signing_key())
    credentials.write_private(tmp_path / "api-keys.txt", f"portal: {credentials.new_api_key()}\n".encode())
    credentials.write_private(tmp_path / "sealing-keys.txt", f"{new_sealing_key()}\n".encode())
    port = free_port(socket.SOCK_STREAM)
    (tmp_path / "vdxmedia.toml").write_text(
        f"""
        [http]
        public_url = "https://127.0.0.1:{port}"
        binds = ["127.0.0.1:{port}"]
        certificate_file = "{tmp_path}/certificate.pem"
        certificate_key_file = "{tmp_path}/certificate-key.pem"
        [media]
        binds = ["127.0.0.1:0"]
        socket_buffer_bytes = 268435456
        [store]
        url = "sqlite:///{tmp_path}/vdxmedia.db"
        sealing_key_file = "{tmp_path}/sealing-keys.txt"
        [tokens]
        signing_key_file = "{tmp_path}/signing-key.pem"
        [api]
        keys_file = "{tmp_path}/api-keys.txt"
        """
    )
    return ["serve", "--config", str(tmp_path / "vdxmedia.toml")]


async def test_serve_speaks_tls_logs_json_and_ends_clean(production: list[str], tmp_path: Path) -> None:
    async with started(*production) as process:
        line = json.loads(await line_with(process.stderr, "server_started"))
        assert line["event"] == "server_started"
        warning = json.loads(await line_with(process.stderr, "rmem_max"))
        assert warning["level"] == "warning"
        assert "sysctl -w net.core.rmem_max=268435456" in warning["event"]
        trust = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
        secret = (tmp_path / "api-keys.txt").read_text().split(": ")[1].strip()
        url = f"https://{line['http']}"
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as http:
            async with http.get(f"{url}/readyz") as answer:
                assert answer.status == 200
                assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
            headers = {"Authorization": f"Bearer {secret}"}
            async with http.post(f"{url}/api/v1/rooms", json={"subject": "Fortroligt"}, headers=headers) as answer:
                made = await answer.json()
                assert answer.status == 201
                assert made["hostUrl"].startswith(f"{url}/r/")
        process.send_signal(signal.SIGTERM)
        output, log = await process.communicate()
        assert process.returncode == 0, log.decode()
        assert b"Fortroligt" not in log
        assert secret.encode() not in log + output
        assert all(json.loads(entry)["event"] for entry in log.splitlines())


async def test_serve_ends_with_a_configuration_error_and_no_traceback(production: list[str], tmp_path: Path) -> None:
    (tmp_path / "api-keys.txt").write_text("portal: short\n")
    async with started(*production) as process:
        _, complaint = await process.communicate()
        assert process.returncode == 2
        assert b"weak" in complaint
        assert b"Traceback" not in complaint


class Guest:
    """A participant by the bare protocol (engine.io 4, socket.io 5): it ends when the socket ends, at once."""

    def __init__(self, http: aiohttp.ClientSession, link: str) -> None:
        self._http = http
        self._base, _, self._token = link.partition("#t=")
        self.events: list[dict[str, Any]] = []
        self._socket: aiohttp.ClientWebSocketResponse

    async def __aenter__(self) -> Guest:
        origin = self._base.partition("/r/")[0]
        self._socket = await self._http.ws_connect(f"{origin}/socket.io/?EIO=4&transport=websocket")
        await self._socket.send_str("40" + json.dumps({"protocol": 1, "token": self._token}))
        await self._until("40")
        answer = await self.command({"type": "join", "name": "Bo"})
        assert answer["type"] == "joined", answer
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._socket.close()

    async def command(self, command: dict[str, Any]) -> dict[str, Any]:
        """Sends a command and gives its acknowledgement."""
        await self._socket.send_str("421" + json.dumps(["command", command]))
        answer: dict[str, Any] = json.loads((await self._until("431")).removeprefix("431"))[0]
        return answer

    async def hears(self, kind: str) -> dict[str, Any]:
        """The first event of this type."""
        while not any(event["type"] == kind for event in self.events):
            await self._until("42")
        return next(event for event in self.events if event["type"] == kind)

    async def _until(self, prefix: str) -> str:
        """The next frame with this prefix; on the way events are kept and acknowledged. Refusals fail the test."""
        while True:
            frame = await self._socket.receive_str(timeout=PATIENCE_S)
            assert not frame.startswith("44"), frame
            number, bracket, _ = frame.removeprefix("42").partition("[")
            if frame == "2":
                await self._socket.send_str("3")
            elif frame.startswith("42") and bracket:
                self.events += json.loads(frame[2 + len(number) :])[1]
                if number:
                    await self._socket.send_str(f"43{number}[]")
            if frame.startswith(prefix):
                return frame


async def test_stop_tells_clients_waits_for_them_and_refuses_newcomers() -> None:
    async with assembled() as server:
        room = await server.open_room()
        async with Guest(server.http, room["guestUrl"]) as guest:
            stopping = asyncio.create_task(server.server.stop(PATIENCE_S), name="stop")
            assert (await guest.hears("stopping"))["reconnectAfter"] > 0
            async with server.get("/readyz") as answer:
                assert answer.status == 503
            with pytest.raises(AssertionError, match="server_stopping"):
                async with Guest(server.http, room["hostUrl"]):
                    pass
            assert not stopping.done()
            await guest.command({"type": "leave"})
            await stopping


async def test_stop_ends_at_its_deadline_who_has_not_left() -> None:
    async with assembled() as server, Guest(server.http, (await server.open_room())["guestUrl"]) as guest:
        await server.server.stop(0.05)
        assert (await guest.hears("ended"))["canRejoin"] is True


async def test_second_signal_ends_the_waiting(production: list[str], tmp_path: Path) -> None:
    with (tmp_path / "vdxmedia.toml").open("a") as file:
        file.write("\n[stop]\ndeadline_s = 3600\n")
    trust = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    secret = (tmp_path / "api-keys.txt").read_text().split(": ")[1].strip()
    async with (
        started(*production) as process,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as http,
    ):
        url = f"https://{json.loads(await line_with(process.stderr, 'server_started'))['http']}"
        headers = {"Authorization": f"Bearer {secret}"}
        async with http.post(f"{url}/api/v1/rooms", json={}, headers=headers) as answer:
            room = await answer.json()
        async with Guest(http, room["guestUrl"]) as guest:
            process.send_signal(signal.SIGTERM)
            await guest.hears("stopping")
            async with http.get(f"{url}/readyz") as answer:
                assert (answer.status, (await answer.json())["reason"]) == (503, "draining")
            assert process.returncode is None
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0


async def test_websocket_from_a_foreign_page_is_refused() -> None:
    async with assembled() as server:
        for origin, status in ((server.url, 101), ("https://attacker.example", 400)):
            headers = {"Origin": origin}
            try:
                async with server.http.ws_connect(
                    f"{server.url}/socket.io/?EIO=4&transport=websocket", headers=headers
                ):
                    got = 101
            except aiohttp.WSServerHandshakeError as error:
                got = error.status
            assert got == status, origin


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("sqlite:///{directory}/nowhere/store.db", 2, "is not there; make it"),
        ("postgresql://vdxmedia@127.0.0.1:1/vdxmedia", 1, "cannot be opened"),
    ],
)
async def test_store_that_cannot_be_used_ends_the_start_with_a_line_and_its_exit_code(
    production: list[str], tmp_path: Path, url: str, code: int, said: str
) -> None:
    async with started(*production, "--set", f"store.url={url.format(directory=tmp_path)}") as process:
        _, complaint = await process.communicate()
        assert process.returncode == code, complaint.decode()
        assert said in complaint.decode()
        assert "Traceback" not in complaint.decode()
