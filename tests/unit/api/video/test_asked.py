from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from vdxmedia.api.video import asked
from vdxmedia.api.video.bodies import CreateMeeting, PatchMeeting, UpdateMeeting
from vdxmedia.api.video.versions import V1, V2, Version
from vdxmedia.booking.choices import GuestMicrophone, MeetingType
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import By, MeetingChange
from vdxmedia.errors import BadField

RANGE = {"from-start-time": "2026-01-31T12:00:00+01:00", "to-start-time": "2026-01-31T13:00:00+01:00"}
TIMES = {"startTime": RANGE["from-start-time"], "endTime": RANGE["to-start-time"]}


def _patch(**members: object) -> MeetingChange:
    body = msgspec.json.decode(msgspec.json.encode(members), type=PatchMeeting)
    return asked.changed_meeting(body, V2)


@pytest.mark.parametrize("version", [V1, V2])
def test_the_first_criterion_in_the_order_of_precedence_counts(version: Version) -> None:
    query = {by.value: f"the {by.value}" for by in By if by is not By.RANGE} | RANGE
    for by in By:
        criterion = asked.criterion(query, version)
        assert criterion.by is by
        for name in RANGE if by is By.RANGE else (by.value,):
            del query[name]


def test_a_range_narrows_search_alone() -> None:
    assert asked.criterion({"search": "x", **RANGE}, V2).starts_from == 1_769_857_200
    assert asked.criterion({"search": "x"}, V2).starts_from is None
    assert asked.criterion({"label": "x", **RANGE}, V2).starts_from is None


@pytest.mark.parametrize("half", list(RANGE))
@pytest.mark.parametrize("other", [{}, {"search": "x"}])
def test_half_a_range_is_refused(half: str, other: dict[str, str]) -> None:
    with pytest.raises(BookingRefused) as refused:
        asked.criterion({half: RANGE[half], **other}, V2)
    assert refused.value.why is Why.RANGE_HALF


def test_nothing_to_search_for_is_refused_and_an_empty_parameter_is_nothing() -> None:
    for query in ({}, {"subject": ""}):
        with pytest.raises(BookingRefused) as refused:
            asked.criterion(query, V2)
        assert refused.value.why is Why.NO_CRITERION


def test_a_booking_that_says_little_gets_the_facts_defaults() -> None:
    body = msgspec.convert({"subject": "s", **TIMES, "labels": None, "callType": None, "unknown": 1}, CreateMeeting)
    request = asked.new_meeting(body, V2)
    assert request.meeting_type is MeetingType.NORMAL
    assert request.guest_microphone is GuestMicrophone.ON
    assert not request.guest_pin_required
    assert (request.labels, request.additional_information, request.call_type) == ((), (), "")
    assert request.max_participants is None


def test_a_put_empties_what_it_does_not_say_but_keeps_the_organiser() -> None:
    change = asked.replaced_meeting(msgspec.convert({"subject": "s", **TIMES}, UpdateMeeting), V2)
    assert (change.description, change.project_code, change.labels, change.additional_information) == ("", "", (), ())
    assert change.organized_by_email is UNSET
    assert change.guest_pin is UNSET


def test_a_patch_changes_what_it_says_and_nothing_else() -> None:
    assert _patch() == MeetingChange()
    assert _patch(subject="new", guestPin=1234) == MeetingChange(subject="new", guest_pin=1234)


def test_a_null_in_a_patch_empties_texts_and_lists_and_leaves_pins() -> None:
    nulls = ("description", "projectCode", "labels", "additionalInformation", "callType", "guestPin", "hostPin")
    change = _patch(**dict.fromkeys(nulls))
    assert change == MeetingChange(description="", project_code="", labels=(), additional_information=(), call_type="")


@pytest.mark.parametrize("name", ["subject", "startTime", "endTime", "guestMicrophone", "guestPinRequired"])
def test_a_null_where_something_must_be_is_refused(name: str) -> None:
    with pytest.raises(BookingRefused) as refused:
        _patch(**{name: None})
    assert refused.value.why is Why.NULL_NOT_ALLOWED


@pytest.mark.parametrize("text", ["1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_a_meeting_in_a_year_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(BadField):
        _patch(startTime=text)
