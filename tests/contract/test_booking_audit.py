"""Each change at the booking desk is in the audit log, in its own transaction, by field names and without values."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from vdxmedia.booking.audit import AuditEntry, ChainCheck
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.refusals import BookingRefused
from vdxmedia.booking.requests import MeetingChange, NewMeeting
from vdxmedia.booking.room_options import RoomOptions, Template
from vdxmedia.clock import ManualClock
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import Database, open_store

SEALER = Sealer([b"k" * 32])
NOW = 1_800_000_000
ADMIN = Caller(
    organisation="hospital",
    email="anna@hospital.dk",
    roles=frozenset(CallerRole),
    client="nexus",
    address="192.0.2.7",
)
MEETING = NewMeeting(subject="Om min sygdom", starts_at=NOW + 3600, ends_at=NOW + 7200)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        yield opened


@pytest.fixture
async def desk(database: Database) -> BookingDesk:
    set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
    made = BookingDesk(BookingDatabase(database.units, SEALER), ManualClock(NOW), set_up)
    await made.seed([Organisation(code="hospital", pool_size=1)])
    return made


async def entries(database: Database, organisation: str = "hospital") -> list[AuditEntry]:
    log, found, check = AuditLog(database.units, SEALER), [], ChainCheck(SEALER.digest)
    async for head, _ in log.days(organisation, "", "9"):
        check.day(head)
        async for line in log.entries(organisation, head.day):
            check.entry(line.entry, line.email)
            found.append(line.entry)
        check.end_of_day()
    return found


async def told(database: Database, organisation: str = "hospital") -> list[tuple[str, str, tuple[str, ...]]]:
    return [(e.operation.value, e.resource, e.fields) for e in await entries(database, organisation)]


async def test_meeting_made_changed_and_cancelled_is_noted_without_its_words(
    desk: BookingDesk, database: Database
) -> None:
    uuid = (await desk.book(ADMIN, MEETING)).meeting.uuid
    await desk.change(ADMIN, uuid, MeetingChange(subject="Om noget andet", guest_pin=1234))
    await desk.change(ADMIN, uuid, MeetingChange(subject="Om noget andet"))
    await desk.cancel(ADMIN, uuid)
    made, changed, cancelled = await entries(database)
    assert [e.operation.value for e in (made, changed, cancelled)] == ["create", "update", "delete"]
    assert {e.identifier for e in (made, changed, cancelled)} == {str(uuid)}
    assert {"subject", "guest_pin"} <= set(changed.fields) <= {"subject", "guest_pin", "portal_link"}
    assert (made.client, made.address, made.caller_organisation) == ("nexus", "192.0.2.7", "hospital")
    text = str([made, changed, cancelled])
    assert not any(word in text for word in ("sygdom", "andet", "1234", "anna"))


async def test_refused_booking_is_not_noted(desk: BookingDesk, database: Database) -> None:
    await desk.book(ADMIN, msgspec.structs.replace(MEETING, external_id="1"))
    with pytest.raises(BookingRefused):
        await desk.book(ADMIN, msgspec.structs.replace(MEETING, external_id="1"))
    assert len(await entries(database)) == 1


async def test_templates_are_noted(desk: BookingDesk, database: Database) -> None:
    made = await desk.add_template(ADMIN, Template(uri_prefix="a"))
    await desk.replace_template(ADMIN, msgspec.structs.replace(made, uri_prefix="b"))
    await desk.delete_template(ADMIN, made.id)
    assert await told(database) == [
        ("create", "template", ()),
        ("update", "template", ("uri_prefix",)),
        ("delete", "template", ()),
    ]


async def test_organisations_are_noted_in_their_own_chain(desk: BookingDesk, database: Database) -> None:
    made = await desk.add_organisation(ADMIN, Organisation(code="ward", parent="hospital"))
    await desk.change_organisation(ADMIN, msgspec.structs.replace(made, help_line="70", history_api_key_hash="a" * 64))
    await desk.change_organisation(ADMIN, msgspec.structs.replace(made, help_line="70", history_api_key_hash="a" * 64))
    assert await told(database, "ward") == [
        ("create", "organisation", ()),
        ("update", "organisation", ("help_line", "history_api_key_hash")),
    ]
    assert await entries(database) == []


async def test_pool_rooms_are_noted(desk: BookingDesk, database: Database) -> None:
    template = await desk.add_template(ADMIN, Template(is_pool_template=True))
    await desk.add_pool_room(ADMIN, "hospital", template.id)
    with pytest.raises(BookingRefused):
        await desk.reserve(ADMIN, RoomOptions())
    assert await told(database) == [("create", "template", ()), ("create", "schedulingInfo", ())]
