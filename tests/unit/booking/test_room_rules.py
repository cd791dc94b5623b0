"""Pools, links, call types, who sees what, and which template: the small pure rules."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from vdxmedia.booking.access import organiser, sees_room, visible_organisations
from vdxmedia.booking.call_types import ALL, bits
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.checks import check_change, check_new, check_template, check_times
from vdxmedia.booking.choices import GuestMicrophone, ProvisionStatus, VmrQuality
from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting, Person
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.booking.pool_rules import MIN_AGE_S, RESERVED_S, fitting, is_ready, is_reserved, starts_soon, surplus
from vdxmedia.booking.portal_links import DEFAULT, fill, is_portal
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import MeetingChange, NewMeeting
from vdxmedia.booking.room_making import in_status, made_template, room_start
from vdxmedia.booking.room_options import RoomOptions, Template
from vdxmedia.booking.template_choice import default_among, pool_among
from vdxmedia.errors import BadField, NotAllowed

NOW = 1_800_000_000
NEW = NewMeeting(subject="s", starts_at=NOW, ends_at=NOW + 60)
ROOM = BookedRoom(
    uuid=UUID(int=1),
    organisation="hospital",
    template=1,
    status=ProvisionStatus.PROVISIONED_OK,
    status_at=NOW - MIN_AGE_S,
    room_id="room",
    is_pool=True,
    uri_without_domain="1234",
    uri_domain="rooms.example.dk",
    options=RoomOptions(vmr_quality=VmrQuality.HD),
)


@pytest.mark.parametrize(
    ("change", "ready"),
    [
        ({}, True),
        ({"status_at": NOW - MIN_AGE_S + 1}, False),
        ({"status_at": None}, False),
        ({"status": ProvisionStatus.AWAITS_PROVISION}, False),
        ({"has_meeting": True}, False),
        ({"is_pool": False}, False),
        ({"reserved_by": "r", "updated_at": NOW - RESERVED_S + 1}, False),
        ({"reserved_by": "r", "updated_at": NOW - RESERVED_S}, True),
    ],
)
def test_room_is_ready_when_it_is_free_and_old_enough(change: dict[str, object], ready: bool) -> None:
    assert is_ready(replace(ROOM, **change), NOW) is ready


def test_room_fits_by_what_is_asked_for_alone() -> None:
    assert fitting([ROOM], NEW, NOW) is ROOM
    for asked in (
        {"options": RoomOptions(vmr_quality=VmrQuality.SD)},
        {"template": 2},
        {"guest_pin_required": True},
    ):
        assert fitting([ROOM], replace(NEW, **asked), NOW) is None
    assert fitting([ROOM, replace(ROOM, guest_pin="77")], replace(NEW, guest_pin_required=True), NOW) is not None


@given(st.lists(st.booleans(), max_size=9), st.integers(0, 9))
def test_surplus_is_what_is_too_much_without_what_is_reserved(reserved: list[bool], wanted: int) -> None:
    rooms = [
        replace(ROOM, uuid=UUID(int=number), reserved_by="r" if is_one else "", updated_at=NOW)
        for number, is_one in enumerate(reserved)
    ]
    gone = surplus(rooms, wanted, NOW)
    assert not any(is_reserved(room, NOW) for room in gone)
    assert len(gone) == min(max(len(rooms) - wanted, 0), reserved.count(False))


def test_soon_is_two_minutes_ahead_or_past() -> None:
    assert starts_soon(NOW + 120, NOW)
    assert starts_soon(0, NOW)
    assert not starts_soon(NOW + 121, NOW)


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_portal_link_says_what_there_is_and_leaves_out_the_rest() -> None:
    link = fill("https://p.dk" + DEFAULT, ROOM, "4711", NOW, GuestMicrophone.ON)
    assert link == "https://p.dk/?url=1234@rooms.example.dk&pin=4711&start_dato=2027-01-15T09:00:00"
    room = replace(ROOM, call_type="126", return_url="https://back.dk/?a=b&c")
    template = "https://p.dk/x?join=1&microphone=__microphone__&t=__call-type__&r=__return-url__&d=__uri-domain__"
    assert fill(template, room, "", None, GuestMicrophone.MUTED) == (
        "https://p.dk/x?join=1&microphone=muted&t=126&r=https:%2F%2Fback.dk%2F%3Fa%3Db%26c&d=rooms.example.dk"
    )
    assert fill("https://p.dk/%uri-with-domain%#%pin%", room, "77", NOW) == "https://p.dk/1234@rooms.example.dk#77"
    assert fill("", room, "77", NOW) == ""


def test_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    room = replace(ROOM, return_url="__pin__")
    assert "4711" not in fill("https://p.dk/?r=x__return-url__", room, "4711", NOW)


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_template_gives_a_link_or_what_it_was(template: str, url: str) -> None:
    fill(template, replace(ROOM, return_url=url), "1", NOW)


def test_portal_is_an_address_of_the_web() -> None:
    assert is_portal("https://p.dk/?pin=__pin__")
    assert not is_portal("javascript:alert(1)")
    assert not is_portal("https://[")


# ── call types ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("AudioSendRecvVideoSendRecvPresentationSendRecv", ALL),
        ("AudioRecvVideoRecv", 4 + 16),
        ("audiosendrecv", 6),
        ("PresSendRecv", 96),
        ("0", 0),
        ("126", 126),
        ("", ALL),
        ("127", ALL),
        ("999", ALL),
        ("Audio", ALL),
        ("AudioSend, VideoSend", ALL),
        ("telepathy", ALL),
    ],
)
def test_call_type_is_read_as_number_or_words_and_else_allows_all(text: str, number: int) -> None:
    assert bits(text) == number


@given(st.text(max_size=60))
def test_call_type_is_always_one_that_rooms_take(text: str) -> None:
    assert 0 <= bits(text) <= ALL


# ── access ────────────────────────────────────────────────────────────────────────────────────────────────────────

TREE = Tree([Organisation(code="region"), Organisation(code="hospital", parent="region"), Organisation(code="other")])
MEETING = Meeting(
    uuid=UUID(int=1),
    organisation="hospital",
    subject="s",
    starts_at=NOW,
    ends_at=NOW + 60,
    short_id="0",
    organized_by=Person("hospital", "Anna@hospital.dk"),
)


def caller(role: CallerRole, organisation: str = "hospital", email: str = "anna@hospital.DK") -> Caller:
    return Caller(organisation=organisation, email=email, roles=frozenset({role}))


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (caller(CallerRole.ADMIN), True),
        (caller(CallerRole.PLANNER, "region"), True),
        (caller(CallerRole.ADMIN, "other"), False),
        (caller(CallerRole.USER), True),
        (caller(CallerRole.USER, email="bo@hospital.dk"), False),
        (caller(CallerRole.USER, "region"), False),
        (caller(CallerRole.PROVISIONER, ""), True),
        (caller(CallerRole.PROVISIONER_USER, "other"), True),
        (caller(CallerRole.ADMIN, ""), False),
    ],
)
def test_room_is_seen_by_its_organiser_those_above_and_provisioners(who: Caller, sees: bool) -> None:
    assert sees_room(who, ROOM, Booked(MEETING, ROOM), TREE) is sees
    if who.has(CallerRole.USER):
        assert not sees_room(who, ROOM, None, TREE)


def test_lists_of_rooms_are_of_those_that_the_caller_sees() -> None:
    assert visible_organisations(caller(CallerRole.ADMIN, "region"), TREE) == {"region", "hospital"}
    assert visible_organisations(caller(CallerRole.USER, "region"), TREE) == {"region"}
    assert visible_organisations(caller(CallerRole.PROVISIONER), TREE) is None


def test_only_planners_and_administrators_book_for_another() -> None:
    assert organiser(caller(CallerRole.USER), "") == "anna@hospital.DK"
    assert organiser(caller(CallerRole.PLANNER), "bo@hospital.dk") == "bo@hospital.dk"
    with pytest.raises(NotAllowed):
        organiser(caller(CallerRole.USER), "bo@hospital.dk")


# ── templates and checks ──────────────────────────────────────────────────────────────────────────────────────────


def test_default_is_the_nearest_upwards_then_the_shared_one() -> None:
    def default(number: int, organisation: str) -> Template:
        return Template(id=number, organisation=organisation, is_default_template=True)

    shared, above, own = default(1, ""), default(2, "region"), default(3, "hospital")
    plain = Template(id=4, organisation="hospital", is_pool_template=True)
    upwards = ["hospital", "region"]
    assert default_among([shared, above, own, plain], upwards) is own
    assert default_among([shared, above, plain], upwards) is above
    assert default_among([shared, plain], upwards) is shared
    assert default_among([plain], upwards) is None
    assert pool_among([own, plain], "hospital") is plain
    assert pool_among([plain], "region") is None
    assert made_template("hospital").is_default_template


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": ""},
        {"subject": "x" * 101},
        {"subject": "a\0b"},
        {"subject": "\ud800"},
        {"description": "x" * 501},
        {"ends_at": NOW},
        {"ends_at": NOW + 10**9},
        {"starts_at": 0},
        {"starts_at": 10**12, "ends_at": 10**12 + 60},
        {"max_participants": -1},
        {"guest_pin": 999},
        {"host_pin": 10**9},
        {"guest_pin": 1234, "host_pin": 1234},
        {"labels": ("x",) * 101},
        {"labels": ("x" * 201,)},
        {"additional_information": (("k" * 101, ""),)},
        {"additional_information": tuple((str(number), "") for number in range(101))},
    ],
)
def test_booking_with_a_value_out_of_bounds_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadField):
        check_new(replace(NEW, **changes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"uri_without_domain": "a b"}, Why.URI_CHARACTERS),
        ({"uri_without_domain": "ø"}, Why.URI_CHARACTERS),
        ({"additional_information": (("k", "1"), ("k", "2"))}, Why.KEYS_REPEAT),
    ],
)
def test_booking_is_refused_by_its_reason(changes: dict[str, object], why: Why) -> None:
    with pytest.raises(BookingRefused) as refused:
        check_new(replace(NEW, **changes))
    assert refused.value.why is why


def test_change_is_checked_as_a_booking_is() -> None:
    for change in (
        MeetingChange(subject=""),
        MeetingChange(ends_at=0),
        MeetingChange(labels=("x" * 201,)),
        MeetingChange(guest_pin=1, host_pin=2),
        MeetingChange(additional_information=(("k" * 101, ""),)),
    ):
        with pytest.raises(BadField):
            check_change(change)
    check_change(MeetingChange())


def test_template_has_bounds() -> None:
    for template in (
        Template(uri_prefix="x" * 101),
        Template(vmr_available_before=-1),
        Template(max_participants=-1),
        Template(host_pin_range_low=-1),
        Template(conferencing_sys_id=2**63),
    ):
        with pytest.raises(BadField):
            check_template(template)
    check_template(Template(host_pin_range_low=None))


def test_room_is_there_so_long_before_and_never_at_the_pools_time() -> None:
    assert room_start(NOW, 15) == NOW - 900
    assert room_start(60, 15) == 1
    check_times(1, 2)


def test_room_that_is_gone_has_no_address() -> None:
    gone = in_status(ROOM, ProvisionStatus.DEPROVISION_OK, NOW)
    assert gone.uri_with_domain == ""
    assert in_status(ROOM, ProvisionStatus.STARTING_TO_DEPROVISION, NOW).uri_with_domain == ROOM.uri_with_domain
