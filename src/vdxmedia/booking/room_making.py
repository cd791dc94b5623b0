"""A new room and a new meeting, from template and request; and a pool's room that becomes a meeting's."""

from __future__ import annotations

from uuid import UUID

import msgspec

from vdxmedia.booking.choices import GuestMicrophone, ProvisionStatus
from vdxmedia.booking.drawing import short_id
from vdxmedia.booking.meetings import BookedRoom, Meeting, Person
from vdxmedia.booking.portal_links import fill
from vdxmedia.booking.requests import NewMeeting
from vdxmedia.booking.room_options import DEFAULTS, RoomOptions, Template

MINUTE_S = 60
DEFAULT_NUMBERS = (100_000, 999_999)
"""Of addresses under a template that makes itself: organisations share them, so 9,000 would be few."""


def made_template(organisation: str) -> Template:
    """What an organisation books with that has none and inherits none."""
    low, high = DEFAULT_NUMBERS
    return Template(
        organisation=organisation, uri_number_range_low=low, uri_number_range_high=high, is_default_template=True
    )


def new_room(
    template: Template,
    *,
    uuid: UUID,
    organisation: str,
    room_id: str,
    uri: tuple[str, str],
    pins: tuple[str, str],
    person: Person,
    now: int,
    request: NewMeeting | None = None,
) -> BookedRoom:
    """`uri`: without domain, and the domain; `pins`: host's and guest's; without `request` it is a pool's. Its portal
    links are filled by `with_links`."""
    asked = request.options if request is not None else RoomOptions()
    room = BookedRoom(
        uuid=uuid,
        organisation=organisation,
        template=template.id,
        room_id=room_id,
        is_pool=request is None,
        uri_without_domain=uri[0],
        uri_domain=uri[1],
        host_pin=pins[0],
        guest_pin=pins[1],
        available_before=template.vmr_available_before,
        max_participants=template.max_participants,
        end_meeting_on_end_time=template.end_meeting_on_end_time,
        ivr_theme=template.ivr_theme,
        return_url=template.return_url,
        call_type=template.call_type,
        direct_media=template.direct_media.value,
        options=asked.over(template.options).over(DEFAULTS),
        created_by=person,
        created_at=now,
    )
    return room if request is None else _for_meeting(room, request)


def attached(room: BookedRoom, request: NewMeeting, *, uuid: UUID, organisation: str, now: int) -> BookedRoom:
    """A pool's room, given to a meeting."""
    given = msgspec.structs.replace(
        room, uuid=uuid, organisation=organisation, has_meeting=True, reserved_by="", updated_at=now
    )
    return _for_meeting(given, request)


def _for_meeting(room: BookedRoom, request: NewMeeting) -> BookedRoom:
    most, ends = request.max_participants, request.end_meeting_on_end_time
    return msgspec.structs.replace(
        room,
        has_meeting=True,
        max_participants=room.max_participants if most is None else most,
        end_meeting_on_end_time=room.end_meeting_on_end_time if ends is None else ends,
        call_type=request.call_type or room.call_type,
        starts_at=room_start(request.starts_at, room.available_before),
        ends_at=request.ends_at,
    )


def room_start(starts_at: int, available_before: int) -> int:
    """When the room is to be there; never 0, which is a pool's."""
    return max(starts_at - available_before * MINUTE_S, 1)


def with_links(room: BookedRoom, template: Template | None, portal: str, meeting: Meeting | None) -> BookedRoom:
    """With its portal links as they are now. `portal`: the server's template of links."""
    starts_at = None if meeting is None else meeting.starts_at
    microphone: GuestMicrophone | None = None if meeting is None else meeting.guest_microphone
    guest, host = ("", "") if template is None else (template.custom_portal_guest, template.custom_portal_host)
    return msgspec.structs.replace(
        room,
        portal_link=fill(portal, room, room.guest_pin or room.host_pin, starts_at, microphone),
        custom_portal_guest=fill(guest, room, room.guest_pin, starts_at, microphone),
        custom_portal_host=fill(host, room, room.host_pin, starts_at, microphone),
    )


def new_meeting(
    request: NewMeeting, *, uuid: UUID, organisation: str, person: Person, organizer: str, now: int
) -> Meeting:
    return Meeting(
        uuid=uuid,
        organisation=organisation,
        subject=request.subject,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        short_id=short_id(uuid),
        description=request.description,
        project_code=request.project_code,
        organized_by=Person(organisation, organizer),
        meeting_type=request.meeting_type,
        external_id=request.external_id,
        guest_microphone=request.guest_microphone,
        guest_pin_required=request.guest_pin_required,
        labels=tuple(dict.fromkeys(request.labels)),
        additional_information=request.additional_information,
        created_by=person,
        created_at=now,
    )


def in_status(
    room: BookedRoom, status: ProvisionStatus, now: int, description: str = "", vmr_id: str | None = None
) -> BookedRoom:
    """DEPROVISION_OK frees the address."""
    is_gone = status is ProvisionStatus.DEPROVISION_OK
    return msgspec.structs.replace(
        room,
        status=status,
        status_description=description,
        status_at=now,
        updated_at=now,
        vmr_id=room.vmr_id if vmr_id is None else vmr_id,
        uri_without_domain="" if is_gone else room.uri_without_domain,
        uri_domain="" if is_gone else room.uri_domain,
    )
