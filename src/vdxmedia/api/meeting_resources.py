"""What our own REST takes and gives of meetings, as types: checked by them, documented from them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from vdxmedia.api.resources import Moment
from vdxmedia.booking.choices import GuestMicrophone, MeetingType, ProvisionStatus
from vdxmedia.booking.connection_tests import DeviceClass, NetworkVerdict
from vdxmedia.booking.invitations import MAX_NAME_CHARS, MAX_WORDS_CHARS, InvitedAs

EndMoment = Annotated[datetime, Meta(tz=True, examples=["2026-11-24T11:00:00+01:00"])]
"""After the example of `Moment`: the examples of the document are a meeting that can be booked."""
Subject = Annotated[str, Meta(min_length=1, max_length=100, description="It may be a health fact: never in an SMS.")]
Description = Annotated[str, Meta(max_length=500)]
ProjectCode = Annotated[str, Meta(max_length=100)]
Email = Annotated[str, Meta(max_length=320, description="Of the organiser; the caller when left out.")]
Label = Annotated[str, Meta(max_length=200)]
Labels = Annotated[list[Label], Meta(max_length=100)]
Pin = Annotated[int, Meta(ge=1_000, le=999_999_999)]
PairText = Annotated[str, Meta(max_length=100)]
Pairs = Annotated[dict[PairText, PairText], Meta(max_length=100)]
CallType = Annotated[str, Meta(max_length=200)]


class MeetingRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    subject: Subject
    start_time: Moment
    end_time: EndMoment
    organisation: Annotated[
        str, Meta(max_length=250, description="Its code. Needed with an API key, else the caller's own.")
    ] = ""
    description: Description = ""
    project_code: ProjectCode = ""
    organized_by_email: Email = ""
    external_id: Annotated[str, Meta(max_length=200, description="Unique in the organisation.")] = ""
    meeting_type: MeetingType = MeetingType.NORMAL
    template: Annotated[
        Annotated[int, Meta(ge=0, le=2**53)] | None,
        Meta(description="A template's id; the organisation's when left out."),
    ] = None
    max_participants: Annotated[
        Annotated[int, Meta(ge=0, le=1_000_000)] | None, Meta(description="0: no limit but the server's.")
    ] = None
    end_meeting_on_end_time: bool | None = None
    guest_microphone: GuestMicrophone = GuestMicrophone.ON
    guest_pin_required: bool = False
    guest_pin: Pin | None = None
    host_pin: Pin | None = None
    labels: Labels = []
    additional_information: Pairs = {}
    call_type: CallType = ""


class MeetingPatch(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to be different; fields left out stay. An `endTime` of now or before ends the meeting."""

    subject: Subject | UnsetType = UNSET
    start_time: Moment | UnsetType = UNSET
    end_time: EndMoment | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    project_code: ProjectCode | UnsetType = UNSET
    organized_by_email: Email | UnsetType = UNSET
    guest_microphone: GuestMicrophone | UnsetType = UNSET
    guest_pin_required: bool | UnsetType = UNSET
    guest_pin: Pin | UnsetType = UNSET
    host_pin: Pin | UnsetType = UNSET
    labels: Labels | UnsetType = UNSET
    additional_information: Pairs | UnsetType = UNSET
    call_type: CallType | UnsetType = UNSET


class MeetingResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    uuid: UUID
    organisation: str
    subject: str
    description: str
    project_code: str
    start_time: datetime
    end_time: datetime
    opens_at: Annotated[datetime, Meta(description="When its links begin to work.")]
    organized_by_email: str
    external_id: str
    meeting_type: MeetingType
    status: Annotated[ProvisionStatus, Meta(description="Of its room.")]
    guest_microphone: GuestMicrophone
    uri: Annotated[str, Meta(description="The room's address with its domain; empty when it has none any more.")]
    guest_pin: Annotated[str, Meta(description="Empty: none.")]
    host_pin: Annotated[str, Meta(description="Empty: none, or not for this caller.")]
    labels: list[str]
    additional_information: dict[str, str]
    call_type: str
    short_id: str
    short_url: Annotated[str, Meta(description="For everyone; leads to the lobby.")]
    revision: int
    created_time: datetime
    updated_time: datetime | None


class Texts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    da: str
    en: str


class MeetingAnswer(MeetingResource, frozen=True, kw_only=True, rename="camel"):
    """A meeting with its links. Those of hosts and guests are secrets: each has a token in its fragment."""

    host_url: Annotated[str | None, Meta(description="Null for callers that do not book.")]
    guest_url: str
    sms_text: Annotated[Texts, Meta(description="With the short link; without the subject.")]
    letter_text: Annotated[
        Texts, Meta(description="For a correspondence letter: the short link alone on its line, at most 40 characters.")
    ]
    qr: Annotated[str, Meta(description="The short link as SVG.")]
    qr_url: str
    calendar_url: Annotated[str, Meta(description="The guests' calendar file; fetched as this operation is.")]


class MeetingPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    meetings: Annotated[list[MeetingResource], Meta(description="By start, then uuid.")]
    next_cursor: Annotated[str | None, Meta(description="For the next page; null: this was the last.")]


class InvitationRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A link for one person."""

    role: InvitedAs = InvitedAs.GUEST
    name: Annotated[
        str, Meta(max_length=MAX_NAME_CHARS, description="Fixes the name others see; else the person is asked for it.")
    ] = ""
    function: Annotated[str, Meta(max_length=MAX_WORDS_CHARS, description="As `læge`, `tolk`, `pårørende`.")] = ""
    organisation: Annotated[str, Meta(max_length=MAX_WORDS_CHARS)] = ""


class LastTest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether a call will work, as the person's own browser found out. Nothing in it is about the person."""

    tested_time: datetime
    verdict: NetworkVerdict
    picture: Annotated[bool | None, Meta(description="Whether the own picture came back; null: not tried.")]
    sound: Annotated[bool | None, Meta(description="Whether the own sound came back; null: not tried.")]
    device: DeviceClass


class InvitationResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: Annotated[str, Meta(description="`host` and `guest` are the meeting's shared links.")]
    role: InvitedAs
    name: str
    function: str
    organisation: str
    url: Annotated[str, Meta(description="A secret: whoever has it comes in.")]
    created_time: datetime
    last_test: Annotated[
        LastTest | None, Meta(description="What the page `/test` found out for who has the link; null: not tried.")
    ]


class InvitationList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    invitations: list[InvitationResource]
