"""What a template says of the rooms it makes, and a booking may say otherwise."""

from __future__ import annotations

import msgspec

from vdxmedia.booking.choices import DirectMedia, Lobby, RoomKind, ViewType, VmrQuality, VmrType
from vdxmedia.booking.persons import Person


class RoomOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """None: not said. Obeyed by the room, but for what the reference marks as stored."""

    vmr_type: VmrType | None = None
    host_view: ViewType | None = None
    guest_view: ViewType | None = None
    vmr_quality: VmrQuality | None = None
    enable_overlay_text: bool | None = None
    guests_can_present: bool | None = None
    force_presenter_into_main: bool | None = None
    force_encryption: bool | None = None
    mute_all_guests: bool | None = None
    lobby: Lobby | None = None
    """None: until a host is there where there is a host PIN, else no lobby."""
    kind: RoomKind | None = None
    """A training has the layouts of its kind, whatever the views say."""

    def over(self, below: RoomOptions) -> RoomOptions:
        """This, and where it says nothing, `below`."""
        mine, theirs = msgspec.structs.asdict(self), msgspec.structs.asdict(below)
        return RoomOptions(**{name: theirs[name] if value is None else value for name, value in mine.items()})


DEFAULTS = RoomOptions(
    vmr_type=VmrType.CONFERENCE,
    host_view=ViewType.ONE_MAIN_SEVEN_PIPS,
    guest_view=ViewType.ONE_MAIN_SEVEN_PIPS,
    vmr_quality=VmrQuality.HD,
    enable_overlay_text=True,
    guests_can_present=True,
    force_presenter_into_main=True,
    force_encryption=False,
    mute_all_guests=False,
)
"""Where neither the booking nor the template says otherwise."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """How an organisation's rooms are made (`scheduling-template`)."""

    id: int = 0
    """Given by the store."""
    organisation: str = ""
    """Empty: shared by all."""
    name: str = ""
    """What people know it by; the VDX video API has none."""
    conferencing_sys_id: int = 0
    """Stored and returned; means nothing here."""
    uri_prefix: str = ""
    uri_domain: str = ""
    uri_number_range_low: int = 1000
    uri_number_range_high: int = 9999
    host_pin_required: bool = True
    host_pin_range_low: int | None = 1000
    host_pin_range_high: int | None = 9999
    guest_pin_required: bool = False
    guest_pin_range_low: int | None = 1000
    guest_pin_range_high: int | None = 9999
    vmr_available_before: int = 15
    """Minutes."""
    max_participants: int = 0
    """0: no limit but the server's."""
    end_meeting_on_end_time: bool = False
    ivr_theme: str = ""
    """Stored and returned; means nothing here."""
    is_default_template: bool = False
    is_pool_template: bool = False
    """At most one per organisation."""
    custom_portal_guest: str = ""
    custom_portal_host: str = ""
    return_url: str = ""
    direct_media: DirectMedia = DirectMedia.NEVER
    """Stored and returned; media always goes through the server here."""
    call_type: str = ""
    options: RoomOptions = RoomOptions()
    is_deleted: bool = False
    created_by: Person = Person()
    updated_by: Person | None = None
    created_at: int = 0
    """Unix seconds; 0: before this was kept."""
    updated_at: int | None = None
