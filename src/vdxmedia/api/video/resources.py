"""What is answered: one struct per schema of the VDX video API, for both versions. What is not said is not there."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from vdxmedia.api.video.bodies import AdditionalInformation, Time
from vdxmedia.booking.choices import DirectMedia, GuestMicrophone, ProvisionStatus, ViewType, VmrQuality, VmrType

ShortId = Annotated[str, Meta(min_length=12, max_length=12)]


class Resource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of all."""


class InfoType(Resource, frozen=True, kw_only=True, rename="camel"):
    key: Annotated[str, Meta(max_length=100)]
    value: dict[str, str]


class Info(Resource, frozen=True, kw_only=True, rename="camel"):
    info: list[InfoType]


class Link(Resource, frozen=True, kw_only=True, rename="camel"):
    href: str


class Links(Resource, frozen=True, kw_only=True, rename="camel"):
    self: Link
    scheduling_info: Link | UnsetType = msgspec.field(default=UNSET, name="scheduling-info")
    """Of a meeting."""


class MeetingUser(Resource, frozen=True, kw_only=True, rename="camel"):
    organisation_id: Annotated[str, Meta(max_length=250)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=320)] | UnsetType = UNSET


class Meeting(Resource, frozen=True, kw_only=True, rename="camel"):
    subject: Annotated[str, Meta(max_length=100)]
    uuid: UUID
    created_by: MeetingUser
    updated_by: MeetingUser | UnsetType = UNSET
    organized_by: MeetingUser
    start_time: Time
    end_time: Time
    description: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    project_code: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    created_time: Time
    updated_time: Time | UnsetType = UNSET
    short_id: ShortId
    short_link: str
    shortlink: str
    """The same: both spellings are in use."""
    external_id: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    guest_microphone: GuestMicrophone
    guest_pin_required: bool
    labels: list[str]
    additional_information: list[AdditionalInformation]
    links: Links = msgspec.field(name="_links")


class SchedulingInfo(Resource, frozen=True, kw_only=True, rename="camel"):
    uuid: UUID
    host_pin: int | UnsetType = UNSET
    guest_pin: int | UnsetType = UNSET
    vmr_available_before: int
    max_participants: int
    end_meeting_on_end_time: bool
    uri_with_domain: str
    """Empty when the room has been taken down."""
    uri_without_domain: Annotated[str, Meta(max_length=100)] | None
    provision_status: ProvisionStatus
    provision_status_description: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    portal_link: str | UnsetType = UNSET
    ivr_theme: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    provision_timestamp: Time | UnsetType = UNSET
    provision_vmr_id: Annotated[str, Meta(max_length=50)] | UnsetType = UNSET
    vmr_type: VmrType | UnsetType = UNSET
    host_view: ViewType | UnsetType = UNSET
    guest_view: ViewType | UnsetType = UNSET
    vmr_quality: VmrQuality | UnsetType = UNSET
    enable_overlay_text: bool | UnsetType = UNSET
    guests_can_present: bool | UnsetType = UNSET
    force_presenter_into_main: bool | UnsetType = UNSET
    force_encryption: bool | UnsetType = UNSET
    mute_all_guests: bool | UnsetType = UNSET
    created_by: MeetingUser
    updated_by: MeetingUser | UnsetType = UNSET
    created_time: Time
    updated_time: Time | UnsetType = UNSET
    reservation_id: UUID | UnsetType = UNSET
    custom_portal_guest: str | UnsetType = UNSET
    custom_portal_host: str | UnsetType = UNSET
    return_url: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    call_type: str | UnsetType = UNSET
    meeting_details: Meeting | UnsetType = UNSET
    links: Links = msgspec.field(name="_links")
    direct_media: DirectMedia
    short_link: str | UnsetType = UNSET
    shortlink: str | UnsetType = UNSET


class SchedulingTemplate(Resource, frozen=True, kw_only=True, rename="camel"):
    id: int
    organisation_id: Annotated[str, Meta(max_length=250)]
    """Empty: shared by all."""
    conferencing_sys_id: int
    uri_prefix: Annotated[str, Meta(max_length=100)]
    uri_domain: Annotated[str, Meta(max_length=100)]
    host_pin_required: bool
    host_pin_range_low: int | UnsetType = UNSET
    host_pin_range_high: int | UnsetType = UNSET
    guest_pin_required: bool
    guest_pin_range_low: int | UnsetType = UNSET
    guest_pin_range_high: int | UnsetType = UNSET
    vmr_available_before: int = msgspec.field(name="vMRAvailableBefore")
    max_participants: int
    end_meeting_on_end_time: bool
    uri_number_range_low: int
    uri_number_range_high: int
    ivr_theme: Annotated[str, Meta(max_length=100)]
    is_default_template: bool
    is_pool_template: bool
    custom_portal_guest: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    custom_portal_host: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    return_url: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    vmr_type: VmrType | UnsetType = UNSET
    host_view: ViewType | UnsetType = UNSET
    guest_view: ViewType | UnsetType = UNSET
    vmr_quality: VmrQuality | UnsetType = UNSET
    enable_overlay_text: bool | UnsetType = UNSET
    guests_can_present: bool | UnsetType = UNSET
    force_presenter_into_main: bool | UnsetType = UNSET
    force_encryption: bool | UnsetType = UNSET
    mute_all_guests: bool | UnsetType = UNSET
    direct_media: DirectMedia
    call_type: str | UnsetType = UNSET
    created_by: MeetingUser | UnsetType = UNSET
    updated_by: MeetingUser | UnsetType = UNSET
    created_time: Time | UnsetType = UNSET
    updated_time: Time | UnsetType = UNSET
    links: Links = msgspec.field(name="_links")


class PoolInfo(Resource, frozen=True, kw_only=True, rename="camel"):
    organisation_id: Annotated[str, Meta(max_length=250)]
    desired_pool_size: int
    available_pool_size: int
    scheduling_template: SchedulingTemplate | UnsetType = UNSET
    scheduling_info_list: list[SchedulingInfo]
