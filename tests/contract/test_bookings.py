"""The booking desk over real databases: one suite for all of them."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.choices import MeetingType, Provisioning, ProvisionStatus, VmrQuality
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.pool_rules import RESERVED_S
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import By, Criterion, MeetingChange, NewMeeting, ProvisionReport
from vdxmedia.booking.room_options import RoomOptions, Template
from vdxmedia.clock import ManualClock
from vdxmedia.errors import BadField, NotAllowed, NotFound, Refused
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.bookings_port import LIST_PAGE
from vdxmedia.sealing import Sealer
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import Database

SEALER = Sealer([b"k" * 32])
SET_UP = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/?url=__uri-with-domain__")
EXTERNAL = replace(SET_UP, provisioning=Provisioning.EXTERNAL)
PROVISIONER = Caller(organisation="", roles=frozenset({CallerRole.PROVISIONER_USER}))
OK = ProvisionStatus.PROVISIONED_OK
NOW = 1_800_000_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def desk(database: Database, clock: ManualClock) -> BookingDesk:
    made = BookingDesk(BookingDatabase(database.units, SEALER), clock, SET_UP)
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


async def test_user_who_is_nobody_in_particular_sees_no_meeting_that_nobody_organises(desk: BookingDesk) -> None:
    booked = await desk.book(caller(email=""), meeting())
    nobody = caller("hospital", CallerRole.USER, email="")
    assert booked.meeting.organized_by.email == ""
    with pytest.raises(NotFound):
        await desk.meeting(nobody, booked.meeting.uuid)
    assert await found(desk, By.SUBJECT, "Samtale", who=nobody) == []
    assert [page async for page in desk.rooms(nobody, 0, NOW * 2, ProvisionStatus.AWAITS_PROVISION)] == []
    assert await found(desk, By.SUBJECT, "Samtale") == [booked.meeting.uuid]


async def test_unit_of_work_whose_caller_goes_away_is_finished_and_holds_nobody_up(database: Database) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("INSERT INTO organisations (code, parent, document) VALUES ('slow', '', '{}')")
        begun.set()
        await may_end.wait()

    writing = asyncio.create_task(database.units.write(slow))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    may_end.set()
    await database.units.write(
        lambda connection: connection.exec_driver_sql("UPDATE organisations SET parent = 'top' WHERE code = 'slow'")
    )
    rows = await database.units.read(
        lambda connection: connection.exec_driver_sql("SELECT parent FROM organisations WHERE code = 'slow'")
    )
    assert rows.all() == [("top",)]


async def report(desk: BookingDesk, uuid: UUID, status: ProvisionStatus) -> None:
    """As an external provisioner."""
    set_up, desk.parts.set_up = desk.parts.set_up, EXTERNAL
    await desk.report(PROVISIONER, uuid, ProvisionReport(status=status))
    desk.parts.set_up = set_up


def why(error: pytest.ExceptionInfo[BookingRefused]) -> Why:
    return error.value.why


async def test_search_finds_by_each_criterion_in_the_order_of_start(desk: BookingDesk) -> None:
    late = await desk.book(caller(), meeting(subject="Årsmøde 100 %", starts_at=NOW + 100, labels=("grøn", "x")))
    early = await desk.book(caller(), meeting(description="om ÅRSAGEN", labels=("x",)))
    planned = meeting(subject="Andet", starts_at=NOW + 50, organized_by_email="Bo@hospital.dk")
    third = await desk.book(caller(), planned)
    uuids = {name: booked.meeting.uuid for name, booked in (("l", late), ("e", early), ("t", third))}
    uri = third.room.uri_with_domain

    async def names(by: By, text: str = "", **of: object) -> str:
        return "".join(name for one in await found(desk, by, text, **of) for name, uuid in uuids.items() if uuid == one)

    assert await names(By.RANGE, starts_from=NOW + 50, starts_to=NOW + 100) == "tl"
    assert await names(By.SHORT_ID, late.meeting.short_id.upper()) == "l"
    assert await names(By.LABEL, "x") == "le"
    assert await names(By.SUBJECT, "Andet") == "t"
    assert await names(By.ORGANIZED_BY, "bo@HOSPITAL.dk") == "t"
    assert await names(By.SEARCH, "års") == "le"
    assert await names(By.SEARCH, "års", starts_from=NOW, starts_to=NOW + 100) == "l"
    assert await names(By.SEARCH, "0 %") == "l"
    assert await names(By.SEARCH, "bo@hosp") == "t"
    assert await names(By.SEARCH, third.room.uri_without_domain) == "t"
    assert await names(By.SEARCH, "grøn") == "l"
    assert await names(By.SEARCH, "_") == ""
    assert await names(By.URI_WITH_DOMAIN, uri.upper()) == "t"
    assert (await desk.meeting_by_uri(caller(), uri, with_domain=True)).meeting.uuid == uuids["t"]
    without = await desk.meeting_by_uri(caller(), third.room.uri_without_domain, with_domain=False)
    assert without.meeting.uuid == uuids["t"]
    for half in ({"starts_from": 1}, {"starts_to": 1}):
        with pytest.raises(BookingRefused) as refused:
            await found(desk, By.RANGE, **half)
        assert why(refused) is Why.RANGE_HALF


async def test_long_list_comes_in_pages_without_gap_or_repetition(desk: BookingDesk) -> None:
    booked = [await desk.book(caller(), meeting(starts_at=NOW + at // 3)) for at in range(LIST_PAGE + 5)]
    uuids = await found(desk, By.RANGE, starts_from=NOW, starts_to=NOW + 10**6)
    assert len(uuids) == len(set(uuids)) == len(booked)
    assert sorted(uuids) == sorted(one.meeting.uuid for one in booked)
    rooms = [page async for page in desk.rooms(caller(), 0, NOW * 2, ProvisionStatus.AWAITS_PROVISION)]
    assert [len(page) for page in rooms] == [LIST_PAGE, 5]


async def test_meeting_that_awaits_its_room_can_be_changed_wholly_and_cancelled(desk: BookingDesk) -> None:
    uuid = (await desk.book(caller(), meeting())).meeting.uuid
    change = MeetingChange(subject="Ny", starts_at=NOW + 60, host_pin=4711, guest_pin_required=True, labels=("n",))
    changed = await desk.change(caller(), uuid, change, revision=1)
    assert await desk.meeting(caller(), uuid) == changed
    assert (changed.meeting.subject, changed.meeting.revision, changed.room.host_pin) == ("Ny", 2, "4711")
    assert changed.room.starts_at == NOW + 60 - 15 * 60
    assert changed.room.guest_pin
    assert await found(desk, By.LABEL, "n") == [uuid]
    assert await desk.change(caller(), uuid, change) == changed, "the same again changes nothing"
    with pytest.raises(Refused, match="meanwhile"):
        await desk.change(caller(), uuid, MeetingChange(subject="x"), revision=1)
    await desk.cancel(caller(), uuid, revision=2)
    with pytest.raises(NotFound):
        await desk.cancel(caller(), uuid)
    assert await found(desk, By.LABEL, "n") == []


async def test_meeting_whose_room_is_made_can_only_be_prolonged_or_ended(desk: BookingDesk) -> None:
    booked = await desk.book(caller(), meeting())
    uuid = booked.meeting.uuid
    await report(desk, uuid, ProvisionStatus.PROVISIONED_OK)
    for change in (MeetingChange(subject="Ny"), MeetingChange(host_pin=123456), MeetingChange(call_type="0")):
        with pytest.raises(BookingRefused) as refused:
            await desk.change(caller(), uuid, change)
        assert why(refused) is Why.NOT_EDITABLE
    longer = await desk.change(caller(), uuid, MeetingChange(subject="Samtale", ends_at=NOW + 9000))
    assert longer.meeting.ends_at == longer.room.ends_at == NOW + 9000
    with pytest.raises(BookingRefused) as refused:
        await desk.cancel(caller(), uuid)
    assert why(refused) is Why.NOT_DELETABLE
    with pytest.raises(BadField):
        await desk.change(caller(), uuid, MeetingChange(ends_at=NOW + 100))
    ended = await desk.change(caller(), uuid, MeetingChange(ends_at=NOW))
    assert ended.room.status is ProvisionStatus.STARTING_TO_DEPROVISION
    with pytest.raises(BookingRefused) as refused:
        await desk.change(caller(), uuid, MeetingChange(ends_at=NOW + 9000))
    assert why(refused) is Why.NOT_EDITABLE
    await report(desk, uuid, ProvisionStatus.DEPROVISION_OK)
    gone = await desk.room(caller(), uuid)
    assert gone[0].uri_with_domain == gone[0].uri_domain == ""
    await desk.book(caller(), meeting(uuid=uuid4()))


async def test_template_is_the_nearest_default_up_the_tree_else_made(desk: BookingDesk) -> None:
    above = await desk.add_template(caller("region"), Template(is_default_template=True, uri_prefix="r"))
    assert (await desk.book(caller(), meeting())).room.template == above.id
    own = await desk.add_template(caller(), Template(is_default_template=True, uri_prefix="h", host_pin_required=False))
    booked = await desk.book(caller(), meeting())
    assert booked.room.template == own.id
    assert booked.room.uri_without_domain.startswith("h")
    assert booked.room.host_pin == ""
    newer = await desk.add_template(caller(), Template(is_default_template=True))
    assert (await desk.book(caller(), meeting())).room.template == newer.id
    assert not (await desk.template(caller(), own.id)).is_default_template
    await desk.delete_template(caller(), newer.id)
    with pytest.raises(NotFound):
        await desk.template(caller(), newer.id)
    assert [one.id for one in await desk.templates(caller())] == [own.id]
    assert (await desk.book(caller(), meeting(template=own.id))).room.template == own.id
    for template, reason in ((newer.id, Why.TEMPLATE_UNKNOWN), (99, Why.TEMPLATE_UNKNOWN)):
        with pytest.raises(BookingRefused) as refused:
            await desk.book(caller(), meeting(template=template))
        assert why(refused) is reason
    with pytest.raises(BookingRefused) as refused:
        await desk.book(caller("other"), meeting(template=own.id))
    assert why(refused) is Why.TEMPLATE_OF_ANOTHER
    made = await desk.book(caller("other"), meeting())
    assert [one.id for one in await desk.templates(caller("other"))] == [made.room.template]
    with pytest.raises(NotFound):
        await desk.replace_template(caller("other"), own)
    with pytest.raises(NotAllowed):
        await desk.add_template(caller("hospital", CallerRole.PLANNER), own)


async def test_address_is_drawn_in_the_range_until_none_is_free(desk: BookingDesk) -> None:
    narrow = Template(uri_prefix="a", uri_number_range_low=7, uri_number_range_high=8)
    template = (await desk.add_template(caller(), narrow)).id
    uris = {(await desk.book(caller(), meeting(template=template))).room.uri_without_domain for _ in range(2)}
    assert uris == {"a7", "a8"}
    with pytest.raises(BookingRefused) as refused:
        await desk.book(caller(), meeting(template=template))
    assert why(refused) is Why.NO_FREE_URI


async def test_address_of_ones_own_needs_leave_and_is_taken_once(desk: BookingDesk) -> None:
    with pytest.raises(BookingRefused) as refused:
        await desk.book(caller(), meeting(uri_without_domain="stue7"))
    assert why(refused) is Why.CUSTOM_URI_NOT_ALLOWED
    mine = (await desk.tree()).by_code["hospital"]
    await desk.change_organisation(caller(), replace(mine, allow_custom_uri_without_domain=True))
    booked = await desk.book(caller(), meeting(uri_without_domain="Stue7"))
    assert booked.room.uri_with_domain == "Stue7@rooms.example.dk"
    for uri, reason in (("stue7", Why.URI_TAKEN), ("stue 7", Why.URI_CHARACTERS)):
        with pytest.raises(BookingRefused) as refused:
            await desk.book(caller(), meeting(uri_without_domain=uri))
        assert why(refused) is reason
    await desk.cancel(caller(), booked.meeting.uuid)
    await desk.book(caller(), meeting(uri_without_domain="stue7"))


async def test_organisation_is_made_below_ones_own_only(desk: BookingDesk) -> None:
    ward = Organisation(code="ward", parent="hospital")
    with pytest.raises(NotFound):
        await desk.add_organisation(caller("other"), ward)
    added = await desk.add_organisation(caller("region"), ward)
    assert added.group_id > 0
    assert (await desk.tree()).find("ward") == added
    with pytest.raises(Refused) as refused:
        await desk.add_organisation(caller("region"), ward)
    assert refused.value.code == "organisation_exists"
    newcomer = replace(caller("new", CallerRole.USER), auto_organisation="hospital")
    await desk.book(newcomer, meeting())
    assert (await desk.tree()).by_code["new"].parent == "hospital"
    with pytest.raises(BookingRefused) as unknown:
        await desk.book(caller("nowhere"), meeting())
    assert why(unknown) is Why.ORGANISATION_UNKNOWN


async def pool_of(desk: BookingDesk, clock: ManualClock, rooms: int, **template: object) -> list[UUID]:
    """Ready and old enough."""
    mine = (await desk.tree()).by_code["hospital"]
    await desk.change_organisation(caller(), replace(mine, pool_size=rooms))
    made = await desk.add_template(caller(), Template(is_pool_template=True, **template))  # type: ignore[arg-type]
    uuids = [(await desk.add_pool_room(PROVISIONER, "hospital", made.id)).uuid for _ in range(rooms)]
    for uuid in uuids:
        await report(desk, uuid, ProvisionStatus.PROVISIONED_OK)
    clock.advance(60)
    return uuids


async def test_ad_hoc_meeting_gets_a_room_that_stands_ready(desk: BookingDesk, clock: ManualClock) -> None:
    with pytest.raises(BookingRefused) as refused:
        await desk.book(caller(), meeting(meeting_type=MeetingType.POOL, starts_at=NOW))
    assert why(refused) is Why.AD_HOC_NOT_ALLOWED
    (pooled,) = await pool_of(desk, clock, 1)
    before = (await desk.pools(caller()))[0]
    assert (before.organisation, before.wanted, before.free) == ("hospital", 1, 1)
    ad_hoc = meeting(meeting_type=MeetingType.POOL, starts_at=NOW + 60)
    booked = await desk.book(caller(), ad_hoc)
    assert booked.room.status is ProvisionStatus.PROVISIONED_OK
    assert booked.room.room_id == before.rooms[0].room_id
    assert booked.room.host_pin == before.rooms[0].host_pin
    assert await desk.meeting(caller(), booked.meeting.uuid) == booked
    with pytest.raises(NotFound):
        await desk.room(caller(), pooled)
    with pytest.raises(BookingRefused) as refused:
        await desk.book(caller(), ad_hoc)
    assert why(refused) is Why.NO_FREE_POOL_ROOM
    normal = await desk.book(caller(), meeting(starts_at=NOW))
    assert normal.room.status is ProvisionStatus.AWAITS_PROVISION
    with pytest.raises(BadField):
        await desk.book(caller(), meeting(meeting_type=MeetingType.POOL))
    renamed = await desk.change(caller(), booked.meeting.uuid, MeetingChange(subject="Ny"))
    assert renamed.meeting.subject == "Ny", "an organisation with a pool may"


async def test_room_of_the_pool_is_given_away_by_its_options_and_age(desk: BookingDesk, clock: ManualClock) -> None:
    await pool_of(desk, clock, 1, options=RoomOptions(vmr_quality=VmrQuality.FULLHD))
    soon = {"starts_at": NOW, "meeting_type": MeetingType.POOL}
    with pytest.raises(BookingRefused):
        await desk.book(caller(), meeting(options=RoomOptions(vmr_quality=VmrQuality.SD), **soon))
    with pytest.raises(BookingRefused):
        await desk.book(caller(), meeting(guest_pin_required=True, **soon))
    helped = Organisation(code="helped", parent="region", overflow="hospital")
    await desk.add_organisation(caller("region"), helped)
    taken = await desk.book(caller("helped"), meeting(options=RoomOptions(vmr_quality=VmrQuality.FULLHD), **soon))
    assert taken.room.organisation == "helped"
    template = (await desk.templates(caller()))[0].id
    young = await desk.add_pool_room(PROVISIONER, "hospital", template)
    await report(desk, young.uuid, ProvisionStatus.PROVISIONED_OK)
    clock.advance(59)
    with pytest.raises(BookingRefused):
        await desk.book(caller(), meeting(**soon))
    clock.advance(1)
    await desk.book(caller(), meeting(**soon))


async def test_reserved_room_is_kept_for_its_booking_for_a_while(desk: BookingDesk, clock: ManualClock) -> None:
    await pool_of(desk, clock, 1)
    reserved = await desk.reserve(caller(), RoomOptions(vmr_quality=VmrQuality.HD))
    reservation = UUID(reserved.reserved_by)
    assert await desk.reservation(caller(), reservation) == reserved
    ad_hoc = meeting(meeting_type=MeetingType.POOL, starts_at=NOW)
    with pytest.raises(BookingRefused) as refused:
        await desk.book(caller(), ad_hoc)
    assert why(refused) is Why.NO_FREE_POOL_ROOM
    for who, changes, reason in (
        (caller(), {"host_pin": 1234}, Why.RESERVATION_WITH_PIN),
        (caller("other"), {}, Why.RESERVATION_UNKNOWN),
    ):
        with pytest.raises(BookingRefused) as refused:
            await desk.book(who, meeting(reservation=reservation, **changes))
        assert why(refused) is reason
    booked = await desk.book(caller(), meeting(reservation=reservation))
    assert (booked.room.room_id, booked.room.reserved_by) == (reserved.room_id, "")
    await report(desk, (await desk.add_pool_room(PROVISIONER, "hospital", booked.room.template)).uuid, OK)
    clock.advance(60)
    lapsed = UUID((await desk.reserve(caller(), RoomOptions())).reserved_by)
    clock.advance(RESERVED_S)
    with pytest.raises(NotFound):
        await desk.reservation(caller(), lapsed)
    await desk.book(caller(), ad_hoc)


async def test_external_provisioner_alone_reports_and_only_where_it_makes_the_rooms(desk: BookingDesk) -> None:
    uuid = (await desk.book(caller(), meeting(starts_at=NOW + 900))).meeting.uuid
    told = ProvisionReport(status=OK, vmr_id="77", description="made")
    with pytest.raises(NotAllowed):
        await desk.report(PROVISIONER, uuid, told)
    desk.parts.set_up = EXTERNAL
    with pytest.raises(NotAllowed):
        await desk.report(caller(), uuid, told)
    assert [room.uuid for room, _ in await desk.due_for_provision(PROVISIONER)] == [uuid]
    room, booked = await desk.report(PROVISIONER, uuid, told)
    assert (room.vmr_id, room.status_description, room.status_at) == ("77", "made", NOW)
    assert booked == await desk.meeting(caller(), uuid)
    await desk.change(caller(), uuid, MeetingChange(ends_at=NOW))
    assert [room.uuid for room, _ in await desk.due_for_deprovision(PROVISIONER)] == [uuid]
