"""A meeting and its room, as they are stored and as they are returned. Times are whole Unix seconds (UTC).

They are stored without what has its default: a default must not change, or all that is stored changes with it.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from vdxmedia.booking.choices import GuestMicrophone, MeetingType, ProvisionStatus
from vdxmedia.booking.persons import Person
from vdxmedia.booking.room_options import RoomOptions

__all__ = ["Booked", "BookedRoom", "Meeting", "Person"]


class BookedRoom(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`scheduling-info`: the room of one meeting, or one that stands ready in a pool."""

    uuid: UUID
    """The meeting's, once it has one; before that its own."""
    organisation: str
    template: int
    status: ProvisionStatus = ProvisionStatus.AWAITS_PROVISION
    status_description: str = ""
    status_at: int | None = None
    """`provisionTimestamp`."""
    vmr_id: str = ""
    """`provisionVmrId`: here the live room's id; an external provisioner writes its own."""
    room_id: str = ""
    """The id that the room has or will have here; drawn when it is booked, so that links can be made at once."""
    is_pool: bool = False
    """Made for a pool; it stays true when a meeting takes it."""
    has_meeting: bool = False
    reserved_by: str = ""
    """`reservationId` while it is reserved for a booking to come."""
    uri_without_domain: str = ""
    """Empty again when the room is taken down."""
    uri_domain: str = ""
    host_pin: str = ""
    """Sealed by the store, as `guest_pin`."""
    guest_pin: str = ""
    available_before: int = 0
    """Minutes."""
    max_participants: int = 0
    end_meeting_on_end_time: bool = False
    ivr_theme: str = ""
    custom_portal_guest: str = ""
    custom_portal_host: str = ""
    return_url: str = ""
    portal_link: str = ""
    call_type: str = ""
    direct_media: str = "never"
    options: RoomOptions = RoomOptions()
    starts_at: int = 0
    """The meeting's, minus `available_before`: when the room is to be there (`vMRStartTime`); 0 in a pool."""
    ends_at: int = 0
    """The meeting's; 0 in a pool."""
    created_by: Person = Person()
    updated_by: Person | None = None
    created_at: int = 0
    updated_at: int | None = None

    @property
    def uri_with_domain(self) -> str:
        return f"{self.uri_without_domain}@{self.uri_domain}" if self.uri_without_domain else ""


class Meeting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    uuid: UUID
    organisation: str
    subject: str
    starts_at: int
    ends_at: int
    short_id: str
    """12 hex digits; guessable by nature."""
    description: str = ""
    project_code: str = ""
    organized_by: Person = Person()
    meeting_type: MeetingType = MeetingType.NORMAL
    external_id: str = ""
    """Unique in the organisation when it is said."""
    guest_microphone: GuestMicrophone = GuestMicrophone.ON
    guest_pin_required: bool = False
    labels: tuple[str, ...] = ()
    additional_information: tuple[tuple[str, str], ...] = ()
    created_by: Person = Person()
    updated_by: Person | None = None
    created_at: int = 0
    updated_at: int | None = None
    revision: int = 1
    """Counts up with each change; the ETag of our own API."""


class Booked(msgspec.Struct, frozen=True):
    """What most questions ask for: the meeting and its room."""

    meeting: Meeting
    room: BookedRoom
