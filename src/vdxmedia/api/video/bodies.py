"""What callers send: one struct per schema of the VDX video API, for both versions. Unknown fields are passed over.

Times stay texts here, since each version writes them its own way. Where a null means something else than a field that
is not there (PATCH), the field has `UNSET` too.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from vdxmedia.booking.choices import (
    DirectMedia,
    GuestMicrophone,
    MeetingType,
    ProvisionStatus,
    ViewType,
    VmrQuality,
    VmrType,
)

Text50 = Annotated[str, Meta(max_length=50)]
Text100 = Annotated[str, Meta(max_length=100)]
Text200 = Annotated[str, Meta(max_length=200)]
Text500 = Annotated[str, Meta(max_length=500)]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1, extra_json_schema={"format": "int32"})]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1, extra_json_schema={"format": "int64"})]
Pin = Annotated[int, Meta(ge=1000, le=999_999_999, extra_json_schema={"format": "int32"})]


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of all."""


class AdditionalInformation(Body, frozen=True, kw_only=True, rename="camel"):
    key: Text100
    value: Text100


class CreateMeeting(Body, frozen=True, kw_only=True, rename="camel"):
    subject: Text100
    start_time: Time
    end_time: Time
    description: Text500 | None = None
    project_code: Text100 | None = None
    organized_by_email: str | None = None
    max_participants: Int32 | None = None
    end_meeting_on_end_time: bool | None = None
    scheduling_template_id: Int64 | None = None
    meeting_type: MeetingType | None = None
    uuid: UUID | None = None
    external_id: Text200 | None = None
    guest_microphone: GuestMicrophone | None = None
    guest_pin_required: bool | None = None
    scheduling_info_reservation_id: UUID | None = None
    labels: list[str] | None = None
    vmr_type: VmrType | None = None
    host_view: ViewType | None = None
    guest_view: ViewType | None = None
    vmr_quality: VmrQuality | None = None
    enable_overlay_text: bool | None = None
    guests_can_present: bool | None = None
    force_presenter_into_main: bool | None = None
    force_encryption: bool | None = None
    mute_all_guests: bool | None = None
    uri_without_domain: Text100 | None = None
    guest_pin: Pin | None = None
    host_pin: Pin | None = None
    additional_information: list[AdditionalInformation] | None = None
    call_type: str | None = None


class UpdateMeeting(Body, frozen=True, kw_only=True, rename="camel"):
    """A PUT: what it does not say is emptied, but for the organiser."""

    subject: Text100
    start_time: Time
    end_time: Time
    description: Text500 | None = None
    project_code: Text100 | None = None
    organized_by_email: str | None = None
    labels: list[str] | None = None
    additional_information: list[AdditionalInformation] | None = None


class PatchMeeting(Body, frozen=True, kw_only=True, rename="camel"):
    subject: Text100 | UnsetType | None = UNSET
    start_time: Time | UnsetType | None = UNSET
    end_time: Time | UnsetType | None = UNSET
    description: Text500 | UnsetType | None = UNSET
    project_code: Text100 | UnsetType | None = UNSET
    organized_by_email: str | UnsetType | None = UNSET
    labels: list[str] | UnsetType | None = UNSET
    guest_microphone: GuestMicrophone | UnsetType | None = UNSET
    guest_pin_required: bool | UnsetType | None = UNSET
    guest_pin: Pin | UnsetType | None = UNSET
    host_pin: Pin | UnsetType | None = UNSET
    additional_information: list[AdditionalInformation] | UnsetType | None = UNSET
    call_type: str | UnsetType | None = UNSET


class CreateSchedulingInfo(Body, frozen=True, kw_only=True, rename="camel"):
    organization_id: Annotated[str, Meta(min_length=1, max_length=250)]
    """With a z, unlike everywhere else."""
    scheduling_template_id: Int64


class UpdateSchedulingInfo(Body, frozen=True, kw_only=True, rename="camel"):
    provision_status: ProvisionStatus
    provision_status_description: Text200 | None = None
    provision_vmr_id: Text50 | None = None


class SchedulingTemplateRequest(Body, frozen=True, kw_only=True, rename="camel"):
    conferencing_sys_id: Int64
    uri_prefix: Text100
    uri_domain: Text100
    host_pin_required: bool
    host_pin_range_low: Int64 | None = None
    host_pin_range_high: Int64 | None = None
    guest_pin_required: bool
    guest_pin_range_low: Int64 | None = None
    guest_pin_range_high: Int64 | None = None
    vmr_available_before: Int32 | None = msgspec.field(default=None, name="vMRAvailableBefore")
    max_participants: Int32 | None = None
    end_meeting_on_end_time: bool | None = None
    uri_number_range_low: Int64
    uri_number_range_high: Int64
    ivr_theme: Text100 | None = None
    is_default_template: bool | None = None
    is_pool_template: bool | None = None
    custom_portal_guest: Text200 | None = None
    custom_portal_host: Text200 | None = None
    return_url: Text200 | None = None
    vmr_type: VmrType | None = None
    host_view: ViewType | None = None
    guest_view: ViewType | None = None
    vmr_quality: VmrQuality | None = None
    enable_overlay_text: bool | None = None
    guests_can_present: bool | None = None
    force_presenter_into_main: bool | None = None
    force_encryption: bool | None = None
    mute_all_guests: bool | None = None
    direct_media: DirectMedia | None = None
    call_type: str | None = None
