"""Rows that nobody can read: damaged, or sealed with a key that is gone. One of them keeps nobody from all the others.

Lists go on without it and say so; whoever asks for that one alone is told (`store_unreadable`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from vdxmedia.errors import BadInput, Refused

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Unreadable:
    """Counts them. One per store."""

    def __init__(self) -> None:
        self.count: Callable[[], None] = lambda: None
        """Told of each; set by who has counters."""

    def readable(self, rows: Iterable[Any], read: Callable[[Any], T], what: str, name: str) -> list[T]:
        """What could be read. `name`: the column of the rows' id, for the log."""
        found: list[T] = []
        for row in rows:
            try:
                found.append(read(row))
            except (BadInput, Refused, msgspec.MsgspecError) as error:
                self.count()
                reason = getattr(error, "code", type(error).__name__)
                logger.error("stored_row_unreadable what=%s id=%s reason=%s", what, getattr(row, name), reason)
        return found
