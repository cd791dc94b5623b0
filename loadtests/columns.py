"""A table for a terminal: the first column to the left, its width the longest name's."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[tuple[str, str]]) -> str:
    """One line for each name and value."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {value}" for name, value in rows)
