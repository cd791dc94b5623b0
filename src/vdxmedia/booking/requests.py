"""What callers ask of the booking desk. Lengths and ranges are checked by `booking.checks`, whoever asks."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from vdxmedia.booking.choices import GuestMicrophone, MeetingType, ProvisionStatus
from vdxmedia.booking.meetings import BookedRoom
from vdxmedia.booking.room_options import RoomOptions, Template


class NewMeeting(msgspec.Struct, frozen=True, kw_only=True):
    subject: str
    starts_at: int
    """Unix seconds, as all times."""
    ends_at: int
    description: str = ""
    project_code: str = ""
    organized_by_email: str = ""
    """Empty: the caller. Only a planner or admin may name another."""
    max_participants: int | None = None
    """None: the template's; 0: no limit."""
    end_meeting_on_end_time: bool | None = None
    template: int | None = None
    meeting_type: MeetingType = MeetingType.NORMAL
    uuid: UUID | None = None
    external_id: str = ""
    guest_microphone: GuestMicrophone = GuestMicrophone.ON
    guest_pin_required: bool = False
    reservation: UUID | None = None
    labels: tuple[str, ...] = ()
    options: RoomOptions = RoomOptions()
    uri_without_domain: str = ""
    guest_pin: int | None = None
    host_pin: int | None = None
    additional_information: tuple[tuple[str, str], ...] = ()
    call_type: str = ""


class MeetingChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays as it is. A PUT of the VDX API sets all that a PUT can set."""

    subject: str | UnsetType = UNSET
    starts_at: int | UnsetType = UNSET
    ends_at: int | UnsetType = UNSET
    description: str | UnsetType = UNSET
    project_code: str | UnsetType = UNSET
    organized_by_email: str | UnsetType = UNSET
    labels: tuple[str, ...] | UnsetType = UNSET
    guest_microphone: GuestMicrophone | UnsetType = UNSET
    guest_pin_required: bool | UnsetType = UNSET
    guest_pin: int | UnsetType = UNSET
    host_pin: int | UnsetType = UNSET
    additional_information: tuple[tuple[str, str], ...] | UnsetType = UNSET
    call_type: str | UnsetType = UNSET


class By(StrEnum):
    """One criterion is used; in the order of precedence."""

    SHORT_ID = "short-id"
    LABEL = "label"
    SUBJECT = "subject"
    ORGANIZED_BY = "organizedBy"
    SEARCH = "search"
    """A part of subject or description, organiser's e-mail, URI or label; within the range when there is one."""
    RANGE = "range"
    URI_WITH_DOMAIN = "uriWithDomain"


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    by: By
    text: str = ""
    starts_from: int | None = None
    starts_to: int | None = None
    """Both inclusive; both or none."""


class ProvisionReport(msgspec.Struct, frozen=True, kw_only=True):
    status: ProvisionStatus
    description: str = ""
    vmr_id: str = ""


class PoolState(msgspec.Struct, frozen=True, kw_only=True):
    """Of one organisation."""

    organisation: str
    wanted: int
    free: int
    template: Template | None
    rooms: tuple[BookedRoom, ...] = ()
    """Those that are ready and free."""
