"""What a server holds at a moment, and whether a row of such samples is flat.

Two kinds count: with all rooms full, and empty. The second half of a run is judged, after what is made once (pools,
caches, an allocator's arenas) has been made. Left out: why something grew.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

MAX_GROWTH_BYTES_PER_MIN = 512 * 1024
"""Of memory in the second half of a long run. A guess: what the allocator keeps varies by some 100 KiB from sample to
sample."""
MIN_WARM_S = 240.0
"""So long caches fill (the database's, the allocator's arenas): a slope is judged of what comes after it."""
MAX_GROWTH_BYTES_PER_JOIN = 60 * 1024
"""In the second half of any run. A connection's DTLS takes 85 kB (measured), a layer's history 0.7 MB; filling caches
take up to 25 kB for each join of the first minutes."""
MIN_SAMPLES_FOR_GROWTH = 3
"""Of a kind in the second half: two always lie on a line."""
MIN_SAMPLES_FOR_TASKS = 4
"""Empty ones, so that each half has a generation that waited."""


class Sample(msgspec.Struct, frozen=True):
    at_s: float
    phase: str
    """`full` and `empty` count; `churn` is for the reader."""
    memory_bytes: int
    """Resident."""
    descriptors: int
    threads: int
    tasks: int
    peers: int
    sources: int
    rooms: int
    joins: int = 0
    """Until now."""

    def line(self) -> str:
        counts = (
            f"{getattr(self, field):4} {field}"
            for field in ("descriptors", "threads", "tasks", "peers", "sources", "rooms")
        )
        return f"{self.at_s:6.0f} s  {self.phase:5}  {self.memory_bytes / 2**20:7.1f} MiB  {'  '.join(counts)}"


class Held(msgspec.Struct, frozen=True):
    """Of a process."""

    memory_bytes: int
    descriptors: int
    threads: int


def held_by(pid: int) -> Held:
    """As the kernel tells it, of a process of this machine."""
    process = Path(f"/proc/{pid}")
    descriptors = len(os.listdir(process / "fd"))
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return Held(int(status["VmRSS"].split()[0]) * 1024, descriptors, int(status["Threads"]))


def held_by_metrics(gauges: Mapping[str, float]) -> Held:
    """As a server elsewhere tells it of itself; the connection that asks is among the descriptors, each time."""
    return Held(
        int(gauges["process_resident_memory_bytes"]),
        int(gauges["process_open_fds"]),
        int(gauges["vdx_process_threads"]),
    )


def second_half(samples: Sequence[Sample]) -> Sequence[Sample]:
    return samples[len(samples) // 2 :]


def growth_per_min(samples: Sequence[Sample]) -> float:
    """Slope of the resident memory, by least squares; 0 of fewer than three."""
    if len(samples) < MIN_SAMPLES_FOR_GROWTH:
        return 0.0
    return 60 * statistics.linear_regression([it.at_s for it in samples], [it.memory_bytes for it in samples]).slope


def growth_per_join(samples: Sequence[Sample]) -> float:
    """From the first to the last, in bytes; 0 without joins."""
    joins = samples[-1].joins - samples[0].joins if samples else 0
    return (samples[-1].memory_bytes - samples[0].memory_bytes) / joins if joins > 0 else 0.0


def is_long_enough(empty: Sequence[Sample], full: Sequence[Sample]) -> bool:
    """Whether a good verdict says something."""
    return min(len(second_half(kind)) for kind in (empty, full)) >= MIN_SAMPLES_FOR_GROWTH


def judge(empty: Sequence[Sample], full: Sequence[Sample]) -> list[str]:
    """What speaks against: growth in the second half, and anything that an empty server has more than at first."""
    complaints = []
    for name, samples in (("empty", empty), ("full", full)):
        half = second_half(samples)
        growth = growth_per_min(half)
        if growth > MAX_GROWTH_BYTES_PER_MIN and half[0].at_s >= MIN_WARM_S:
            complaints.append(f"{name}: memory grows by {growth / 1024:.0f} KiB a minute")
        per_join = growth_per_join(half)
        if per_join > MAX_GROWTH_BYTES_PER_JOIN:
            complaints.append(f"{name}: memory grows by {per_join / 1024:.0f} KiB a join")
    for field in ("descriptors", "threads"):
        # The first is when lazy things (a pool's thread, a database's file) are there.
        counts = [getattr(sample, field) for sample in empty]
        if counts and counts[-1] > counts[0]:
            complaints.append(f"empty: {field} went from {counts[0]} to {counts[-1]}")
    # engineio keeps a task for a socket that is gone until its next ping would be due (10 s): only the lowest counts
    # tell, those after a generation that waited for longer.
    if len(empty) >= MIN_SAMPLES_FOR_TASKS:
        earlier, later = (min(one.tasks for one in half) for half in (empty[: len(empty) // 2], second_half(empty)))
        if later > earlier:
            complaints.append(f"empty: tasks went from {earlier} to {later}")
    return complaints
