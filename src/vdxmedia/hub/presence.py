"""Who is at a live room's door and inside, for those who are to open it: counts, and since when people wait."""

from __future__ import annotations

import msgspec


class WaitingPerson(msgspec.Struct, frozen=True):
    name: str
    since: int
    """Unix seconds."""


class RoomPresence(msgspec.Struct, frozen=True):
    waiting: tuple[WaitingPerson, ...] = ()
    """In the order of coming; without those who are let in already."""
    hosts: int = 0
    guests: int = 0


NOBODY_THERE = RoomPresence()
