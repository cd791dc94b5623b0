"""The SQLite file: who may have it, what it was before, what is wrong with it."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import Misconfigured, Refused
from vdxmedia.hub.ports import SaveRoom, StoredRoom
from vdxmedia.ids import RoomId
from vdxmedia.store import database, documents, engine, migrate
from vdxmedia.store.database import check, open_store
from vdxmedia.store.location import address
from vdxmedia.store.schema import metadata

ROOM = StoredRoom(RoomId("room"), RoomSettings(subject="Samtale om noget fortroligt"), 1.0, 2.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def tables(path: Path) -> dict[str, set[str]]:
    """Name to columns; without Alembic's own."""
    connection = sqlite3.connect(path)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} for name in names}
    connection.close()
    return {name: columns for name, columns in found.items() if name != "alembic_version"}


async def test_file_and_its_journal_are_for_their_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        async with open_store(url(path)) as store:
            await store.write([SaveRoom(ROOM)])
            modes = {made.name: stat.S_IMODE(made.stat().st_mode) for made in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}, modes
    assert "store.db-wal" in modes


async def test_second_server_on_the_same_file_is_refused_until_the_first_has_gone(path: Path) -> None:
    async with open_store(url(path)):
        with pytest.raises(Misconfigured, match="another server"):
            async with open_store(url(path)):
                pass
    async with open_store(url(path)):
        pass


def test_tables_made_by_the_revisions_are_those_of_the_schema(path: Path) -> None:
    migrate.upgrade(address(url(path)))
    assert tables(path) == {table.name: set(table.columns.keys()) for table in metadata.sorted_tables}
    assert check(url(path)) == ""


async def test_store_of_the_first_revision_keeps_its_rooms(path: Path) -> None:
    await asyncio.to_thread(migrate.upgrade, address(url(path)), "0001")
    connection = await asyncio.to_thread(sqlite3.connect, path, check_same_thread=False)
    row = ("room", documents.VERSION, documents.encode(ROOM.settings), 1.0, 2.0)
    await asyncio.to_thread(connection.execute, "INSERT INTO rooms VALUES (?, ?, ?, ?, ?)", row)
    await asyncio.to_thread(connection.commit)
    connection.close()
    assert "attendance" not in tables(path)
    newest = await asyncio.to_thread(migrate.newest)
    assert await asyncio.to_thread(check, url(path)) == f"the store will be upgraded from revision 0001 to {newest}"
    async with open_store(url(path)) as store:
        assert await store.rooms(10) == [ROOM]
        assert await store.attendance(RoomId("room")) == []


def test_upgrade_that_fails_half_way_has_changed_nothing(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE attendance (what TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(Refused):
        migrate.upgrade(address(url(path)))
    assert set(tables(path)) == {"attendance"}


def test_store_of_a_newer_server_is_left_alone(path: Path) -> None:
    migrate.upgrade(address(url(path)))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(Misconfigured, match="newer server"):
        migrate.upgrade(address(url(path)))
    with pytest.raises(Misconfigured, match="newer server"):
        check(url(path))


async def test_room_that_cannot_be_read_is_left_out_and_stays_in_the_file(
    path: Path, expected_errors: list[logging.LogRecord]
) -> None:
    async with open_store(url(path)) as store:
        await store.write([SaveRoom(ROOM), SaveRoom(StoredRoom(RoomId("newer"), RoomSettings(), 1.0, 2.0))])
        await store.write([SaveRoom(StoredRoom(RoomId("broken"), RoomSettings(subject="x" * 999), 1.0, 2.0))])
    connection = await asyncio.to_thread(sqlite3.connect, path, check_same_thread=False)
    await asyncio.to_thread(connection.execute, "UPDATE rooms SET settings_version = 99 WHERE room_id = 'newer'")
    await asyncio.to_thread(connection.commit)
    connection.close()
    async with open_store(url(path)) as store:
        assert [found.room for found in await store.rooms(10)] == ["room"]
    texts = [record.getMessage() for record in expected_errors]
    assert sorted(text.partition(" reason")[0] for text in texts) == [
        "stored_room_unreadable room=broken",
        "stored_room_unreadable room=newer",
    ]
    assert not any("xxx" in text for text in texts)


async def test_what_is_deleted_is_not_in_the_file_any_more(path: Path) -> None:
    from vdxmedia.hub.ports import DeleteRoom

    async with open_store(url(path)) as store:
        await store.write([SaveRoom(ROOM)])
        await store.write([DeleteRoom(RoomId("room"))])
    content = await asyncio.to_thread(lambda: b"".join(made.read_bytes() for made in path.parent.iterdir()))
    assert b"fortroligt" not in content


@pytest.mark.parametrize("what", ["absent", "file", "directory", "garbage"])
def test_path_that_cannot_be_a_store_is_told_by_the_check_and_by_the_start(tmp_path: Path, what: str) -> None:
    path = tmp_path / "store.db"
    match what:
        case "absent":
            path = tmp_path / "nowhere" / "store.db"
        case "file":
            path.write_text("")
            path = path / "store.db"
        case "directory":
            path.mkdir()
        case "garbage":
            path.write_bytes(b"this is no database, and never was one" * 100)

    async def start() -> None:
        async with open_store(url(path)):
            pass

    with pytest.raises(Misconfigured, match=r"store\.url") as told:
        check(url(path))
    assert str(path.parent) in told.value.text or "SQLITE_NOTADB" in told.value.text
    with pytest.raises((Misconfigured, Refused)):
        asyncio.run(start())


def test_settings_of_an_older_document_get_the_defaults_of_what_is_new() -> None:
    assert documents.decode(1, '{"subject": "Kun dette", "fremtid": 1}') == RoomSettings(subject="Kun dette")
    assert documents.decode(documents.VERSION, documents.encode(ROOM.settings)) == ROOM.settings


async def test_disk_that_does_not_answer_holds_nobody_and_is_used_again_when_it_does(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock with a long wait for it stands for the disk: the thread that writes is held all the time."""
    monkeypatch.setattr(engine, "LOCKED_S", 2 * PATIENCE_S)
    monkeypatch.setattr(database, "ANSWER_S", 0.1)
    async with open_store(url(path)) as store:
        await store.write([SaveRoom(ROOM)])
        other = await asyncio.to_thread(sqlite3.connect, path, check_same_thread=False, isolation_level=None)
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        for _ in range(database.CONNECTIONS + 2):
            async with asyncio.timeout(PATIENCE_S / 3):
                with pytest.raises(Refused) as held:
                    await store.write([SaveRoom(ROOM)])
            assert held.value.text == "timeout"
        await asyncio.to_thread(other.execute, "ROLLBACK")
        other.close()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    await store.write([SaveRoom(StoredRoom(RoomId("after"), RoomSettings(), 1.0, 2.0))])
                    break
                except Refused:  # until the held attempts have ended
                    await asyncio.sleep(0.01)
        assert {found.room for found in await store.rooms(10)} == {"room", "after"}
