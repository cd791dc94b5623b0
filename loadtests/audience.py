"""Hundreds who only listen, in a process of their own, so that what they cost delays nobody who measures.

    python -m loadtests.audience URL

is started by `run_audience`, which speaks to it in lines of JSON: people join when they are asked to, and the answer
says how long each took; `Ask` is answered with what all of them have been told so far. They leave when the process
is ended. What one person does is `listener.py`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import aiohttp
import msgspec

from loadtests.listener import Listener

AT_ONCE = 8
"""Connections being made when no pace is asked for."""
ANSWER_TIMEOUT_S = 180.0
END_TIMEOUT_S = 30.0
MAX_LINE_BYTES = 16 * 1024 * 1024
STAMP = "sent at "
"""In a chat message, followed by the monotonic clock's nanoseconds (one clock for all processes of a machine)."""


class Enter(msgspec.Struct, frozen=True, tag="enter"):
    """One more person by each link, `every_s` after the one before; 0: `AT_ONCE` at a time."""

    links: Sequence[str]
    every_s: float = 0.0


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    pass


class Entered(msgspec.Struct, frozen=True):
    took_s: list[float]
    """From the first packet of TCP to the answer to the join, each."""
    refused: dict[str, int]
    """By what was said; of all but these it is known how long they took."""
    late_s: float
    """How far behind its pace the process came at worst: what is more than a moment is the load's fault."""
    whole_s: float


class Told(msgspec.Struct, frozen=True):
    lists: int
    """WebSocket messages with events."""
    events: dict[str, int]
    delays_ms: list[float]
    """Of the stamped messages since the last question."""
    ended: int
    """Whose connection is gone."""
    cpu_ns: int


class _Hearer(Listener):
    """Notes how old a stamped message is."""

    delays_ms: list[float]

    def _count(self, body: str) -> None:
        super()._count(body)
        at = body.find(STAMP)
        if at >= 0:
            stamp = body[at + len(STAMP) :].partition('"')[0]
            self.delays_ms.append((time.monotonic_ns() - int(stamp)) / 1e6)


class Audience:
    """The process, as its owner sees it. One question at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def enter(self, links: Sequence[str], every_s: float = 0.0) -> Entered:
        """Raises: TimeoutError."""
        return msgspec.json.decode(await self._ask(Enter(links, every_s)), type=Entered)

    async def told(self) -> Told:
        """Raises: TimeoutError."""
        return msgspec.json.decode(await self._ask(Ask()), type=Told)

    async def _ask(self, question: Enter | Ask) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(question) + b"\n")
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the audience's process has ended")
        return line


@contextlib.asynccontextmanager
async def run_audience(base_url: str, *, under: Sequence[str] = ()) -> AsyncIterator[Audience]:
    """`under`: the command that runs it, as `taskset`."""
    process = await asyncio.create_subprocess_exec(
        *under, sys.executable, "-m", "loadtests.audience", base_url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=MAX_LINE_BYTES,
    )  # fmt: skip
    try:
        yield Audience(process)
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(END_TIMEOUT_S):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class _People:
    def __init__(self, stack: contextlib.AsyncExitStack, http: aiohttp.ClientSession, base_url: str) -> None:
        self._stack = stack
        self._http = http
        self._base_url = base_url
        self._delays_ms: list[float] = []
        self._members: list[_Hearer] = []

    async def enter(self, asked: Enter) -> Entered:
        took_s: list[float] = []
        refused: Counter[str] = Counter()
        began_s, late_s = time.monotonic(), 0.0
        places = asyncio.Semaphore(AT_ONCE if asked.every_s <= 0 else len(asked.links))

        async def one(link: str) -> None:
            async with places:
                try:
                    took_s.append(await self._one_more(link))
                except (RuntimeError, aiohttp.ClientError, OSError, TimeoutError, TypeError) as error:
                    refused[f"{type(error).__name__}: {error}"[:120]] += 1

        async with asyncio.TaskGroup() as group:
            for number, link in enumerate(asked.links):
                ahead_s = began_s + number * asked.every_s - time.monotonic()
                late_s = max(late_s, -ahead_s) if asked.every_s > 0 else 0.0
                await asyncio.sleep(max(0.0, ahead_s))
                group.create_task(one(link))
        return Entered(took_s, dict(refused), late_s, time.monotonic() - began_s)

    async def _one_more(self, link: str) -> float:
        began_s = time.monotonic()
        member = _Hearer(self._http, self._base_url, link, f"Lytter {len(self._members)}")
        member.delays_ms = self._delays_ms
        await self._stack.enter_async_context(member)
        await member.join()
        took_s = time.monotonic() - began_s
        self._members.append(member)
        return took_s

    def told(self) -> Told:
        events: Counter[str] = Counter()
        for member in self._members:
            events.update(member.events)
        delays_ms, self._delays_ms[:] = list(self._delays_ms), []
        lists = sum(member.lists for member in self._members)
        ended = sum(member.is_over for member in self._members)
        return Told(lists, dict(events), delays_ms, ended, time.process_time_ns())


async def serve(base_url: str) -> None:
    reader = asyncio.StreamReader(limit=MAX_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with contextlib.AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0, ssl=False)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        people = _People(stack, http, base_url)
        while line := await reader.readline():
            asked = msgspec.json.decode(line, type=Enter | Ask)
            answer: Entered | Told = await people.enter(asked) if isinstance(asked, Enter) else people.told()
            sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
