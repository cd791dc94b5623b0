"""What a hostile file can make the decoders take of the machine."""

from __future__ import annotations

import resource

MEMORY_BYTES = 4 * 1024**3
"""Of address space; about 0.15 GB are resident with a film of 720 lines (measured)."""


def bound_process() -> None:
    """For the whole process: memory, and no core file with pictures in it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
