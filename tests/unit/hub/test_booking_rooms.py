"""What of a booking the live room's settings obey, and what a change of the booking does to a room that is live."""

from __future__ import annotations

from uuid import UUID

import pytest
from msgspec.structs import replace

from vdxmedia.booking.choices import GuestMicrophone
from vdxmedia.booking.meetings import BookedRoom, Meeting
from vdxmedia.booking.room_options import RoomOptions
from vdxmedia.conference.call_type import CallType
from vdxmedia.conference.choices import ChatPolicy, StartMicrophone
from vdxmedia.conference.settings import ALL_MEDIA, RoomSettings
from vdxmedia.hub.booking_rooms import merged, settings_of


def room_with(call_type: str = "", **options: bool | None) -> BookedRoom:
    chosen = RoomOptions(**options)  # type: ignore[arg-type]
    return BookedRoom(uuid=UUID(int=1), organisation="own", template=1, call_type=call_type, options=chosen)


def obeyed(room: BookedRoom, microphone: GuestMicrophone | None = None) -> RoomSettings:
    meeting = None
    if microphone is not None:
        meeting = Meeting(
            uuid=UUID(int=2),
            organisation="own",
            subject="Samtale",
            starts_at=1,
            ends_at=2,
            short_id="0123456789ab",
            guest_microphone=microphone,
        )
    return settings_of(room, meeting, None, 100)


@pytest.mark.parametrize(("said", "shows_names"), [(None, True), (True, True), (False, False)])
def test_pictures_have_names_unless_the_booking_says_no(said: bool | None, shows_names: bool) -> None:
    assert obeyed(room_with(enable_overlay_text=said)).shows_names is shows_names


@pytest.mark.parametrize("said", [None, True])
@pytest.mark.parametrize("call_type", ["", "AudioSendRecvVideoSendRecv"])
def test_guests_present_where_the_call_type_says_so(call_type: str, said: bool | None) -> None:
    may = bool(obeyed(room_with(call_type, guests_can_present=said)).call_type & CallType.PRESENTATION_SEND)
    assert may is (call_type == "")


def test_guests_who_may_not_present_lose_that_and_nothing_else() -> None:
    settings = obeyed(room_with(guests_can_present=False))
    assert settings.call_type == ALL_MEDIA & ~CallType.PRESENTATION_SEND


@pytest.mark.parametrize("said", [None, False])
def test_guests_come_in_as_the_meeting_says_and_unmute_where_nobody_mutes_all(said: bool | None) -> None:
    for microphone in GuestMicrophone:
        settings = obeyed(room_with(mute_all_guests=said), microphone)
        assert settings.guest_microphone == StartMicrophone[microphone.name]
        assert settings.guests_may_unmute is True


@pytest.mark.parametrize(
    ("microphone", "starts"),
    [
        (None, StartMicrophone.MUTED),
        (GuestMicrophone.ON, StartMicrophone.MUTED),
        (GuestMicrophone.MUTED, StartMicrophone.MUTED),
        (GuestMicrophone.OFF, StartMicrophone.OFF),
    ],
)
def test_guests_are_all_muted_and_cannot_unmute(microphone: GuestMicrophone | None, starts: StartMicrophone) -> None:
    settings = obeyed(room_with(mute_all_guests=True), microphone)
    assert (settings.guest_microphone, settings.guests_may_unmute) == (starts, False)


def test_option_that_changes_reaches_the_live_room() -> None:
    applied = obeyed(room_with())
    present = replace(applied, chat=ChatPolicy.HOSTS)
    wanted = obeyed(room_with(enable_overlay_text=False, guests_can_present=False, mute_all_guests=True))
    live = merged(present, applied, wanted)
    assert (live.shows_names, live.guests_may_unmute, live.chat) == (False, False, ChatPolicy.HOSTS)
    assert not live.call_type & CallType.PRESENTATION_SEND


@pytest.mark.parametrize("is_known", [True, False])
def test_names_stay_as_a_host_has_them_when_the_booking_changes_elsewhere(is_known: bool) -> None:
    room = room_with(enable_overlay_text=False)
    applied = obeyed(room)
    present = replace(applied, shows_names=True)
    wanted = obeyed(replace(room, host_pin="123456"))
    live = merged(present, applied if is_known else None, wanted)
    assert (live.shows_names, live.host_pin) == (True, "123456")
