"""Rooms as the flags shape them: publishers of both kinds, and those who only watch."""

from __future__ import annotations

from loadtests.run.flags import Flags
from loadtests.run.seat import Room
from loadtests.run.stage import Entry

PUBLISHED = (
    ("publishers", ("microphone", "camera"), "Afsender"),
    ("audio_publishers", ("microphone",), "Stemme"),
    ("video_publishers", ("camera",), "Kamera"),
    ("subscribers", (), "Tilhører"),
)


def entries_of(flags: Flags, room: Room, number: int) -> list[Entry]:
    """The first is the host."""
    entries: list[Entry] = []
    for field, publishes, name in PUBLISHED:
        for at in range(getattr(flags, field)):
            role = "guest" if entries else "host"
            entries.append(Entry(room=room, name=f"{name} {number}.{at}", role=role, publishes=publishes))
    return entries
