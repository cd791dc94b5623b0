"""What the C library's allocator keeps of memory that was freed: next to nothing of large blocks.

A layer's history is a block of 0.7 MB, made and freed with every camera. glibc maps the first such block, but takes its
being freed as a sign to put the next ones into the freeing thread's arena (mallopt(3), "dynamic adjustment"), and an
arena shrinks only at its end: after ten minutes of joins and leaves each relay worker kept 7 to 10 MB of which it used
0.8. With a threshold that was set, such blocks stay mapped, and the system has them back at once.
"""

from __future__ import annotations

import ctypes

MAPPED_BYTES = 256 * 1024
"""Blocks from this size on are mapped. Python's own are smaller or mapped anyway; a history and sockets' buffers are
larger."""
KEPT_BYTES = 1024 * 1024
"""What an arena may keep free at its end, so that it does not give back with each join what it needs for the next."""
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
"""Of glibc's malloc.h."""


def bound() -> bool:
    """Sets both for this process; false where the C library is another than glibc, and all stays as it is."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wishes = ((_M_MMAP_THRESHOLD, MAPPED_BYTES), (_M_TRIM_THRESHOLD, KEPT_BYTES))
    return all(mallopt(parameter, value) == 1 for parameter, value in wishes)
