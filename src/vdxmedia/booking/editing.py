"""What a change may change, by the state of the room, and what becomes of meeting and room.

| the room is        | may change                                                                              |
|--------------------|-----------------------------------------------------------------------------------------|
| AWAITS_PROVISION   | all                                                                                     |
| PROVISIONED_OK     | the end; all but PINs and call type where the organisation has a pool                   |
| anything else      | nothing                                                                                 |

A value that is as before is no change, so that a PUT may repeat what it does not want to change. An end of now or
before ends the meeting, whatever its start.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from vdxmedia.booking.checks import check_times
from vdxmedia.booking.choices import Provisioning, ProvisionStatus
from vdxmedia.booking.drawing import Draw, draw_pins
from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting, Person
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import MeetingChange
from vdxmedia.booking.room_making import in_status, room_start, with_links
from vdxmedia.booking.room_options import Template
from vdxmedia.errors import BadField

NOW_SLACK_S = 10
"""An end that is so little ahead is meant as now: the caller's clock is another."""
_OF_MEETING = (
    "subject",
    "starts_at",
    "ends_at",
    "description",
    "project_code",
    "labels",
    "guest_microphone",
    "guest_pin_required",
    "additional_information",
)


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What a change is judged by, beside meeting and change."""

    person: Person
    organizer: str | None
    """Who organises it from now on; None: as before."""
    now: int
    has_pool: bool
    template: Template
    provisioning: Provisioning
    portal: str


def edited(booked: Booked, change: MeetingChange, edit: Edit, draw: Draw) -> Booked:
    """The same when nothing changes. Raises: BookingRefused `meeting_not_editable`, BadField."""
    before, status = booked.meeting, booked.room.status
    if status not in (ProvisionStatus.AWAITS_PROVISION, ProvisionStatus.PROVISIONED_OK):
        raise _not_editable("its room is being made, or is taken down")
    awaits = status is ProvisionStatus.AWAITS_PROVISION
    changes = {
        name: value
        for name in _OF_MEETING
        if (value := getattr(change, name)) is not UNSET and value != getattr(before, name)
    }
    if edit.organizer is not None and edit.organizer.lower() != before.organized_by.email.lower():
        changes["organized_by"] = Person(before.organisation, edit.organizer)
    meeting = msgspec.structs.replace(before, **changes)
    room = _with_pins(booked.room, meeting, change, edit.template, draw)
    if change.call_type is not UNSET and (change.call_type or edit.template.call_type) != room.call_type:
        room = msgspec.structs.replace(room, call_type=change.call_type or edit.template.call_type)
    if room is booked.room and not changes:
        return booked
    if not awaits:
        if (room.host_pin, room.guest_pin, room.call_type) != _fixed(booked.room):
            raise _not_editable("PINs and call type are fixed since its room was made")
        if not edit.has_pool and set(changes) - {"ends_at"}:
            raise _not_editable("only the end can be changed since its room was made")
    is_ended = "ends_at" in changes and meeting.ends_at <= edit.now + NOW_SLACK_S
    if not is_ended and {"starts_at", "ends_at"} & set(changes):
        check_times(meeting.starts_at, meeting.ends_at)
    meeting = msgspec.structs.replace(
        meeting, updated_by=edit.person, updated_at=edit.now, revision=before.revision + 1
    )
    room = msgspec.structs.replace(
        room,
        starts_at=room_start(meeting.starts_at, room.available_before),
        ends_at=meeting.ends_at,
        updated_by=edit.person,
        updated_at=edit.now,
    )
    if is_ended and edit.provisioning is Provisioning.BUILT_IN:
        room = in_status(room, ProvisionStatus.STARTING_TO_DEPROVISION, edit.now)
    return Booked(meeting, with_links(room, edit.template, edit.portal, meeting))


def check_deletable(room: BookedRoom) -> None:
    """Raises: BookingRefused `meeting_not_deletable`."""
    if room.status is not ProvisionStatus.AWAITS_PROVISION:
        raise BookingRefused(Why.NOT_DELETABLE, "the meeting's room has been made; end it instead")


def _with_pins(room: BookedRoom, meeting: Meeting, change: MeetingChange, template: Template, draw: Draw) -> BookedRoom:
    host, guest = room.host_pin, room.guest_pin
    if change.host_pin is not UNSET:
        host = str(change.host_pin)
    if change.guest_pin is not UNSET:
        guest = str(change.guest_pin)
    elif change.guest_pin_required is False and not template.guest_pin_required:
        guest = ""
    if meeting.guest_pin_required and not guest:
        _, guest = draw_pins(template, draw, host=int(host) if host else None, guest=None, needs_guest=True)
    if guest and guest == host:
        raise BadField("must differ from hostPin", field="$.guestPin")
    if (host, guest) == (room.host_pin, room.guest_pin):
        return room
    return msgspec.structs.replace(room, host_pin=host, guest_pin=guest)


def _fixed(room: BookedRoom) -> tuple[str, str, str]:
    return room.host_pin, room.guest_pin, room.call_type


def _not_editable(why: str) -> BookingRefused:
    return BookingRefused(Why.NOT_EDITABLE, f"the meeting cannot be changed: {why}")
