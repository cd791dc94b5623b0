"""From what callers send to what the booking desk is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from vdxmedia.api.video import times
from vdxmedia.api.video.bodies import (
    AdditionalInformation,
    CreateMeeting,
    PatchMeeting,
    SchedulingTemplateRequest,
    UpdateMeeting,
)
from vdxmedia.api.video.versions import Version
from vdxmedia.booking.choices import DirectMedia, GuestMicrophone, MeetingType
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import By, Criterion, MeetingChange, NewMeeting
from vdxmedia.booking.room_options import RoomOptions, Template
from vdxmedia.errors import BadField

T = TypeVar("T")

EARLIEST = 0
"""A meeting's time, 1 January 1970; what is older is a mistake."""
LATEST = 253_402_214_400
"""31 December 9999; what is later could not be written with an offset."""


def new_meeting(body: CreateMeeting, version: Version) -> NewMeeting:
    """Raises: BadField, BookingRefused."""
    return NewMeeting(
        subject=body.subject,
        starts_at=_meeting_time(version, body.start_time, "$.startTime"),
        ends_at=_meeting_time(version, body.end_time, "$.endTime"),
        description=body.description or "",
        project_code=body.project_code or "",
        organized_by_email=body.organized_by_email or "",
        max_participants=body.max_participants,
        end_meeting_on_end_time=body.end_meeting_on_end_time,
        template=body.scheduling_template_id,
        meeting_type=body.meeting_type or MeetingType.NORMAL,
        uuid=body.uuid,
        external_id=body.external_id or "",
        guest_microphone=body.guest_microphone or GuestMicrophone.ON,
        guest_pin_required=bool(body.guest_pin_required),
        reservation=body.scheduling_info_reservation_id,
        labels=tuple(body.labels or ()),
        options=_options(body),
        uri_without_domain=body.uri_without_domain or "",
        guest_pin=body.guest_pin,
        host_pin=body.host_pin,
        additional_information=_pairs(body.additional_information),
        call_type=body.call_type or "",
    )


def replaced_meeting(body: UpdateMeeting, version: Version) -> MeetingChange:
    """Raises: BadField, BookingRefused."""
    return MeetingChange(
        subject=body.subject,
        starts_at=_meeting_time(version, body.start_time, "$.startTime"),
        ends_at=_meeting_time(version, body.end_time, "$.endTime"),
        description=body.description or "",
        project_code=body.project_code or "",
        organized_by_email=body.organized_by_email or UNSET,
        labels=tuple(body.labels or ()),
        additional_information=_pairs(body.additional_information),
    )


def changed_meeting(body: PatchMeeting, version: Version) -> MeetingChange:
    """A null empties a text or a list, keeps a PIN and the organiser, and is refused for the rest.

    Raises: BadField, BookingRefused `null_not_allowed`, `year_too_long`.
    """
    start, end = _not_null(body.start_time, "startTime"), _not_null(body.end_time, "endTime")
    return MeetingChange(
        subject=_not_null(body.subject, "subject"),
        starts_at=start if isinstance(start, UnsetType) else _meeting_time(version, start, "$.startTime"),
        ends_at=end if isinstance(end, UnsetType) else _meeting_time(version, end, "$.endTime"),
        description=_emptied(body.description),
        project_code=_emptied(body.project_code),
        organized_by_email=body.organized_by_email or UNSET,
        labels=body.labels if isinstance(body.labels, UnsetType) else tuple(body.labels or ()),
        guest_microphone=_not_null(body.guest_microphone, "guestMicrophone"),
        guest_pin_required=_not_null(body.guest_pin_required, "guestPinRequired"),
        guest_pin=UNSET if body.guest_pin is None else body.guest_pin,
        host_pin=UNSET if body.host_pin is None else body.host_pin,
        additional_information=(
            body.additional_information
            if isinstance(body.additional_information, UnsetType)
            else _pairs(body.additional_information)
        ),
        call_type=_emptied(body.call_type),
    )


def criterion(query: Mapping[str, str], version: Version) -> Criterion:
    """The one that counts, in the order of precedence; an empty parameter is one that is not there.

    Raises: BadField, BookingRefused `range_incomplete`, `no_search_criterion`.
    """
    starts_from, starts_to = (_query_time(query, name, version) for name in ("from-start-time", "to-start-time"))
    is_half = (starts_from is None) != (starts_to is None)
    for by in By:
        if by is By.RANGE:
            if starts_from is not None and starts_to is not None:
                return Criterion(by=by, starts_from=starts_from, starts_to=starts_to)
        elif query.get(by.value):
            if by is not By.SEARCH:
                return Criterion(by=by, text=query[by.value])
            if is_half:
                break
            return Criterion(by=by, text=query[by.value], starts_from=starts_from, starts_to=starts_to)
    if is_half:
        raise BookingRefused(Why.RANGE_HALF, "from-start-time and to-start-time come together, or neither")
    raise BookingRefused(Why.NO_CRITERION, "say what to search for")


def required_time(query: Mapping[str, str], name: str, version: Version) -> int:
    """Raises: BadField, BookingRefused."""
    at = _query_time(query, name, version)
    if at is None:
        raise BadField("is needed", field=f"?{name}")
    return at


def template(body: SchedulingTemplateRequest, template_id: int = 0, *, before: Template | None = None) -> Template:
    """`before`: what this API does not know of it stays."""
    kept = before or Template()
    own = msgspec.structs.replace(_options(body), lobby=kept.options.lobby, kind=kept.options.kind)
    return Template(
        id=template_id,
        name=kept.name,
        conferencing_sys_id=body.conferencing_sys_id,
        uri_prefix=body.uri_prefix,
        uri_domain=body.uri_domain,
        uri_number_range_low=body.uri_number_range_low,
        uri_number_range_high=body.uri_number_range_high,
        host_pin_required=body.host_pin_required,
        host_pin_range_low=body.host_pin_range_low,
        host_pin_range_high=body.host_pin_range_high,
        guest_pin_required=body.guest_pin_required,
        guest_pin_range_low=body.guest_pin_range_low,
        guest_pin_range_high=body.guest_pin_range_high,
        vmr_available_before=body.vmr_available_before or 0,
        max_participants=body.max_participants or 0,
        end_meeting_on_end_time=bool(body.end_meeting_on_end_time),
        ivr_theme=body.ivr_theme or "",
        is_default_template=bool(body.is_default_template),
        is_pool_template=bool(body.is_pool_template),
        custom_portal_guest=body.custom_portal_guest or "",
        custom_portal_host=body.custom_portal_host or "",
        return_url=body.return_url or "",
        direct_media=body.direct_media or DirectMedia.NEVER,
        call_type=body.call_type or "",
        options=own,
    )


def _options(body: CreateMeeting | SchedulingTemplateRequest) -> RoomOptions:
    return RoomOptions(
        vmr_type=body.vmr_type,
        host_view=body.host_view,
        guest_view=body.guest_view,
        vmr_quality=body.vmr_quality,
        enable_overlay_text=body.enable_overlay_text,
        guests_can_present=body.guests_can_present,
        force_presenter_into_main=body.force_presenter_into_main,
        force_encryption=body.force_encryption,
        mute_all_guests=body.mute_all_guests,
    )


def _meeting_time(version: Version, text: str, field: str) -> int:
    at = version.read_time(text, field)
    if not EARLIEST <= at <= LATEST:
        raise BadField("between the years 1970 and 9999", field=field)
    return at


def _query_time(query: Mapping[str, str], name: str, version: Version) -> int | None:
    text = query.get(name, "")
    return version.read_time(times.mended(text), f"?{name}") if text else None


def _pairs(given: Sequence[AdditionalInformation] | None) -> tuple[tuple[str, str], ...]:
    return tuple((one.key, one.value) for one in given or ())


def _emptied(text: str | UnsetType | None) -> str | UnsetType:
    return "" if text is None else text


def _not_null(value: T | UnsetType | None, name: str) -> T | UnsetType:
    if value is None:
        raise BookingRefused(Why.NULL_NOT_ALLOWED, f"{name} cannot be null")
    return value
