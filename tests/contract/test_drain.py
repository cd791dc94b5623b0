"""A server that is drained by its operator, as a process with real clients: begun, undone, at its deadline, ended."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tests.fakes.signalling_server import Client, connected, until
from tests.killable import Running, development_server
from tests.server import free_port
from vdxmedia.api.auth import DEVELOPMENT_KEY
from vdxmedia.cli import app

EXIT_WITHIN_S = 10.0
"""With nobody to wait for; a second on a quiet machine."""
PATH = "/api/v1/admin/drain"


async def drain(server: Running, method: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    async with server.http.request(method, PATH, json=body) as answer:
        return answer.status, await answer.json(content_type=None)


async def gauge(server: Running, name: str) -> float:
    async with server.http.get("/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return next(float(line.partition(" ")[2]) for line in lines if line.startswith(f"{name} "))


async def joined(server: Running, stack: contextlib.AsyncExitStack, link: str, **fields: Any) -> Client:
    client = await stack.enter_async_context(connected(server, link.partition("#t=")[2]))
    await client.join("Anna", **fields)
    return client


async def by_command(server: Running, *options: str, key: str = DEVELOPMENT_KEY) -> str:
    """What `vdxmedia drain` says."""
    line = ["drain", "--url", server.url, *options]
    done = await asyncio.to_thread(CliRunner().invoke, app, line, env={"VDXMEDIA_KEY": key})
    return done.output if done.exit_code == 0 else f"{done.exit_code} {done.output}"


async def until_ready_is(server: Running, is_ready: bool) -> None:
    """Bounded by the server's own time."""
    while (await server.get("/readyz"))[0] != (200 if is_ready else 503):
        await asyncio.sleep(0.05)


def again(client: Client) -> dict[str, Any]:
    return {"session": client.joined["session"], "sequence": client.joined["sequence"]}


async def test_a_drained_server_keeps_its_calls_until_the_deadline_and_takes_people_again_when_undone(
    tmp_path: Path,
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            development_server(free_port(socket.SOCK_STREAM), tmp_path / "store.db")
        )
        for method in ("GET", "POST", "DELETE"):
            async with server.http.request(method, PATH, json={}, headers={"Authorization": "Bearer x"}) as answer:
                assert answer.status == 401
        for body in ({"deadlineS": -1}, {"deadlineS": 86_401}, {"deadlineS": "1"}, {"deadline": 1}):
            assert (await drain(server, "POST", body))[0] == 422, body
        assert (await by_command(server, key="wrong")).startswith("2 vdxmedia: key_invalid: ")
        _, room = await server.post(subject="Samtale")
        _, quiet = await server.post()
        anna = await joined(server, stack, room["hostUrl"])
        bo = await joined(server, stack, room["guestUrl"])

        status, said = await drain(server, "POST", {"deadlineS": 600})
        assert (status, said["state"], said["reason"]) == (200, "draining", "operator")
        assert (said["calls"], said["participants"]) == (1, 2)
        assert (await server.get("/readyz")) == (503, {"ready": False, "reason": "draining"})
        assert await gauge(server, "vdx_draining") == 1
        status, refused = await server.post()
        assert (status, refused["code"]) == (503, "server_stopping")
        for link in (room["guestUrl"], quiet["guestUrl"]):
            late = await joined(server, stack, link)
            assert (late.joined["type"], late.joined["code"]) == ("error", "server_stopping")
            assert late.joined["retryAfter"] > 0
        await bo.cut()
        back = await joined(server, stack, room["guestUrl"], resume=again(bo))
        assert back.joined["participantId"] == bo.id, "who was in the call comes back to it"
        assert not anna.of_type("stopping"), "a call that may go on for ten minutes need not hear of it"

        assert "1 calls with 2 people" in await by_command(server, "--show")
        assert (await by_command(server, "--undo")).startswith("serving: ")
        assert (await server.get("/readyz"))[0] == 200
        assert await gauge(server, "vdx_draining") == 0
        server.process.send_signal(signal.SIGUSR1)
        await until_ready_is(server, False)
        assert (await server.post())[1]["code"] == "server_stopping"
        server.process.send_signal(signal.SIGUSR2)
        await until_ready_is(server, True)
        cy = await joined(server, stack, room["guestUrl"])
        assert cy.joined["type"] == "joined"

        first = (await drain(server, "POST", {"deadlineS": 600}))[1]
        second = (await drain(server, "POST", {"deadlineS": 0}))[1]
        assert second["since"] == first["since"]
        assert second["deadline"] < first["deadline"]
        assert (await anna.until_event("stopping"))["reconnectAfter"] > 0
        ended = await anna.until_event("ended")
        assert (ended["reason"], ended["canRejoin"]) == ("ended", True)
        await until(lambda: anna.is_closed and back.is_closed and cy.is_closed)
        status, said = await drain(server, "GET")
        assert (said["state"], said["calls"], said["participants"]) == ("draining", 0, 0)
        refused_back = await joined(server, stack, room["hostUrl"], resume=again(anna))
        assert refused_back.joined["code"] == "server_stopping"

        assert (await drain(server, "DELETE"))[1]["state"] == "serving"
        host = await joined(server, stack, room["hostUrl"], resume=again(anna))
        assert host.joined["participantId"] == anna.id
        assert {one["id"] for one in host.joined["participants"]} == {anna.id, bo.id, cy.id}, "as it was cut off"
        assert (await server.post())[0] == 201

        # The process ends while it drains: SIGTERM has the last word. What the next one knows: test_restart.py.
        assert (await drain(server, "POST", {"deadlineS": 0}))[0] == 200
        await until(lambda: host.is_closed)
        server.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(EXIT_WITHIN_S):
            assert await server.process.wait() == 0
