"""The live room's settings of a booked room: what of a booking the rooms obey (docs/reference/bookings.md)."""

from __future__ import annotations

import msgspec

from vdxmedia.booking.call_types import PRESENTATION_SEND, bits
from vdxmedia.booking.choices import GuestMicrophone, Lobby, RoomKind, VmrQuality, VmrType
from vdxmedia.booking.meetings import BookedRoom, Meeting
from vdxmedia.booking.organisations import Organisation
from vdxmedia.conference.choices import GuestVisibility, LobbyPolicy, PictureQuality, RoomMode, StartMicrophone
from vdxmedia.conference.names import each_plain
from vdxmedia.conference.settings import (
    MAX_HELP_LINE_CHARS,
    MAX_ORGANISATION_CHARS,
    MAX_SUBJECT_CHARS,
    RoomSettings,
)

LINGER_S = 24 * 3600
"""A meeting that does not end by itself is ended so long after its end, if people are still there then."""
_MICROPHONES = {
    GuestMicrophone.ON: StartMicrophone.ON,
    GuestMicrophone.MUTED: StartMicrophone.MUTED,
    GuestMicrophone.OFF: StartMicrophone.OFF,
}
_QUALITIES = {
    VmrQuality.SD: PictureQuality.SD,
    VmrQuality.HD: PictureQuality.HD,
    VmrQuality.FULLHD: PictureQuality.FULLHD,
}
OF_THE_BOOKING = (
    "subject",
    "guests_see_subject",
    "organisation",
    "help_line",
    "host_pin",
    "guest_pin",
    "maximum",
    "call_type",
    "opens_at",
    "closes_at",
)
"""What no host changes during a call: after a restart the booking is right about it."""


def settings_of(
    room: BookedRoom, meeting: Meeting | None, organisation: Organisation | None, max_participants: int
) -> RoomSettings:
    """Valid whatever the booking says. `max_participants`: of one room of this server."""
    options = room.options
    microphone = _MICROPHONES[meeting.guest_microphone] if meeting is not None else StartMicrophone.ON
    is_lecture, is_training = options.vmr_type is VmrType.LECTURE, options.kind is RoomKind.TRAINING
    if microphone is StartMicrophone.ON and (options.mute_all_guests or is_lecture):
        microphone = StartMicrophone.MUTED
    call_type = bits(room.call_type)
    if options.guests_can_present is False:
        call_type &= ~PRESENTATION_SEND
    name = "" if organisation is None else organisation.name or organisation.code
    return RoomSettings(
        subject=_plain("" if meeting is None else meeting.subject, MAX_SUBJECT_CHARS),
        guests_see_subject=organisation is not None and organisation.shows_subject,
        organisation=_plain(name, MAX_ORGANISATION_CHARS),
        help_line=_plain("" if organisation is None else organisation.help_line, MAX_HELP_LINE_CHARS),
        guest_visibility=GuestVisibility.SPOTLIGHT if is_lecture else GuestVisibility.ALL,
        lobby=_lobby(room),
        host_pin=room.host_pin,
        guest_pin=room.guest_pin,
        guest_microphone=microphone,
        guests_may_unmute=not options.mute_all_guests,
        mode=RoomMode.TRAINING if is_training else RoomMode.MEETING,
        host_layout="" if options.host_view is None or is_training else options.host_view.value,
        guest_layout="" if options.guest_view is None or is_training else options.guest_view.value,
        shows_names=options.enable_overlay_text is not False,
        presenter_is_main=options.force_presenter_into_main is True,
        call_type=call_type,
        quality=_QUALITIES[options.vmr_quality or VmrQuality.HD],
        maximum=min(room.max_participants or max_participants, max_participants),
        closes_at=_closes_at(room),
    )


def _lobby(room: BookedRoom) -> LobbyPolicy:
    match room.options.lobby:
        case Lobby.KNOCK:
            return LobbyPolicy.KNOCK
        case Lobby.UNTIL_HOST:
            return LobbyPolicy.UNTIL_HOST
        case None:
            return LobbyPolicy.UNTIL_HOST if room.host_pin else LobbyPolicy.OFF


def merged(present: RoomSettings, applied: RoomSettings | None, wanted: RoomSettings) -> RoomSettings:
    """What the live room is to have: what has changed since `applied`; the rest stays as a host may have changed it.
    None: nobody knows what was applied."""
    names = OF_THE_BOOKING if applied is None else wanted.__struct_fields__
    return msgspec.structs.replace(
        present,
        **{
            name: value
            for name in names
            if applied is None or getattr(applied, name) != getattr(wanted, name)
            if (value := getattr(wanted, name)) != getattr(present, name)
        },
    )


def is_over(room: BookedRoom, now: int, participants: int) -> bool:
    """Whether the room is to be taken down. `now` in Unix seconds."""
    if not room.ends_at or room.ends_at > now:
        return False
    return room.end_meeting_on_end_time or not participants or room.ends_at + LINGER_S <= now


def _closes_at(room: BookedRoom) -> float | None:
    if not room.ends_at:
        return None
    return float(room.ends_at if room.end_meeting_on_end_time else room.ends_at + LINGER_S)


def _plain(text: str, most: int) -> str:
    """Rooms take no characters that change lines or direction."""
    return each_plain(text)[:most]
