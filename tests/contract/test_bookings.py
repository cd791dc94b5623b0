"""The booking desk over real databases: one suite for all of them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import By, Criterion, NewMeeting
from vdxmedia.clock import ManualClock
from vdxmedia.errors import NotAllowed, NotFound
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.sealing import Sealer
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import Database, open_store

SEALER = Sealer([b"k" * 32])
SET_UP = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/?url=__uri-with-domain__")
NOW = 1_800_000_000
DATABASES = itertools.count(1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        place, password = f"sqlite:///{tmp_path}/store.db", ""
    else:
        running: Postgres = request.getfixturevalue("postgres")
        place = await asyncio.to_thread(running.make_database, f"bookings{next(DATABASES)}")
        password = PASSWORD
    async with open_store(place, password) as opened:
        yield opened


@pytest.fixture
async def desk(database: Database) -> BookingDesk:
    made = BookingDesk(BookingDatabase(database.units, SEALER), ManualClock(NOW), SET_UP)
    await made.seed([Organisation(code="region"), Organisation(code="hospital", parent="region")])
    await made.seed([Organisation(code="other")])
    return made


def caller(organisation: str = "hospital", *roles: CallerRole, email: str = "anna@hospital.dk") -> Caller:
    return Caller(organisation=organisation, email=email, roles=frozenset(roles or {CallerRole.ADMIN}))


def meeting(**changes: object) -> NewMeeting:
    fields = {"subject": "Samtale", "starts_at": NOW + 3600, "ends_at": NOW + 7200, **changes}
    return NewMeeting(**fields)  # type: ignore[arg-type]


async def found(desk: BookingDesk, by: By, text: str = "", **of: object) -> list[UUID]:
    who: Caller = of.pop("who", caller())  # type: ignore[assignment]
    pages = desk.search(who, Criterion(by=by, text=text, **of))  # type: ignore[arg-type]
    return [booked.meeting.uuid async for page in pages for booked in page]


async def test_meeting_booked_is_read_as_it_was_answered(desk: BookingDesk) -> None:
    answered = await desk.book(caller(), meeting(labels=("a", "b"), guest_pin_required=True))
    assert await desk.meeting(caller(), answered.meeting.uuid) == answered
    assert await desk.room(caller(), answered.meeting.uuid) == (answered.room, answered)
    room = answered.room
    assert room.status is ProvisionStatus.AWAITS_PROVISION
    assert room.uri_domain == "rooms.example.dk"
    assert room.portal_link == f"https://portal.example.dk/?url={room.uri_with_domain}"
    assert 1000 <= int(room.host_pin) <= 9999
    assert room.guest_pin not in ("", room.host_pin)
    assert room.starts_at == answered.meeting.starts_at - 15 * 60


async def test_pins_are_not_readable_in_the_database(desk: BookingDesk, database: Database) -> None:
    booked = await desk.book(caller(), meeting(host_pin=918_273_645))
    documents = await database.units.read(
        lambda connection: connection.exec_driver_sql("SELECT document FROM booked_rooms")
    )
    assert booked.room.host_pin == "918273645"
    assert "918273645" not in str(documents.all())


async def test_what_only_one_may_have_is_refused_by_its_name(desk: BookingDesk) -> None:
    first = await desk.book(caller(), meeting(external_id="4711"))
    with pytest.raises(BookingRefused) as taken:
        await desk.book(caller(), meeting(external_id="4711"))
    assert taken.value.why is Why.EXTERNAL_ID_TAKEN
    await desk.book(caller("other"), meeting(external_id="4711"))
    with pytest.raises(BookingRefused) as again:
        await desk.book(caller(), meeting(uuid=first.meeting.uuid))
    assert again.value.why is Why.UUID_TAKEN
    assert await found(desk, By.RANGE, starts_from=0, starts_to=NOW * 2) == [first.meeting.uuid]


async def test_meeting_of_another_is_as_one_that_is_not_there(desk: BookingDesk) -> None:
    booked = await desk.book(caller(), meeting())
    uuid, user = booked.meeting.uuid, CallerRole.USER
    assert await desk.meeting(caller("hospital", user, email="ANNA@hospital.dk"), uuid) == booked
    for who in (caller("hospital", user, email="bo@hospital.dk"), caller("other"), caller("region")):
        with pytest.raises(NotFound):
            await desk.meeting(who, uuid)
        assert await found(desk, By.SUBJECT, "Samtale", who=who) == []
    assert (await desk.room(caller("region"), uuid))[0] == booked.room
    for outsider in (caller("other"), caller("hospital", user, email="bo@hospital.dk")):
        with pytest.raises(NotFound):
            await desk.room(outsider, uuid)
    with pytest.raises(NotFound):
        await desk.meeting(caller(), uuid4())
    with pytest.raises(NotAllowed):
        await desk.book(caller("hospital", CallerRole.PROVISIONER), meeting())
