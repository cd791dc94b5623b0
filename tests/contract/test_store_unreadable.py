"""One row that nobody can read keeps nobody from all the others: lists leave it out, count it and name it by its id."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import update

from tests.contract.test_bookings import NOW, SEALER, SET_UP, caller, found, meeting
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import By
from vdxmedia.booking.room_options import Template
from vdxmedia.clock import ManualClock
from vdxmedia.errors import BadInput
from vdxmedia.hub import bookings
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import Database
from vdxmedia.store.schema import booked_rooms, meetings, organisations, templates
from vdxmedia.store.units import Units


async def damage(units: Units, table: object, column: object, value: object) -> None:
    statement = update(table).where(column == value).values(document="{")  # type: ignore[arg-type]
    await units.write(lambda connection: connection.execute(statement))


@pytest.fixture
def counted(database: Database) -> list[None]:
    told: list[None] = []
    database.units.unreadable.count = lambda: told.append(None)
    return told


async def test_lists_go_on_without_what_cannot_be_read(
    database: Database,
    counted: list[None],
    monkeypatch: pytest.MonkeyPatch,
    expected_errors: list[logging.LogRecord],
) -> None:
    monkeypatch.setattr(bookings, "LIST_PAGE", 3)
    desk = BookingDesk(BookingDatabase(database.units, SEALER), ManualClock(NOW), SET_UP)
    await desk.seed([Organisation(code="hospital"), Organisation(code="broken")])
    made = [
        (
            await desk.book(caller(), meeting(labels=("a",), starts_at=NOW + 3600 + 60 * number, ends_at=NOW + 9000))
        ).meeting.uuid
        for number in range(8)
    ]
    kept = await desk.add_template(caller(), Template(uri_prefix="b"))
    lost = await desk.add_template(caller(), Template(uri_prefix="c"))
    units, gone = database.units, [made[1], made[2], made[7]]
    await damage(units, meetings, meetings.c.uuid, str(gone[0]))
    await damage(units, booked_rooms, booked_rooms.c.uuid, str(gone[1]))
    await damage(units, meetings, meetings.c.uuid, str(gone[2]))
    await damage(units, templates, templates.c.template_id, lost.id)
    await damage(units, organisations, organisations.c.code, "broken")

    whole = [uuid for uuid in made if uuid not in gone]
    window = {"starts_from": NOW, "starts_to": NOW + 86_400}
    assert await found(desk, By.RANGE, **window) == whole
    assert await found(desk, By.LABEL, "a") == whole
    rooms = [
        room.uuid
        async for page in desk.rooms(caller(), NOW, NOW + 86_400, ProvisionStatus.AWAITS_PROVISION)
        for room, _ in page
    ]
    assert rooms == whole
    listed = {template.id for template in await desk.templates(caller())}
    assert kept.id in listed
    assert lost.id not in listed
    fresh = BookingDesk(BookingDatabase(units, SEALER), ManualClock(NOW), SET_UP)
    assert "hospital" in await fresh.tree()
    assert "broken" not in await fresh.tree()
    with pytest.raises(BadInput) as caught:
        await desk.meeting(caller(), gone[0])
    assert caught.value.code == "store_unreadable"
    assert len(counted) == len(expected_errors)
    said = [record.getMessage() for record in expected_errors]
    assert {line.split()[0] for line in said} == {"stored_row_unreadable"}
    assert any(str(gone[0]) in line for line in said)
    assert not any("Samtale" in line for line in said)
