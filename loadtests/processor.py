"""What a server's process takes of the machine: processor time by thread, memory, and what it says of itself.

Left out: starting it (`tests/server.py`) and what is inside (`watched.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from pathlib import Path

import msgspec

from tests.server import Server

RELAY_THREAD = "vdx-relay"
"""What the names of the relay's threads begin with."""
WATCHED = "Watched: "
"""What a watched server's line begins with."""
WATCHED_MODULE = "loadtests.watched"
ANSWER_TIMEOUT_S = 30.0


class Watched(msgspec.Struct, frozen=True):
    """What a watched server prints on SIGRTMIN."""

    spent_ns: dict[str, int]
    """Of the event loop's thread: `sdp`, `plane` (commands to the relay and events from it), `dtls`; signalling is the
    rest of that thread, and of it `handshake` (HTTP's upgrade), `commands`, `room` (who sees whom), `telling`, and
    `keeping` (the room's state for the store)."""
    objects: int
    """That the garbage collector knows, after a collection."""
    kinds: dict[str, int]
    holders: list[str]


class Threads(msgspec.Struct, frozen=True):
    """Nanoseconds on a processor since each thread began."""

    loop_ns: int
    """Python's event loop: the process's first thread."""
    relay_ns: int
    others_ns: int
    """Python's executor, and the resolver's."""

    @property
    def python_ns(self) -> int:
        return self.loop_ns + self.others_ns

    def since(self, before: Threads) -> Threads:
        return Threads(
            self.loop_ns - before.loop_ns, self.relay_ns - before.relay_ns, self.others_ns - before.others_ns
        )


def threads(pid: int) -> Threads:
    """By thread (proc(5), schedstat)."""
    spent = {"loop": 0, "relay": 0, "others": 0}
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # It has just ended.
            ns = int((task / "schedstat").read_text().split()[0])
            is_relay = (task / "comm").read_text().startswith(RELAY_THREAD)
            spent["relay" if is_relay else "loop" if int(task.name) == pid else "others"] += ns
    return Threads(spent["loop"], spent["relay"], spent["others"])


def waits_ns(pid: int) -> dict[int, int]:
    """By thread, how long the event loop's and the relay's were ready and had no core (proc(5), schedstat)."""
    waited = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # It has just ended.
            if int(task.name) == pid or (task / "comm").read_text().startswith(RELAY_THREAD):
                waited[int(task.name)] = int((task / "schedstat").read_text().split()[1])
    return waited


def wakeups(pid: int) -> int:
    """How often the event loop's thread had nothing to do and was woken (proc(5), status)."""
    return int(_status(pid, "voluntary_ctxt_switches"))


def resident_bytes(pid: int) -> int:
    """The process's own pages in memory (proc(5), status: RssAnon); files that are mapped are not counted."""
    return int(_status(pid, "RssAnon").split()[0]) * 1024


def _status(pid: int, name: str) -> str:
    """Raises: OSError when this kernel tells no such thing."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        known, _, value = line.partition(":")
        if known == name:
            return value.strip()
    raise OSError(f"this kernel tells no {name}")


PLAIN_TURNS = 20_000
PLAIN_PEOPLE = 200
PLAIN_ROUNDS = 15


def plain_work() -> int:
    """A fixed piece of work that has nothing of this program: `PLAIN_TURNS` turns of a loop in Python, and a list of
    `PLAIN_PEOPLE` people to JSON and back with the standard library. Gives what nobody needs. Not to be changed: its
    price is what figures of two processors are compared by."""
    total = 0
    for number in range(PLAIN_TURNS):
        total = (total * 31 + number) % 1_000_003
    people = [{"id": f"p{number}", "name": f"Lytter {number}", "on": [True, False]} for number in range(PLAIN_PEOPLE)]
    return total + len(json.loads(json.dumps(people)))


def plain_work_ms() -> list[float]:
    """Processor time of it, each of `PLAIN_ROUNDS` times: the lowest is the processor's, what the median has more is
    others' work beside it."""
    took_ms = []
    for _ in range(PLAIN_ROUNDS):
        before_ns = time.thread_time_ns()
        plain_work()
        took_ms.append((time.thread_time_ns() - before_ns) / 1e6)
    return took_ms


async def ask(server: Server) -> Watched:
    """What a watched server says of itself now; it collects garbage first. Raises: TimeoutError."""
    before = sum(line.startswith(WATCHED) for line in server.output)
    os.kill(server.pid, signal.SIGRTMIN)
    async with asyncio.timeout(ANSWER_TIMEOUT_S):
        while True:
            lines = [line for line in server.output if line.startswith(WATCHED)]
            if len(lines) > before:
                return msgspec.json.decode(lines[-1].removeprefix(WATCHED), type=Watched)
            await asyncio.sleep(0.02)
