"""What a defence is that can be taken out: edits of files, and the tests that must fail then."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In one file."""

    path: str
    old: str
    """There once; with `everywhere` as often as it is there."""
    new: str
    everywhere: bool = False


@dataclass(frozen=True)
class Defence:
    """One that is switched off."""

    what: str
    """What is no more, in a few words."""
    tests: tuple[str, ...]
    """Each must fail."""
    edits: tuple[Edit, ...]
    switch: str = ""
    """Of a defence of the relay: its edits ask `crate::is_off` for this."""
