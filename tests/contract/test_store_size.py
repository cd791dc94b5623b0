"""A store of a million rows answers as a small one does."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vdxmedia.conference.settings import RoomSettings
from vdxmedia.hub.ports import Attendance, SaveAttendance
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.store import documents
from vdxmedia.store.database import open_store

ROWS = 1_000_000
PER_ROOM = 50
ROOMS = 100_000
AT_ONCE_S = 0.5
"""For one step that others wait behind (3 to 20 ms on a quiet machine)."""


def stays() -> Iterator[tuple[str, str, str, str, str, float, float, bool]]:
    for at in range(ROWS):
        yield (f"room{at // PER_ROOM}", f"p{at}", "Anna", "guest", "Hjørring", float(at), float(at), False)


def fill(path: Path) -> None:
    document = documents.encode(RoomSettings(subject="Samtale"))
    connection = sqlite3.connect(path)
    connection.executemany("INSERT INTO attendance VALUES (?, ?, ?, ?, ?, ?, ?, ?)", stays())
    rooms = ((f"room{at}", documents.VERSION, document, 1.0, float(at), "{}") for at in range(ROOMS))
    connection.executemany("INSERT INTO rooms VALUES (?, ?, ?, ?, ?, ?)", rooms)
    connection.commit()
    connection.close()


async def took(step: object) -> tuple[float, object]:
    began = time.monotonic()
    result = await step  # type: ignore[misc]
    return time.monotonic() - began, result


@pytest.mark.long
async def test_million_stays_and_a_hundred_thousand_rooms_hold_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with open_store(f"sqlite:///{path}"):
        pass
    await asyncio.to_thread(fill, path)
    async with open_store(f"sqlite:///{path}") as store:
        seconds, found = await took(store.attendance(RoomId("room7")))
        assert len(found) == PER_ROOM  # type: ignore[arg-type]
        assert seconds < AT_ONCE_S
        stay = Attendance(RoomId("room7"), ParticipantId("new"), "Bo", "guest", "", 1.0, 2.0, False)
        seconds, _ = await took(store.write([SaveAttendance(stay)]))
        assert seconds < AT_ONCE_S
        for _ in range(20):
            seconds, deleted = await took(store.delete_attendance_before(ROWS / 2, 1_000))
            assert deleted == 1_000
            assert seconds < AT_ONCE_S
        turns = [0.0]

        async def watch() -> None:
            while True:
                began = time.thread_time()
                await asyncio.sleep(0.001)
                turns.append(time.thread_time() - began)

        watching = asyncio.create_task(watch(), name="watch")
        _, rooms = await took(store.rooms(ROOMS))
        watching.cancel()
        assert len(rooms) == ROOMS  # type: ignore[arg-type]
        assert max(turns) < AT_ONCE_S, "the loop runs others meanwhile (12 ms of work, 95 with a full collection)"
