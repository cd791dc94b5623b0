"""Backup, restore and upgrade by command, on both kinds of database and from one to the other."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.old_stores import lay_down
from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.invitations import token_hash
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import By, Criterion, NewMeeting
from vdxmedia.clock import ManualClock
from vdxmedia.conference.settings import Codec, RoomMode, RoomSettings
from vdxmedia.errors import Misconfigured
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.ports import Attendance, SaveConference, SaveRoom, StoredConference, StoredRoom
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.sealing import Sealer
from vdxmedia.store import backup as copies
from vdxmedia.store import migrate
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import Database, open_store, upgrade
from vdxmedia.store.invitations import InvitationRows
from vdxmedia.store.location import address
from vdxmedia.store.schema import call_stays, meeting_labels

DATABASES = itertools.count(1)
SEALER = Sealer([b"k" * 32])
NOW = 1_800_000_000
ADMIN = Caller(organisation="hospital", email="anna@hospital.dk", roles=frozenset({CallerRole.ADMIN}))
STATE = bytes(range(256))
OLDEST_MEETING = "6342f637-05c6-4262-91fc-105956ee5a58"
"""Of the old rows, the one with a link."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


class Places:
    def __init__(self, directory: Path, request: pytest.FixtureRequest) -> None:
        self._directory, self._request = directory, request

    def make(self, kind: str) -> tuple[str, str]:
        name = f"copies{next(DATABASES)}"
        if kind == "sqlite":
            return f"sqlite:///{self._directory}/{name}.db", ""
        running: Postgres = self._request.getfixturevalue("postgres")
        return running.make_database(name), PASSWORD


@pytest.fixture
def places(tmp_path: Path, request: pytest.FixtureRequest) -> Places:
    return Places(tmp_path, request)


def desk_of(store: Database) -> BookingDesk:
    set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
    return BookingDesk(BookingDatabase(store.units, SEALER), ManualClock(NOW), set_up)


async def fill(store: Database, meetings: int = 3) -> None:
    desk = desk_of(store)
    await desk.seed([Organisation(code="hospital")])
    for number in range(meetings):
        await desk.book(
            ADMIN, NewMeeting(subject=f"Møde “{number}”", starts_at=NOW, ends_at=NOW + 60, labels=("a",), host_pin=4711)
        )
    await AuditLog(store.units, SEALER).append(
        [note_of("hospital", ADMIN, AuditOperation.UPDATE, "meeting", "m", NOW, ["subject"])]
    )
    room = StoredRoom(RoomId("room"), RoomSettings(), 1.5, 2.5)
    await store.write([SaveRoom(room), SaveConference(StoredConference(RoomId("room"), STATE, 3.25))])


async def all_of(store: Database) -> tuple[Any, ...]:
    desk, log = desk_of(store), AuditLog(store.units, SEALER)
    criterion = Criterion(by=By.RANGE, starts_from=0, starts_to=NOW * 2)
    meetings = [booked async for page in desk.search(ADMIN, criterion) for booked in page]
    entries = [
        line async for head, _ in log.days("hospital", "", "9") async for line in log.entries("hospital", head.day)
    ]
    return (await desk.tree()).by_code, meetings, entries, await store.rooms(10), await store.conferences()


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
@pytest.mark.parametrize("of", ["sqlite", "postgresql"])
async def test_store_is_restored_as_it_was_also_elsewhere(places: Places, tmp_path: Path, of: str, to: str) -> None:
    source, target = places.make(of), places.make(to)
    async with open_store(*source) as store:
        await fill(store)
        before = await all_of(store)
        rows = await copies.backup(*source, tmp_path / "copy", "2027-01-15")
    assert rows["meetings"] == 3
    restored = await copies.restore(*target, tmp_path / "copy", force=False)
    assert restored.rows == rows
    async with open_store(*target) as store:
        assert await all_of(store) == before
        await desk_of(store).book(ADMIN, NewMeeting(subject="new", starts_at=NOW, ends_at=NOW + 1))
        added = await desk_of(store).add_organisation(ADMIN, Organisation(code="ward", parent="hospital"))
        assert added.group_id > 1, "numbers go on behind those that were restored"


async def test_backup_is_private_and_of_one_moment_while_the_server_writes(places: Places, tmp_path: Path) -> None:
    source = places.make("sqlite")
    async with open_store(*source) as store:
        await fill(store, 50)
        is_done = asyncio.Event()

        async def write() -> int:
            desk, written = desk_of(store), 0
            while not is_done.is_set():
                await desk.book(ADMIN, NewMeeting(subject="x", starts_at=NOW, ends_at=NOW + 60))
                written += 1
            return written

        async with asyncio.TaskGroup() as group:
            writing = group.create_task(write())
            rows = await copies.backup(*source, tmp_path / "copy", "now")
            is_done.set()
        assert writing.result() > 0
    assert rows["meetings"] == rows["booked_rooms"] == rows["audit_entries"] - 1
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert not (tmp_path / "copy.unfinished").exists()
    with pytest.raises(Misconfigured, match="is there already"):
        await copies.backup(*source, tmp_path / "copy", "now")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_restore_replaces_a_store_only_with_force(places: Places, tmp_path: Path, kind: str) -> None:
    place = places.make(kind)
    async with open_store(*place) as store:
        await fill(store)
        before = await all_of(store)
        await copies.backup(*place, tmp_path / "copy", "now")
        await desk_of(store).book(ADMIN, NewMeeting(subject="after the copy", starts_at=NOW, ends_at=NOW + 60))
        if kind == "sqlite":
            with pytest.raises(Misconfigured, match="another server uses it"):
                await copies.restore(*place, tmp_path / "copy", force=True)
        later = await all_of(store)
    with pytest.raises(Misconfigured, match="--force"):
        await copies.restore(*place, tmp_path / "copy", force=False)
    async with open_store(*place) as store:
        assert await all_of(store) == later
    await copies.restore(*place, tmp_path / "copy", force=True)
    async with open_store(*place) as store:
        assert await all_of(store) == before


@pytest.mark.parametrize("damage", ["cut", "changed", "row removed", "no gzip", "empty"])
async def test_damaged_copy_is_refused_and_nothing_is_touched(places: Places, tmp_path: Path, damage: str) -> None:
    place, copy = places.make("sqlite"), tmp_path / "copy"
    async with open_store(*place) as store:
        await fill(store)
        await copies.backup(*place, copy, "now")
        before = await all_of(store)
    raw = copy.read_bytes()
    lines = gzip.decompress(raw).splitlines(keepends=True)
    if damage == "cut":
        copy.write_bytes(raw[: len(raw) // 2])
    elif damage == "changed":
        copy.write_bytes(gzip.compress(b"".join(lines).replace("Møde".encode(), b"Mode ")))
    elif damage == "row removed":
        row = next(at for at, line in enumerate(lines) if line.startswith(b"["))
        copy.write_bytes(gzip.compress(b"".join(lines[:row] + lines[row + 1 :])))
    else:
        copy.write_bytes(b"" if damage == "empty" else b"".join(lines))
    with pytest.raises(Misconfigured, match="not a whole backup"):
        await copies.restore(*place, copy, force=True)
    async with open_store(*place) as store:
        assert await all_of(store) == before


async def test_copy_of_an_older_version_is_brought_up_to_date(places: Places, tmp_path: Path) -> None:
    old, new = places.make("sqlite"), places.make("sqlite")
    await asyncio.to_thread(migrate.upgrade, address(*old), "0003")
    await copies.backup(*old, tmp_path / "copy", "now")
    await copies.restore(*new, tmp_path / "copy", force=False)
    async with open_store(*new, upgrades=False) as store:
        await fill(store)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_older_store_is_refused_until_it_is_upgraded_by_command(places: Places, kind: str) -> None:
    place = places.make(kind)
    await asyncio.to_thread(migrate.upgrade, address(*place), "0003")
    with pytest.raises(Misconfigured, match="vdxmedia store upgrade"):
        async with open_store(*place, upgrades=False):
            pass
    assert await asyncio.to_thread(migrate.revision_of, address(*place)) == "0003"
    newest = await asyncio.to_thread(migrate.newest)
    assert await asyncio.to_thread(upgrade, *place) == ("0003", newest)
    async with open_store(*place, upgrades=False) as store:
        await fill(store)


async def test_empty_store_gets_its_tables_without_a_command(places: Places) -> None:
    async with open_store(*places.make("sqlite"), upgrades=False) as store:
        await fill(store)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_rows_of_the_first_version_are_read_after_all_upgrades(places: Places, kind: str) -> None:
    place = places.make(kind)
    await lay_down(address(*place), "0002")
    assert (await asyncio.to_thread(upgrade, *place))[0] == "0002"
    async with open_store(*place, upgrades=False) as store:
        held, plain = await store.rooms(10)
        assert held == StoredRoom(
            RoomId("holdroom"),
            RoomSettings(
                subject="Genoptræning; hold 2",
                organisation="Testkommune",
                help_line="70 12 34 56",
                mode=RoomMode.TRAINING,
                maximum=12,
                opens_at=1_800_000_000.25,
                closes_at=1_800_003_600.5,
                codec=Codec.H264,
                host_pin="135790",
                attendance=True,
            ),
            10.0,
            20.0,
        )
        assert plain == StoredRoom(RoomId("plain"), RoomSettings(), 1.5, 2.5)
        assert await store.attendance(RoomId("holdroom")) == [
            Attendance(RoomId("holdroom"), ParticipantId("anna"), "Anna Æble", "guest", "Hjørring", 100.0, 200.0, False)
        ]
        await fill(store)


async def _stays(connection: AsyncConnection) -> list[tuple[str, bool]]:
    """By name, and whether the call was rated, which older versions did not ask."""
    found = await connection.execute(select(call_stays.c.name, call_stays.c.has_rated))
    return [(row.name, row.has_rated) for row in found]


async def _label_times(connection: AsyncConnection) -> list[int]:
    """Which older versions did not keep with a label."""
    return list((await connection.execute(select(meeting_labels.c.starts_at))).scalars())


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_bookings_invitations_audit_and_calls_of_an_old_version_are_read_and_go_on(
    places: Places, kind: str
) -> None:
    place = places.make(kind)
    await lay_down(address(*place), "0009")
    assert (await asyncio.to_thread(upgrade, *place))[0] == "0009"
    async with open_store(*place, upgrades=False) as store:
        tree, meetings, entries, rooms, conferences = await all_of(store)
        assert set(tree) >= {"hospital"}
        assert {booked.meeting.subject for booked in meetings} == {f"Møde “{number}”" for number in range(3)}
        assert {(booked.meeting.labels, booked.room.host_pin) for booked in meetings} == {(("a",), "4711")}
        labelled = Criterion(by=By.LABEL, text="a", starts_from=0, starts_to=NOW * 2)
        assert len([one async for page in desk_of(store).search(ADMIN, labelled) for one in page]) == 3
        assert [room.room for room in rooms] == ["room"]
        assert [one.state for one in conferences] == [STATE]
        link = await InvitationRows(store.units, SEALER).by_hash(token_hash("SQKNfuWbSSPKmWZKExZ7_g"))
        assert link is not None, "a link that was sent out opens its meeting"
        assert (link.invitation.name, link.invitation.meeting) == ("Karoline Æble", UUID(OLDEST_MEETING))
        assert len(entries) >= 4
        assert await store.units.read(_stays) == [("Anna", False)]
        assert await store.units.read(_label_times) == [NOW] * 3
        await desk_of(store).book(ADMIN, NewMeeting(subject="new", starts_at=NOW, ends_at=NOW + 1))
        _, later, more, *_ = await all_of(store)
        assert (len(later), len(more)) == (4, len(entries) + 1), "the audit log's chain goes on from the old one"
