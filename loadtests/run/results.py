"""What a run found, for people and programs. Left out: how it is shown (`report`, `table`)."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import msgspec

from loadtests.run.distribution import Distribution
from loadtests.run.level import Check, Verdict, verdict_of


class Spent(msgspec.Struct, frozen=True):
    """Processor time in seconds since each process began."""

    python_s: float = 0.0
    """The server's threads that are not the relay's."""
    relay_s: float = 0.0
    clients_s: float = 0.0
    """Participants' signalling, in Python."""
    generators_s: float = 0.0
    """Participants' media."""

    def since(self, before: Spent) -> Spent:
        return Spent(
            self.python_s - before.python_s,
            self.relay_s - before.relay_s,
            self.clients_s - before.clients_s,
            self.generators_s - before.generators_s,
        )

    @property
    def server_s(self) -> float:
        return self.python_s + self.relay_s


class Phase(msgspec.Struct, frozen=True):
    """A part of the run: `joining`, `holding`, or what the scenario calls it."""

    name: str
    began_s: float
    took_s: float
    joins: int
    """Within it."""
    seats: float
    """That were there, in the mean."""
    packets: int
    lost: int
    spent: Spent

    def share(self, spent_s: float) -> float:
        """Of one core."""
        return spent_s / self.took_s if self.took_s else 0.0

    def per_seat(self, spent_s: float) -> float:
        """Share of one core for each participant."""
        return self.share(spent_s) / self.seats if self.seats else 0.0


class Moment(msgspec.Struct, frozen=True):
    """About one second, for plots. Shares of one core."""

    at_s: float
    seats: int
    packets_per_s: float
    lost_per_s: float
    faults: int
    python: float
    relay: float
    clients: float
    generators: float


class Results(msgspec.Struct, frozen=True, kw_only=True):
    scenario: str
    about: str
    flags: dict[str, Any]
    began: str
    """ISO 8601."""
    took_s: float
    machine: str
    rooms: int
    seats: int
    """Joined in all."""
    is_own_server: bool
    phases: list[Phase]
    measures: dict[str, Distribution]
    counts: dict[str, int]
    """Packets by what was found."""
    failed: dict[str, int]
    """Joins and commands that failed, by why."""
    complaints: list[str]
    """Whose picture or voice was missing or should not have come; the first of them."""
    checks: list[Check]
    moments: list[Moment]
    notes: list[str]
    """What the reader should know of the figures."""

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.checks)


def machine() -> str:
    """Processor, cores and kernel."""
    name = platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} x {name}, {platform.system()} {platform.release()}"
