"""What goes when its term is over, and what stays: on both kinds of database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import NewMeeting
from vdxmedia.clock import ManualClock
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.call_ratings import CallRating, Rated
from vdxmedia.hub.ports import Call, CallStay, SaveCall, SaveCallStay
from vdxmedia.hub.retention import Kind
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.sealing import Sealer
from vdxmedia.store import schema
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.call_ratings import CallRatingRows
from vdxmedia.store.database import Database
from vdxmedia.store.retention import RetentionRows

SEALER = Sealer([b"k" * 32])
NOW = 1_800_000_000
ADMIN = Caller(organisation="hospital", email="a@b.dk", roles=frozenset({CallerRole.ADMIN}))


@pytest.fixture
def rows(database: Database) -> RetentionRows:
    return RetentionRows(database.units, SEALER)


async def count(database: Database, table: Table) -> int:
    query = select(func.count()).select_from(table)

    async def work(connection: Any) -> int:
        return int((await connection.execute(query)).scalar_one())

    return await database.units.read(work)


async def put(database: Database, table: Table, *values: dict[str, Any]) -> None:
    await database.units.write(lambda connection: connection.execute(insert(table), list(values)))


async def test_meetings_go_with_all_that_is_theirs_but_not_while_their_room_stands(
    database: Database, rows: RetentionRows
) -> None:
    set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
    desk = BookingDesk(BookingDatabase(database.units, SEALER), ManualClock(NOW), set_up)
    await desk.seed([Organisation(code="hospital")])
    kept = []
    for number in range(7):
        ends = NOW + 60 if number < 5 else NOW + 5000
        new = NewMeeting(subject="x", starts_at=NOW, ends_at=ends, labels=("a",))
        booked = await desk.book(ADMIN, new)
        kept.append(str(booked.meeting.uuid))
        invitation = {
            "meeting": kept[-1],
            "invitation_id": "i",
            "token_hash": f"h{number}",
            "sealed_token": "",
            "created_at": NOW,
            "document": "{}",
        }
        await put(database, schema.invitations, invitation)
    stands = schema.booked_rooms.update().where(schema.booked_rooms.c.uuid == kept[0])
    await database.units.write(
        lambda connection: connection.execute(stands.values(status=ProvisionStatus.PROVISIONED_OK.value))
    )
    assert [await rows.delete(Kind.MEETINGS, NOW + 100, 3) for _ in range(3)] == [3, 1, 0]
    tables = (schema.meetings, schema.booked_rooms, schema.meeting_labels, schema.invitations)
    assert [await count(database, table) for table in tables] == [3, 3, 3, 3]
    assert (await desk.meeting(ADMIN, booked.meeting.uuid)) == booked


async def test_calls_lose_their_names_first_and_go_later(database: Database, rows: RetentionRows) -> None:
    for name, ends, is_over in (("old", 100, True), ("new", 500, True), ("running", 100, False)):
        call = Call(id=name, room=RoomId(name), starts_at=1, seen_at=ends, is_over=is_over)
        stay = CallStay(
            call=name, participant=ParticipantId("p"), role="host", name="Anna", starts_at=1, ends_at=float(ends)
        )
        await database.write([SaveCall(call), SaveCallStay(stay)])
    assert [await rows.delete(Kind.CALL_NAMES, 200, 10) for _ in range(2)] == [1, 0]
    named = select(schema.call_stays.c.call_id).where(schema.call_stays.c.name.is_not(None))
    found = await database.units.read(lambda connection: connection.execute(named))
    assert {row.call_id for row in found.all()} == {"new", "running"}
    for name in ("old", "new"):
        assert await CallRatingRows(database.units).add(RoomId(name), ParticipantId("p"), CallRating(4)) is Rated.DONE
    assert [await rows.delete(Kind.CALLS, 200, 10) for _ in range(2)] == [1, 0]
    tables = (schema.calls, schema.call_stays, schema.call_ratings)
    assert [await count(database, table) for table in tables] == [2, 2, 1]


async def test_small_things_go_by_their_terms(database: Database, rows: RetentionRows) -> None:
    keys = [
        {"caller": "c", "key_hash": f"k{at}", "request_digest": "d", "resource": "r", "is_made": True, "created_at": at}
        for at in range(5)
    ]
    await put(database, schema.idempotency_keys, *keys)
    links = [
        {"token_hash": f"t{at}", "email": "a@b.dk", "organisation": "o", "created_at": 0, "expires_at": at}
        for at in range(5)
    ]
    await put(database, schema.staff_links, *links)
    told = [{"code": f"AAA{at}", "made_at": at, "document": "{}"} for at in range(5)]
    await put(database, schema.diagnoses, *told)
    assert [await rows.delete(Kind.DIAGNOSES, 3, 2) for _ in range(3)] == [2, 1, 0]
    assert await count(database, schema.diagnoses) == 2
    went = [{"record_id": f"r{at}", "room_id": "room", "began_at": at, "document": "{}"} for at in range(5)]
    await put(database, schema.call_records, *went)
    assert [await rows.delete(Kind.CALL_RECORDS, 3, 2) for _ in range(3)] == [2, 1, 0]
    assert [await rows.delete(Kind.IDEMPOTENCY_KEYS, 3, 2) for _ in range(3)] == [2, 1, 0]
    assert [await rows.delete(Kind.STAFF_LINKS, 3, 2) for _ in range(3)] == [2, 1, 0]
    assert [await count(database, table) for table in (schema.idempotency_keys, schema.staff_links)] == [2, 2]
    assert await rows.delete(Kind.POOL_ROOMS, NOW, 10) == 0
    days = [{"organisation": "o", "day": f"2026-01-0{day}", "segments": 1} for day in range(1, 6)]
    await put(database, schema.message_days, *days)
    fourth = datetime(2026, 1, 4, 12, tzinfo=UTC).timestamp()
    assert [await rows.delete(Kind.SMS_DAYS, fourth, 2) for _ in range(3)] == [2, 1, 0]
    assert await count(database, schema.message_days) == 2


async def test_audit_days_go_whole_and_a_run_is_remembered_with_its_notes(
    database: Database, rows: RetentionRows
) -> None:
    log = AuditLog(database.units, SEALER)
    for day in range(3):
        await log.append([note_of("o", None, AuditOperation.UPDATE, "m", "m", NOW + day * 86_400)])
    assert [await rows.delete(Kind.AUDIT_DAYS, NOW + 2 * 86_400, 500) for _ in range(3)] == [1, 1, 0]
    assert await rows.last_run() is None
    for ran_at in (NOW, NOW + 1):
        await rows.remember_run(ran_at, [note_of("", None, AuditOperation.DELETE, "audit_days", "2", ran_at)])
    assert await rows.last_run() == NOW + 1
    assert [line.entry.identifier async for line in log.entries("", "2027-01-15")] == ["2", "2"]
