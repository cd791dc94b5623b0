"""The store on real databases: one suite for all of them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.conference.admissions import AdmissionState
from vdxmedia.conference.settings import Codec, RoomMode, RoomSettings
from vdxmedia.errors import BadInput, Misconfigured, Refused
from vdxmedia.hub.ports import (
    MAX_ATTENDANCE,
    Attendance,
    CallRecord,
    CallStep,
    DeleteAttendance,
    DeleteConference,
    DeleteRoom,
    Recognise,
    SaveAttendance,
    SaveCallRecord,
    SaveConference,
    SaveRoom,
    StoredConference,
    StoredRoom,
)
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.store import migrate
from vdxmedia.store.call_records import CallRecordRows, delete_old
from vdxmedia.store.database import Database, check, open_store
from vdxmedia.store.location import address

SETTINGS = RoomSettings(
    subject="Genoptræning; hold 2",
    organisation="Testkommune",
    help_line="70 12 34 56",
    mode=RoomMode.TRAINING,
    maximum=12,
    opens_at=1_800_000_000.25,
    closes_at=1_800_003_600.5,
    codec=Codec.H264,
)


DATABASES = itertools.count(1)


@dataclass(frozen=True)
class Place:
    url: str
    password: str

    def open(self) -> AbstractAsyncContextManager[Database]:
        return open_store(self.url, self.password)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(f"sqlite:///{tmp_path}/store.db", "")
    running: Postgres = request.getfixturevalue("postgres")
    return Place(running.make_database(f"store{next(DATABASES)}"), PASSWORD)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Database]:
    async with place.open() as opened:
        yield opened


def room(name: str = "room", *, idle_since: float = 20.0, settings: RoomSettings = SETTINGS) -> StoredRoom:
    return StoredRoom(RoomId(name), settings, created_at=10.0, idle_since=idle_since)


def stay(who: str = "anna", *, of: str = "room", first: float = 100.0, last: float = 200.0) -> Attendance:
    return Attendance(RoomId(of), ParticipantId(who), who.upper(), "guest", "Hjørring", first, last, False)


async def test_room_saved_is_there_in_the_next_process_as_it_was(place: Place) -> None:
    async with place.open() as first:
        await first.write([SaveRoom(room())])
    async with place.open() as second:
        assert await second.rooms(10) == [room()]


async def test_room_saved_again_replaces_itself_but_for_its_beginning(store: Database) -> None:
    await store.write([SaveRoom(room())])
    admissions = AdmissionState(admitted=("i0", "s1"), barred=("i2",))
    later = StoredRoom(RoomId("room"), RoomSettings(), created_at=99.0, idle_since=30.0, admissions=admissions)
    await store.write([SaveRoom(later)])
    assert await store.rooms(10) == [StoredRoom(RoomId("room"), RoomSettings(), 10.0, 30.0, admissions)]


async def test_rooms_used_last_are_read_when_there_are_too_many(store: Database) -> None:
    await store.write([SaveRoom(room(f"r{at}", idle_since=float(at))) for at in range(2_500)])
    assert [found.room for found in await store.rooms(2)] == ["r2499", "r2498"]
    assert len(await store.rooms(10_000)) == 2_500


async def test_conference_is_kept_with_its_room_and_goes_with_it(store: Database) -> None:
    state = bytes(range(256))
    kept = StoredConference(RoomId("room"), state, 50.0)
    await store.write([SaveRoom(room()), SaveConference(kept), SaveConference(StoredConference(RoomId("x"), b"", 1.0))])
    assert await store.conferences() == [kept], "one without a room is nobody's"
    newer = StoredConference(RoomId("room"), b"newer", 51.0)
    await store.write([SaveConference(newer)])
    assert await store.conferences() == [newer]
    await store.write([DeleteRoom(RoomId("room"))])
    await store.write([SaveRoom(room())])
    assert await store.conferences() == []


async def test_conference_that_ended_is_deleted(store: Database) -> None:
    await store.write([SaveRoom(room()), SaveConference(StoredConference(RoomId("room"), b"state", 50.0))])
    await store.write([DeleteConference(RoomId("room"))])
    assert await store.conferences() == []


async def test_stay_saved_again_keeps_its_beginning_and_its_tick(store: Database) -> None:
    await store.write([SaveAttendance(stay()), Recognise(RoomId("room"), ParticipantId("anna"), True)])
    await store.write([SaveAttendance(stay(first=150.0, last=300.0))])
    (found,) = await store.attendance(RoomId("room"))
    assert (found.first_seen, found.last_seen, found.is_recognised) == (100.0, 300.0, True)
    await store.write([Recognise(RoomId("room"), ParticipantId("anna"), False)])
    (found,) = await store.attendance(RoomId("room"))
    assert not found.is_recognised


async def test_attendance_is_of_one_room_by_first_seen_and_outlasts_it(store: Database) -> None:
    rows = [stay("bo", first=2.0), stay("anna", first=1.0), stay("carl", of="other")]
    await store.write([SaveRoom(room()), *(SaveAttendance(row) for row in rows)])
    await store.write([DeleteRoom(RoomId("room"))])
    assert [found.name for found in await store.attendance(RoomId("room"))] == ["ANNA", "BO"]
    await store.write([DeleteAttendance(RoomId("room"))])
    assert await store.attendance(RoomId("room")) == []
    assert len(await store.attendance(RoomId("other"))) == 1


async def test_attendance_told_is_bounded_to_the_latest(store: Database) -> None:
    rows = [stay(f"p{at:05}", first=float(at)) for at in range(MAX_ATTENDANCE + 2)]
    await store.write([SaveAttendance(row) for row in rows])
    found = await store.attendance(RoomId("room"))
    assert (len(found), found[0].participant, found[-1].participant) == (
        MAX_ATTENDANCE,
        "p00002",
        f"p{MAX_ATTENDANCE + 1}",
    )


async def test_expired_attendance_is_deleted_in_bounded_steps(store: Database) -> None:
    rows = [stay(f"p{at}", last=float(at)) for at in range(10)]
    await store.write([SaveAttendance(row) for row in rows])
    assert [await store.delete_attendance_before(7.0, 3) for _ in range(4)] == [3, 3, 1, 0]
    assert {found.last_seen for found in await store.attendance(RoomId("room"))} == {7.0, 8.0, 9.0}


async def test_changes_of_one_call_are_all_written_or_none(store: Database) -> None:
    with pytest.raises(BadInput) as rejected:
        await store.write([SaveRoom(room()), SaveAttendance(stay("not \ud800 a text"))])
    assert rejected.value.code == "store_rejected"
    assert "ud800" not in rejected.value.text
    assert await store.rooms(10) == []


async def test_writing_and_reading_at_once_give_whole_states(store: Database) -> None:
    async def write() -> None:
        for at in range(30):
            await store.write([SaveRoom(room(f"r{at}-{side}")) for side in "ab"])

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        while not writing.done():
            names = [found.room for found in await store.rooms(1_000)]
            assert {name[:-2] for name in names if name.endswith("a")} == {n[:-2] for n in names if n.endswith("b")}
    assert len(await store.rooms(1_000)) == 60


async def test_store_of_the_first_revision_is_brought_up_to_date(place: Place) -> None:
    first = address(place.url, place.password)
    await asyncio.to_thread(migrate.upgrade, first, "0001")
    assert "from revision 0001" in await asyncio.to_thread(check, place.url, place.password)
    async with place.open() as store:
        await store.write([SaveAttendance(stay())])
        assert len(await store.attendance(RoomId("room"))) == 1
    assert await asyncio.to_thread(check, place.url, place.password) == ""


async def test_postgresql_that_goes_away_is_told_and_is_there_again_by_itself(postgres: Postgres) -> None:
    place = Place(await asyncio.to_thread(postgres.make_database, f"store{next(DATABASES)}"), PASSWORD)
    async with place.open() as store:
        await store.write([SaveRoom(room())])
        await asyncio.to_thread(postgres.stop)
        try:
            with pytest.raises(Refused) as gone:
                await store.write([SaveRoom(room("other"))])
            assert gone.value.code == "store_unavailable"
            with pytest.raises(Misconfigured, match="cannot be opened"):
                await asyncio.to_thread(check, place.url, place.password)
            with pytest.raises(Refused):
                async with place.open():
                    pass
        finally:
            await asyncio.to_thread(postgres.start)
        await store.write([SaveRoom(room("other"))])
        assert {found.room for found in await store.rooms(10)} == {"room", "other"}


async def test_postgresql_with_a_wrong_password_is_told_without_it(postgres: Postgres) -> None:
    with pytest.raises(Misconfigured, match="28P01") as told:
        await asyncio.to_thread(check, postgres.url(), "not-the-password")
    assert "not-the-password" not in told.value.text


def record(room: str, at: float, **changes: Any) -> CallRecord:
    told: dict[str, Any] = {
        "id": f"{room}{at}", "room": RoomId(room), "participant": ParticipantId("annaannaanna"), "role": "guest",
        "began_at": at, "ended_at": at + 60, "end": "left", "path": "udp", "phases": {"dtls": 0.5}, "loss_up": 0.01,
        "loss_down": 0.0, "round_trip_ms": 40, "longest_gap_s": 0.0, "pictures_paused": 0, "quality_s": {"good": 60},
        "steps": (CallStep(at=at, what="joined", how=""), CallStep(at=at + 60, what="ended", how="left")),
    }  # fmt: skip
    return CallRecord(**{**told, **changes})


async def test_records_of_calls_are_found_by_the_beginning_of_the_rooms_id(store: Database) -> None:
    first, second, other = record("k7p2qmaaaaaa", 10), record("k7p2qmaaaaaa", 5), record("k7p2qnaaaaaa", 7)
    await store.write([SaveCallRecord(one) for one in (first, second, other)])
    await store.write([SaveCallRecord(record("k7p2qmaaaaaa", 10, end="lost"))])
    rows = CallRecordRows(store.units)
    assert [(one.began_at, one.end) for one in await rows.of_room("K7P 2QM")] == [(5, "left"), (10, "lost")]
    assert await rows.of_room("k7p2qx") == []
    assert (await rows.of_room("k7p-2qn"))[0] == other
    for said in ("k7p2q", "k7p2q%", "k7p2qm'", "æøåæøå"):
        with pytest.raises(BadInput):
            await rows.of_room(said)


async def test_oldest_records_go_when_there_are_too_many(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vdxmedia.store.call_records.MAX_KEPT", 3)
    await store.write([SaveCallRecord(record("k7p2qmaaaaaa", at)) for at in range(5)])
    assert [await store.units.write(lambda to: delete_old(to, 0.0, 10)) for _ in range(2)] == [2, 0]
    assert [one.began_at for one in await CallRecordRows(store.units).of_room("k7p2qm")] == [2, 3, 4]
