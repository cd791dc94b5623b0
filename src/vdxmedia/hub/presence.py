"""Who is at a live room's door and inside, for those who are to open it: counts, and since when people wait."""

from __future__ import annotations

import msgspec

from vdxmedia.hub.devices import Device
from vdxmedia.ids import ParticipantId


class WaitingPerson(msgspec.Struct, frozen=True):
    name: str
    since: int
    """Unix seconds."""


class RoomPresence(msgspec.Struct, frozen=True):
    waiting: tuple[WaitingPerson, ...] = ()
    """In the order of coming; without those who are let in already."""
    hosts: int = 0
    guests: int = 0
    devices: tuple[tuple[ParticipantId, Device], ...] = ()
    """Of those whose connection says what it comes from."""


NOBODY_THERE = RoomPresence()
