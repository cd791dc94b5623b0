"""Servers that are killed, stopped or robbed of their disk, as processes with a real file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import signal
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.assembled import assembled
from tests.fakes.signalling_server import HasUrl, connected, until
from tests.killable import Running, development_server
from tests.patience import PATIENCE_S
from tests.server import free_port


@pytest.fixture
def port() -> int:
    """The same at each start: it is in the links."""
    return free_port(socket.SOCK_STREAM)


async def joined(server: HasUrl, link: str) -> dict[str, Any]:
    """What the room answers to somebody who opens the link."""
    async with connected(server, link.partition("#t=")[2]) as client:
        return await client.join("Anna")


async def test_room_and_links_work_after_a_kill(port: int, tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    async with development_server(port, store) as server:
        status, made = await server.post(subject="Samtale")
        assert status == 201, made
        server.process.kill()  # in the moment of the answer
    async with development_server(port, store) as server:
        status, shown = await server.get(f"/api/v1/rooms/{made['roomId']}")
        assert (status, shown["subject"]) == (200, "Samtale")
        for link in (made["hostUrl"], made["guestUrl"]):
            answer = await joined(server, link)
            assert answer["type"] == "joined", answer
            assert answer["room"]["subject"] == "Samtale"


async def test_every_room_that_was_answered_is_there_after_a_kill_in_the_middle(port: int, tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    answered: list[str] = []

    async def open_rooms(server: Running) -> None:
        with contextlib.suppress(aiohttp.ClientError):
            while True:
                status, made = await server.post()
                assert status == 201, made
                answered.append(made["roomId"])

    async with development_server(port, store) as server, asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(open_rooms(server))
        while len(answered) < 40:
            await asyncio.sleep(0.001)
        server.process.kill()
    async with development_server(port, store) as server:
        statuses = {room: (await server.get(f"/api/v1/rooms/{room}"))[0] for room in answered}
    assert set(statuses.values()) == {200}


async def test_closed_room_stays_closed_and_stopped_server_loses_nothing(port: int, tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    async with development_server(port, store) as server:
        _, kept = await server.post(subject="kept")
        _, closed = await server.post(subject="closed")
        async with server.http.delete(f"/api/v1/rooms/{closed['roomId']}") as answer:
            assert answer.status == 204
        server.process.send_signal(signal.SIGTERM)
        assert await server.process.wait() == 0
    async with development_server(port, store) as server:
        assert (await server.get(f"/api/v1/rooms/{kept['roomId']}"))[0] == 200
        assert (await server.get(f"/api/v1/rooms/{closed['roomId']}"))[0] == 404


async def test_call_goes_on_after_a_kill_with_the_same_seats_and_what_was_said_of_them(
    port: int, tmp_path: Path
) -> None:
    store = tmp_path / "store.db"
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(development_server(port, store))
        _, made = await server.post(mode="training", guestVisibility="hosts")
        people = []
        for link, name in ((made["hostUrl"], "Vært"), (made["guestUrl"], "Anna"), (made["guestUrl"], "Bo")):
            client = await stack.enter_async_context(connected(server, link.partition("#t=")[2]))
            assert (await client.join(name))["type"] == "joined"
            people.append(client)
        host, anna, bo = people
        await anna.command("setSource", source="camera", active=True)
        await until_kept(
            store,
            lambda kept: [person["sources"][1].get("is_active", False) for person in kept] == [False, True, False],
        )
        server.process.kill()
        await server.process.wait()
        for client in people:
            await until(lambda client=client: client.is_closed)  # type: ignore[misc]
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(development_server(port, store))
        seen: dict[str, dict[str, Any]] = {}
        for before in (bo, anna, host):
            client = await stack.enter_async_context(connected(server, before.joined["token"]))
            resume = {"session": before.joined["session"], "sequence": before.joined["sequence"]}
            answer = await client.join(resume=resume)
            assert answer["type"] == "joined", answer
            assert answer["participantId"] == before.id
            assert not answer["mediaAlive"]
            seen[before.id] = {one["id"]: one for one in answer["participants"]}
        assert set(seen[bo.id]) == {bo.id, host.id}, "guests do not know of each other here, before and after"
        assert set(seen[anna.id]) == {anna.id, host.id}
        assert set(seen[host.id]) == {host.id, anna.id, bo.id}
        assert seen[host.id][anna.id]["sources"][1]["active"]
        assert seen[host.id][anna.id]["name"] == "Anna"
        async with server.http.get(f"/api/v1/rooms/{made['roomId']}/attendance") as answer_:
            assert len((await answer_.json())["stays"]) == 3, "one stay each, over the restart"


async def until_kept(store: Path, holds: Callable[[list[dict[str, Any]]], bool]) -> None:
    """Waits until the people of the one live conference are so in the file."""

    def read() -> list[dict[str, Any]]:
        with contextlib.closing(sqlite3.connect(store)) as connection:
            (state,) = connection.execute("SELECT state FROM conferences").fetchone() or (
                b'{"conference":{"people":[]}}',
            )
        people: list[dict[str, Any]] = json.loads(state)["conference"]["people"]
        return people

    async with asyncio.timeout(PATIENCE_S):
        while not holds(await asyncio.to_thread(read)):
            await asyncio.sleep(0.02)


async def test_disk_that_is_full_refuses_rooms_and_nothing_else_until_there_is_space(port: int, tmp_path: Path) -> None:
    async with development_server(port, tmp_path / "store.db") as server:
        _, before = await server.post(subject="before")
        journal = (tmp_path / "store.db-wal").stat().st_size
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (journal, resource.RLIM_INFINITY))
        status, problem = await server.post(subject="no space")
        assert (status, problem["code"]) == (503, "store_unavailable")
        assert problem["retryAfter"] > 0
        assert await server.get("/readyz") == (200, {"ready": True, "degraded": ["store"]})
        assert (await joined(server, before["hostUrl"]))["type"] == "joined"
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        while "degraded" in (await server.get("/readyz"))[1]:
            await asyncio.sleep(0.05)
        status, after = await server.post(subject="space again")
        assert status == 201
        server.process.kill()
    async with development_server(port, tmp_path / "store.db") as server:
        for made in (before, after):
            assert (await server.get(f"/api/v1/rooms/{made['roomId']}"))[0] == 200


@pytest.mark.usefixtures("expected_errors")
async def test_file_that_another_process_locks_refuses_rooms_and_calls_go_on(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with assembled({"store.url": f"sqlite:///{path}"}) as server:
        made = await server.open_room()
        other = await asyncio.to_thread(sqlite3.connect, path, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        async with server.post("/api/v1/rooms", {}) as answer:
            assert (answer.status, (await answer.json(content_type=None))["code"]) == (503, "store_unavailable")
        async with server.get("/readyz") as answer:
            assert await answer.json() == {"ready": True, "degraded": ["store"]}
        async with server.get("/metrics") as answer:
            assert "vdx_store_failing 1.0" in await answer.text()
        assert (await joined(server, made["guestUrl"]))["type"] == "joined"
        await asyncio.to_thread(other.rollback)
        other.close()
        async with asyncio.timeout(PATIENCE_S):
            while server.server.degraded():
                await asyncio.sleep(0.01)
        await server.open_room()
