"""The client processes, from the engine's side: starts them, asks, listens for their heartbeats, ends them.

Left out: what participants are (`client`) and what they are to do (`stage`).
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from loadtests import native
from loadtests.child import beside, first_line, run_child
from loadtests.run import wire

START_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = 90.0
"""Longer than what a client itself waits for: connecting, joining, and media, 20 s each."""
END_TIMEOUT_S = 15.0
T = TypeVar("T")


class ClientFailed(Exception):
    """A client process ended, or did not answer."""


class Failed(Exception):
    """What was asked did not work; the text is the reply's `error`."""

    @property
    def code(self) -> str:
        """Of a refusal: the server's stable code; else empty."""
        return str(self).removeprefix("refused ") if str(self).startswith("refused ") else ""


class ClientProcess:
    """One of them. Not task-safe but for asking."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: dict[int, asyncio.Future[wire.Reply]] = {}
        self._asked = 0
        self.heartbeat: wire.Heartbeat | None = None
        self.has_beaten = asyncio.Event()

    def next_id(self) -> int:
        self._asked += 1
        return self._asked

    async def ask(self, request: wire.Request, body: type[T]) -> T:
        """Raises: Failed, ClientFailed."""
        answer = self._answers[request.id] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(request) + b"\n")
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await self._process.stdin.drain()
                reply = await answer
        except (TimeoutError, ConnectionError) as error:
            raise ClientFailed(f"a client process did not answer {type(request).__name__}: {error!r}") from error
        finally:
            self._answers.pop(request.id, None)
        if reply.error:
            raise Failed(reply.error)
        return msgspec.json.decode(reply.body, type=body)

    async def read(self) -> None:
        """Until the process has ended."""
        assert self._process.stdout is not None
        decoder = msgspec.json.Decoder(wire.Line)
        while line := await self._process.stdout.readline():
            match decoder.decode(line):
                case wire.Reply() as reply:
                    answer = self._answers.get(reply.id)
                    if answer is not None and not answer.done():
                        answer.set_result(reply)
                case wire.Heartbeat() as heartbeat:
                    self.heartbeat = heartbeat
                    self.has_beaten.set()
                case wire.Ready():
                    pass
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ClientFailed("a client process has ended"))


@contextlib.asynccontextmanager
async def run_client() -> AsyncIterator[ClientProcess]:
    """Starts one and ends it."""
    command = (sys.executable, "-m", "loadtests.run.client")
    async with run_child(*command, line_bytes=wire.MAX_LINE_BYTES, directory=native.ROOT) as process:
        if not (line := await first_line(process, START_TIMEOUT_S)):
            raise ClientFailed("a client process ended at its start")
        msgspec.json.decode(line, type=wire.Ready)
        client = ClientProcess(process)
        async with beside(client.read(), "client-lines"):
            yield client
            await client.ask(wire.Quit(id=client.next_id()), type(None))
            async with asyncio.timeout(END_TIMEOUT_S):
                code = await process.wait()
            if code != 0:
                raise ClientFailed(f"a client process ended with {code}")
