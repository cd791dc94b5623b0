"""What a change may change: every field by every state of the room."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from vdxmedia.booking.choices import GuestMicrophone, Provisioning, ProvisionStatus
from vdxmedia.booking.editing import NOW_SLACK_S, Edit, check_deletable, edited
from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting, Person
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import MeetingChange
from vdxmedia.booking.room_options import Template
from vdxmedia.errors import BadField

NOW = 1_800_000_000
S = ProvisionStatus
OTHERS = sorted(set(S) - {S.AWAITS_PROVISION, S.PROVISIONED_OK})
ANNA = Person("hospital", "anna@hospital.dk")
MEETING = Meeting(
    uuid=UUID(int=1),
    organisation="hospital",
    subject="Samtale",
    starts_at=NOW + 3600,
    ends_at=NOW + 7200,
    short_id="0" * 12,
    organized_by=ANNA,
)
CHANGES = {
    "subject": "Ny",
    "starts_at": NOW + 60,
    "description": "d",
    "project_code": "p",
    "labels": ("l",),
    "guest_microphone": GuestMicrophone.OFF,
    "additional_information": (("k", "v"),),
    "guest_pin_required": True,
    "guest_pin": 1234,
    "host_pin": 9876,
    "call_type": "0",
    "organized_by_email": "bo@hospital.dk",
    "ends_at": NOW + 9000,
}
FIXED = {"guest_pin_required", "guest_pin", "host_pin", "call_type"}
"""Those that make a PIN or are of the room."""


def room(status: ProvisionStatus) -> BookedRoom:
    return BookedRoom(
        uuid=MEETING.uuid,
        organisation="hospital",
        template=1,
        status=status,
        room_id="room",
        has_meeting=True,
        host_pin="4711",
        available_before=15,
        starts_at=MEETING.starts_at - 900,
        ends_at=MEETING.ends_at,
    )


def edit(
    status: ProvisionStatus,
    change: MeetingChange,
    *,
    has_pool: bool = False,
    provisioning: Provisioning = Provisioning.BUILT_IN,
    template: Template | None = None,
) -> tuple[Booked, Booked]:
    """Before and after."""
    before = Booked(MEETING, room(status))
    email = change.organized_by_email
    by = Edit(
        person=ANNA,
        organizer=None if email is UNSET else email,
        now=NOW,
        has_pool=has_pool,
        template=template or Template(),
        provisioning=provisioning,
        portal="https://p/?start=__start-date__",
    )
    return before, edited(before, change, by, lambda low, high: low)


@pytest.mark.parametrize("name", sorted(CHANGES))
@pytest.mark.parametrize("has_pool", [False, True])
@pytest.mark.parametrize("status", sorted(S))
def test_field_is_changed_or_refused_by_the_state_of_the_room(status: S, has_pool: bool, name: str) -> None:
    change = MeetingChange(**{name: CHANGES[name]})  # type: ignore[arg-type]
    may = {
        S.AWAITS_PROVISION: True,
        S.PROVISIONED_OK: name == "ends_at" or (has_pool and name not in FIXED),
    }.get(status, False)
    if not may:
        with pytest.raises(BookingRefused) as refused:
            edit(status, change, has_pool=has_pool)
        assert refused.value.why is Why.NOT_EDITABLE
        return
    before, after = edit(status, change, has_pool=has_pool)
    assert after.meeting.revision == before.meeting.revision + 1
    assert (after.meeting.updated_by, after.meeting.updated_at) == (ANNA, NOW)
    assert after.room.starts_at == after.meeting.starts_at - 900
    assert after.room.ends_at == after.meeting.ends_at
    assert after.room.status is status


@pytest.mark.parametrize("status", [S.AWAITS_PROVISION, S.PROVISIONED_OK])
def test_values_as_they_are_change_nothing(status: S) -> None:
    same = MeetingChange(
        subject=MEETING.subject,
        starts_at=MEETING.starts_at,
        ends_at=MEETING.ends_at,
        labels=(),
        host_pin=4711,
        call_type="",
        organized_by_email="ANNA@hospital.dk",
    )
    before, after = edit(status, same)
    assert after is before
    assert edit(status, MeetingChange())[1] == before


@given(st.integers(NOW - 10**6, NOW + NOW_SLACK_S))
def test_end_of_now_or_before_ends_the_meeting_whatever_its_start(ends_at: int) -> None:
    _, after = edit(S.PROVISIONED_OK, MeetingChange(ends_at=ends_at))
    assert after.room.status is S.STARTING_TO_DEPROVISION
    assert after.room.ends_at == ends_at
    _, outside = edit(S.PROVISIONED_OK, MeetingChange(ends_at=ends_at), provisioning=Provisioning.EXTERNAL)
    assert outside.room.status is S.PROVISIONED_OK


def test_end_before_the_start_is_a_mistake() -> None:
    with pytest.raises(BadField):
        edit(S.AWAITS_PROVISION, MeetingChange(ends_at=NOW + 3600))


def test_guests_pin_comes_and_goes_with_its_being_required() -> None:
    _, after = edit(S.AWAITS_PROVISION, MeetingChange(guest_pin_required=True))
    assert after.room.guest_pin == "1000"
    by = Edit(
        person=ANNA,
        organizer=None,
        now=NOW,
        has_pool=False,
        template=Template(),
        provisioning=Provisioning.BUILT_IN,
        portal="",
    )
    gone = edited(after, MeetingChange(guest_pin_required=False), by, lambda low, high: low)
    assert gone.room.guest_pin == ""
    stays = msgspec.structs.replace(by, template=Template(guest_pin_required=True))
    assert edited(after, MeetingChange(guest_pin_required=False), stays, lambda low, high: low).room.guest_pin == "1000"
    with pytest.raises(BadField):
        edit(S.AWAITS_PROVISION, MeetingChange(guest_pin=4711))


def test_links_follow_the_change() -> None:
    _, after = edit(S.AWAITS_PROVISION, MeetingChange(starts_at=1_785_924_000))
    assert after.room.portal_link == "https://p/?start=2026-08-05T12:00:00"


@pytest.mark.parametrize("status", sorted(S))
def test_meeting_is_cancelled_only_before_its_room_is_made(status: S) -> None:
    if status is S.AWAITS_PROVISION:
        check_deletable(room(status))
        return
    with pytest.raises(BookingRefused) as refused:
        check_deletable(room(status))
    assert refused.value.why is Why.NOT_DELETABLE
