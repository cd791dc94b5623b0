"""Servers that stop and die under several rooms: everybody is back soon, to what was, and what was booked is there.

With real socket clients and a process with a store, without media. The bounds leave the start of the process out, which
is the machine's; with it, and with pictures, on a quiet machine: `python -m loadtests run reconnect-storm`.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import socketio

from loadtests.run.scenarios.reconnect_storm import kept
from tests.fakes.signalling_server import Client, connected
from tests.killable import Running, development_server
from tests.server import free_port
from vdxmedia import credentials
from vdxmedia.assembly.development import ORGANISATION
from vdxmedia.booking.audit import ChainCheck
from vdxmedia.store.administration import open_beside_server
from vdxmedia.store.audit import AuditLog

ROOMS = 3
BACK_WITHIN_S = {signal.SIGTERM: 5.0, signal.SIGKILL: 10.0}
"""Of the signal, the new process's start left out."""
TRY_EVERY_S = 0.1
GIVE_UP_S = 60.0
AGE_S = 1.0
"""What is stored is at most so old."""
DRAIN = "/api/v1/admin/drain"


@dataclass
class Person:
    """One client, over all its connections."""

    link: str
    name: str
    session: str = ""
    client: Client | None = None
    told: dict[str, Any] = field(default_factory=dict)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def join(self, server_url: str) -> bool:
        """Where he was, if he was there. False: not now."""
        await self._stack.aclose()
        try:
            self.client = await self._stack.enter_async_context(
                connected(_At(server_url), self.link.partition("#t=")[2])
            )
            if self.client.refusal is not None:
                return False
            resume = {"resume": {"session": self.session, "sequence": 0}} if self.session else {}
            answer = await self.client.join(self.name, **resume)
        except (TimeoutError, OSError, aiohttp.ClientError, socketio.exceptions.SocketIOError):
            return False
        if answer["type"] == "error":
            assert answer["code"] == "server_stopping", answer
            return False
        self.session, self.told = answer["session"], kept(answer)
        return True

    async def until_back(self, server_url: str) -> float:
        """When he was."""
        async with asyncio.timeout(GIVE_UP_S):
            while not await self.join(server_url):
                await asyncio.sleep(TRY_EVERY_S)
        return time.monotonic()

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        assert self.client is not None
        answer = await self.client.command(type, **fields)
        assert answer["type"] != "error", answer
        return answer

    async def close(self) -> None:
        await self._stack.aclose()


@dataclass
class _At:
    url: str


async def furnish(server: Running, number: int) -> list[Person]:
    """A training whose guests do not know of each other: one has the floor, one has asked for it, one knocks."""
    _, room = await server.post(
        subject=f"Hold {number}", mode="training", guestVisibility="hosts", floorPolicy="moderated"
    )
    host, speaker, asker, waiter = people = [
        Person(room["hostUrl" if name == "Vært" else "guestUrl"], name) for name in ("Vært", "Anna", "Bo", "Otto")
    ]
    for one in (host, speaker, asker):
        assert await one.join(server.url)
    for one in (speaker, asker):
        await one.ask("requestFloor")
    assert await host.join(server.url)
    assert host.client is not None
    floor = next(one for one in host.client.joined["documents"] if one["type"] == "floor")
    await host.ask("grantFloor", request=floor["speech"]["queue"][0]["request"])
    await host.ask("lockRoom", locked=True)
    assert await waiter.join(server.url)
    for one in people:
        assert await one.join(server.url)
    assert [len(host.told["floor"]["speech"][place]) for place in ("holders", "queue")] == [1, 1]
    assert (len(host.told["lobby"][1]), waiter.told["type"]) == (1, "waiting")
    assert len(speaker.told["people"]) == 2, "himself and the host"
    return people


async def book(server: Running, number: int) -> str:
    begins = datetime.now(UTC) + timedelta(days=1)
    status, made = 0, {}
    body = {
        "organisation": ORGANISATION, "subject": f"Aftale {number}",
        "startTime": begins.isoformat(), "endTime": (begins + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    async with server.http.post("/api/v1/meetings", json=body) as answer:
        status, made = answer.status, await answer.json()
    assert status == 201, made
    return str(made["uuid"])


async def audit(store: Path) -> list[str]:
    """What was done to which meeting, after the chain has been looked at."""
    sealer = credentials.for_development().sealer
    noted = []
    async with open_beside_server(f"sqlite:///{store}", "") as units:
        log, check = AuditLog(units, sealer), ChainCheck(sealer.digest)
        async for head, _ in log.days(ORGANISATION, "0000-00-00", "9999-99-99"):
            check.day(head)
            async for line in log.entries(ORGANISATION, head.day):
                check.entry(line.entry, line.email)
                noted.append(str(line.entry))
            check.end_of_day()
    return noted


async def test_after_a_stop_and_a_kill_everybody_is_back_to_what_was_and_bookings_and_audit_are_whole(
    tmp_path: Path,
) -> None:
    port, store = free_port(socket.SOCK_STREAM), tmp_path / "store.db"
    async with contextlib.AsyncExitStack() as stack:
        running = contextlib.AsyncExitStack()
        stack.push_async_callback(lambda: running.aclose())
        server = await running.enter_async_context(development_server(port, store))
        rooms = [await furnish(server, number) for number in range(ROOMS)]
        people = [one for room in rooms for one in room]
        for one in people:
            stack.push_async_callback(one.close)
        before = [one.told for one in people]
        booked: list[str] = []
        for how, bound_s in BACK_WITHIN_S.items():
            booked.append(await book(server, len(booked)))
            await asyncio.sleep(AGE_S)
            if how is signal.SIGKILL:  # nor does a drain outlast the process
                async with server.http.post(DRAIN, json={"deadlineS": 600}) as answer:
                    assert answer.status == 200
            noted = await audit(store)
            assert len(noted) >= len(booked)
            began_s = time.monotonic()
            server.process.send_signal(how)
            async with asyncio.TaskGroup() as tasks:
                url = server.url
                await server.process.wait()
                ended_s = time.monotonic()
                coming = [tasks.create_task(one.until_back(url), name="comes back") for one in people]
                await running.aclose()
                running = contextlib.AsyncExitStack()
                server = await running.enter_async_context(development_server(port, store))
                start_s = time.monotonic() - ended_s
            back_s = max(task.result() for task in coming) - began_s
            sys.stdout.write(f"{how.name}: {len(people)} back after {back_s:.2f} s, {start_s:.2f} s of it the start\n")
            assert back_s - start_s <= bound_s
            for one in people:  # those who came first could not be told of the others
                assert await one.join(server.url)
            assert [one.told for one in people] == before
            for uuid in booked:
                assert (await server.get(f"/api/v1/meetings/{uuid}"))[0] == 200
            assert (await audit(store))[: len(noted)] == noted
            async with server.http.get(DRAIN) as answer:
                assert (await answer.json())["state"] == "serving"
