"""From what the booking desk answers to what callers read, with the addresses of both links."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from vdxmedia import __version__
from vdxmedia.api.video.bodies import AdditionalInformation
from vdxmedia.api.video.resources import (
    Info,
    InfoType,
    Link,
    Links,
    Meeting,
    MeetingUser,
    PoolInfo,
    SchedulingInfo,
    SchedulingTemplate,
)
from vdxmedia.api.video.versions import Version
from vdxmedia.booking.choices import DirectMedia
from vdxmedia.booking.meetings import Booked, BookedRoom, Person
from vdxmedia.booking.requests import PoolState
from vdxmedia.booking.room_options import Template

T = TypeVar("T")


class Answers:
    """Of one version. Immutable."""

    def __init__(self, version: Version, *, public_url: str, short_link_base: str) -> None:
        self.version = version
        self.url = f"{public_url}{version.prefix}"
        """What `_links` begin with."""
        self._short_link_base = short_link_base

    def meeting(self, booked: Booked) -> Meeting:
        meeting, write = booked.meeting, self.version.write_time
        short_link = self._short_link_base + meeting.short_id
        uuid = str(meeting.uuid)
        return Meeting(
            subject=meeting.subject,
            uuid=meeting.uuid,
            created_by=_person(meeting.created_by),
            updated_by=UNSET if meeting.updated_by is None else _person(meeting.updated_by),
            organized_by=_person(meeting.organized_by),
            start_time=write(meeting.starts_at),
            end_time=write(meeting.ends_at),
            description=meeting.description or UNSET,
            project_code=meeting.project_code or UNSET,
            created_time=write(meeting.created_at),
            updated_time=UNSET if meeting.updated_at is None else write(meeting.updated_at),
            short_id=meeting.short_id,
            short_link=short_link,
            shortlink=short_link,
            external_id=meeting.external_id or UNSET,
            guest_microphone=meeting.guest_microphone,
            guest_pin_required=meeting.guest_pin_required,
            labels=list(meeting.labels),
            additional_information=[
                AdditionalInformation(key=key, value=value) for key, value in meeting.additional_information
            ],
            links=Links(
                self=Link(href=f"{self.url}/meetings/{uuid}"),
                scheduling_info=Link(href=f"{self.url}/scheduling-info/{uuid}"),
            ),
        )

    def room(self, room: BookedRoom, booked: Booked | None = None, *, shows_pins: bool = True) -> SchedulingInfo:
        write, options = self.version.write_time, room.options
        short_link = UNSET if booked is None else self._short_link_base + booked.meeting.short_id
        return SchedulingInfo(
            uuid=room.uuid,
            host_pin=_pin(room.host_pin) if shows_pins else UNSET,
            guest_pin=_pin(room.guest_pin) if shows_pins else UNSET,
            vmr_available_before=room.available_before,
            max_participants=room.max_participants,
            end_meeting_on_end_time=room.end_meeting_on_end_time,
            uri_with_domain=room.uri_with_domain,
            uri_without_domain=room.uri_without_domain or None,
            provision_status=room.status,
            provision_status_description=room.status_description or UNSET,
            portal_link=(room.portal_link or UNSET) if shows_pins else UNSET,
            ivr_theme=room.ivr_theme or UNSET,
            provision_timestamp=UNSET if room.status_at is None else write(room.status_at),
            provision_vmr_id=room.vmr_id or UNSET,
            vmr_type=_said(options.vmr_type),
            host_view=_said(options.host_view),
            guest_view=_said(options.guest_view),
            vmr_quality=_said(options.vmr_quality),
            enable_overlay_text=_said(options.enable_overlay_text),
            guests_can_present=_said(options.guests_can_present),
            force_presenter_into_main=_said(options.force_presenter_into_main),
            force_encryption=_said(options.force_encryption),
            mute_all_guests=_said(options.mute_all_guests),
            created_by=_person(room.created_by),
            updated_by=UNSET if room.updated_by is None else _person(room.updated_by),
            created_time=write(room.created_at),
            updated_time=UNSET if room.updated_at is None else write(room.updated_at),
            reservation_id=UUID(room.reserved_by) if room.reserved_by else UNSET,
            custom_portal_guest=room.custom_portal_guest or UNSET,
            custom_portal_host=room.custom_portal_host or UNSET,
            return_url=room.return_url or UNSET,
            call_type=room.call_type or UNSET,
            meeting_details=UNSET if booked is None else self.meeting(booked),
            links=Links(self=Link(href=f"{self.url}/scheduling-info/{room.uuid}")),
            direct_media=DirectMedia(room.direct_media),
            short_link=short_link,
            shortlink=short_link,
        )

    def template(self, template: Template) -> SchedulingTemplate:
        options = template.options
        return SchedulingTemplate(
            id=template.id,
            organisation_id=template.organisation,
            conferencing_sys_id=template.conferencing_sys_id,
            uri_prefix=template.uri_prefix,
            uri_domain=template.uri_domain,
            host_pin_required=template.host_pin_required,
            host_pin_range_low=_said(template.host_pin_range_low),
            host_pin_range_high=_said(template.host_pin_range_high),
            guest_pin_required=template.guest_pin_required,
            guest_pin_range_low=_said(template.guest_pin_range_low),
            guest_pin_range_high=_said(template.guest_pin_range_high),
            vmr_available_before=template.vmr_available_before,
            max_participants=template.max_participants,
            end_meeting_on_end_time=template.end_meeting_on_end_time,
            uri_number_range_low=template.uri_number_range_low,
            uri_number_range_high=template.uri_number_range_high,
            ivr_theme=template.ivr_theme,
            is_default_template=template.is_default_template,
            is_pool_template=template.is_pool_template,
            custom_portal_guest=template.custom_portal_guest or UNSET,
            custom_portal_host=template.custom_portal_host or UNSET,
            return_url=template.return_url or UNSET,
            vmr_type=_said(options.vmr_type),
            host_view=_said(options.host_view),
            guest_view=_said(options.guest_view),
            vmr_quality=_said(options.vmr_quality),
            enable_overlay_text=_said(options.enable_overlay_text),
            guests_can_present=_said(options.guests_can_present),
            force_presenter_into_main=_said(options.force_presenter_into_main),
            force_encryption=_said(options.force_encryption),
            mute_all_guests=_said(options.mute_all_guests),
            direct_media=template.direct_media,
            call_type=template.call_type or UNSET,
            created_by=_person(template.created_by) if template.created_at else UNSET,
            updated_by=UNSET if template.updated_by is None else _person(template.updated_by),
            created_time=self.version.write_time(template.created_at) if template.created_at else UNSET,
            updated_time=UNSET if template.updated_at is None else self.version.write_time(template.updated_at),
            links=Links(self=Link(href=f"{self.url}/scheduling-templates/{template.id}")),
        )

    def pool(self, pool: PoolState, *, shows_pins: bool) -> PoolInfo:
        return PoolInfo(
            organisation_id=pool.organisation,
            desired_pool_size=pool.wanted,
            available_pool_size=pool.free,
            scheduling_template=UNSET if pool.template is None else self.template(pool.template),
            scheduling_info_list=[self.room(room, shows_pins=shows_pins) for room in pool.rooms],
        )

    def info(self) -> Info:
        """Version 1 says it to anyone, and so not which release runs here."""
        build = {"name": "vdxmedia"} if self.version.is_v1 else {"name": "vdxmedia", "version": __version__}
        return Info(
            info=[
                InfoType(key="build", value=build),
                InfoType(key="api", value={"version": f"v{self.version.number}"}),
            ]
        )


def encode(answer: msgspec.Struct | list[msgspec.Struct]) -> bytes:
    return msgspec.json.encode(answer)


def _person(person: Person) -> MeetingUser:
    return MeetingUser(organisation_id=person.organisation or UNSET, email=person.email or UNSET)


def _pin(pin: str) -> int | UnsetType:
    return int(pin) if pin else UNSET


def _said(value: T | None) -> T | UnsetType:
    return UNSET if value is None else value
