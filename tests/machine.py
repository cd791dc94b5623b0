"""What the machine gave the processes of a test meanwhile, so that a stalled machine is told apart from a stalled call.

What a limit promises to people is kept: it is stretched by as much as these processes were slowed down. On Linux the
kernel tells for each thread how long it ran and how long it was ready and had to wait (/proc/PID/task/TID/schedstat:
sched-stats.rst); elsewhere only the own process's lateness is known. What a hypervisor takes counts as running, and is
in /proc/stat.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK_S = 0.02
USUAL_SLOWDOWN = 1.5
"""Threads of a call wait for one another on two cores that do nothing else: limits hold as they stand until then
(guess)."""
ON_TIME_S = 0.01
"""A timer as late as this is what an idle machine has, too."""


def udp_overflows() -> int:
    """Datagrams that this machine dropped because a process did not read them in time, since it was started."""
    try:
        names, values = (line.split() for line in (PROC / "net/snmp").read_text().splitlines() if line[:4] == "Udp:")
    except OSError:
        return 0
    return int(dict(zip(names, values, strict=True))["RcvbufErrors"])


@dataclass
class Machine:
    """Of this process and all that it started, since `watched()` began; complete when that has ended."""

    slowdown: float = 1.0
    """How many times longer than on a machine that does nothing else; at least 1."""
    longest_stall_s: float = 0.0
    """By which a timer of this process was late."""

    @property
    def is_slow(self) -> bool:
        """Too slow for what has a limit of its own that a test cannot stretch."""
        return self.slowdown > 2 or self.longest_stall_s > 0.3

    def at_most(self, limit_s: float) -> float:
        """As long as `limit_s` on a machine that does nothing else."""
        return limit_s * self.slowdown + self.longest_stall_s

    def at_least(self, rate: float) -> float:
        """As often as `rate`."""
        return rate / self.slowdown

    def share(self, limit: float) -> float:
        """Of time: a limit, and what was missing of the time itself."""
        return limit + 1 - 1 / self.slowdown

    def __str__(self) -> str:
        return f"{self.slowdown:.1f} times slower, a stall of {self.longest_stall_s:.2f} s"

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time()
            await asyncio.sleep(TICK_S)
            late = loop.time() - asked - TICK_S
            if late > ON_TIME_S:
                self.longest_stall_s = max(self.longest_stall_s, late)


def _descendants() -> list[int]:
    """This process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [os.getpid()]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def _threads() -> dict[tuple[int, str], tuple[int, int]]:
    """Nanoseconds that each thread ran, and waited to run."""
    found = {}
    for pid in _descendants():
        with contextlib.suppress(OSError):
            for thread in (PROC / f"{pid}/task").iterdir():
                with contextlib.suppress(OSError):
                    ran, waited, _ = map(int, (thread / "schedstat").read_text().split())
                    found[pid, thread.name] = (ran, waited)
    return found


def _cpu() -> tuple[int, int]:
    """Of the machine: all time, and what was stolen of it (proc_stat(5))."""
    try:
        _, *times = (PROC / "stat").read_text().partition("\n")[0].split()
    except OSError:
        return 0, 0
    return sum(map(int, times[:8])), int(times[7])


def _slowdown(before: dict[tuple[int, str], tuple[int, int]], after: dict[tuple[int, str], tuple[int, int]]) -> float:
    ran = waited = 0
    for thread, (ran_then, waited_then) in after.items():
        ran_before, waited_before = before.get(thread, (0, 0))
        ran += ran_then - ran_before
        waited += waited_then - waited_before
    return 1 + waited / ran if ran > 0 else 1.0


@contextlib.asynccontextmanager
async def watched() -> AsyncIterator[Machine]:
    machine = Machine()
    threads, (all_before, stolen_before) = await asyncio.to_thread(_threads), _cpu()
    following = asyncio.create_task(machine._follow(), name="stalls")
    try:
        yield machine
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        all_after, stolen_after = _cpu()
        stolen = (stolen_after - stolen_before) / max(1, all_after - all_before)
        slowdown = _slowdown(threads, await asyncio.to_thread(_threads)) / max(0.1, 1 - stolen)
        machine.slowdown = max(1.0, slowdown / USUAL_SLOWDOWN)
