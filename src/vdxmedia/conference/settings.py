"""What is agreed about a room before anyone comes: given by the REST API, kept by the registry.

During a conference a host may change some of it; the REST API may change all but the codec.
"""

from __future__ import annotations

import re

import msgspec

from vdxmedia.conference.choices import ChatPolicy as ChatPolicy
from vdxmedia.conference.choices import Codec as Codec
from vdxmedia.conference.choices import FloorPolicy as FloorPolicy
from vdxmedia.conference.choices import GuestVisibility as GuestVisibility
from vdxmedia.conference.choices import LastHostPolicy as LastHostPolicy
from vdxmedia.conference.choices import LayoutChoice as LayoutChoice
from vdxmedia.conference.choices import LobbyPolicy as LobbyPolicy
from vdxmedia.conference.choices import PictureQuality as PictureQuality
from vdxmedia.conference.choices import RoomMode as RoomMode
from vdxmedia.conference.choices import StartMicrophone as StartMicrophone
from vdxmedia.conference.layouts import LAYOUTS
from vdxmedia.conference.names import turns_or_breaks
from vdxmedia.errors import BadField

MAX_PARTICIPANTS = 1_100
"""Largest `maximum` of a room: a town hall of 1000 and those who speak to it, as measured (docs/capacity.md)."""
MAX_SUBJECT_CHARS = 200
MAX_ORGANISATION_CHARS = 120
MAX_HELP_LINE_CHARS = 40
MAX_SPEAKERS = 25
"""Who may have the floor at the same time."""
MAX_TURN_S = 3600
MAX_ADMITTERS = 20
ALL_MEDIA = 126
"""VDX `callType`: AudioSend 2, AudioRecv 4, VideoSend 8, VideoRecv 16, PresSend 32, PresRecv 64, added up."""
_PIN = re.compile(r"[0-9]{4,9}")


class RoomSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Immutable; `validate` before use."""

    subject: str = ""
    guests_see_subject: bool = True
    """False: it may say something of who is in the call, and is told to hosts only."""
    organisation: str = ""
    help_line: str = ""
    """A telephone number to show, as it should be written."""
    mode: RoomMode = RoomMode.MEETING
    floor_policy: FloorPolicy = FloorPolicy.FREE
    max_speakers: int = 1
    """Who may have the floor at the same time under `queue` and `moderated`."""
    turn_s: int = 0
    """How long one has the floor; 0: no end."""
    hosts_exempt: bool = True
    """Hosts are heard without having the floor."""
    shows_speaker: bool = True
    """Whoever has the floor is shown big."""
    screen_policy: FloorPolicy = FloorPolicy.FREE
    """Of the second floor, for sharing a screen; one holder."""
    guest_visibility: GuestVisibility = GuestVisibility.ALL
    lobby: LobbyPolicy = LobbyPolicy.OFF
    admitters: tuple[str, ...] = ()
    """Organisations whose hosts may admit and refuse; empty: all hosts."""
    host_pin: str = ""
    """4 to 9 digits; empty: nobody becomes a host by typing."""
    guest_pin: str = ""
    last_host: LastHostPolicy = LastHostPolicy.STAY
    guest_microphone: StartMicrophone = StartMicrophone.ON
    guests_may_unmute: bool = True
    host_layout: str = ""
    """One of the layouts (`layouts.py`); empty: the mode's own."""
    guest_layout: str = ""
    layout_choice: LayoutChoice = LayoutChoice.EACH
    shows_names: bool = True
    """Each picture has its name on it; who is there stands in the list of people in any case."""
    presenter_is_main: bool = False
    """Who shares a screen is the main one for everybody, whoever speaks or has the floor; not over the spotlight."""
    call_type: int = ALL_MEDIA
    """What guests may send and receive."""
    chat: ChatPolicy = ChatPolicy.ALL
    private_chat: bool = True
    """Guests may write to one person whom they may see."""
    attendance: bool = False
    """Who was there, from when to when, is kept for the host to fetch."""
    maximum: int = 50
    """Participants at the same time, those that are reconnecting included."""
    opens_at: float | None = None
    """Unix seconds; None: open from now on."""
    quality: PictureQuality = PictureQuality.HD
    closes_at: float | None = None
    """Unix seconds; the conference ends then and nobody can join after. None: never."""
    codec: Codec = Codec.VP8
    """The one codec that cameras and screens send in this room. VP9 and AV1: who has not got them is not seen."""

    @property
    def start_microphone(self) -> StartMicrophone:
        """A guest's. In a training it is muted at the start, whatever else was said; each opens his own."""
        is_open = self.guest_microphone is StartMicrophone.ON
        return StartMicrophone.MUTED if is_open and self.mode is RoomMode.TRAINING else self.guest_microphone

    @property
    def keeps_attendance(self) -> bool:
        """A training does so by itself."""
        return self.attendance or self.mode is RoomMode.TRAINING

    def for_guests(self) -> RoomSettings:
        """What guests are told of."""
        return self if self.guests_see_subject or not self.subject else msgspec.structs.replace(self, subject="")

    def validate(self) -> None:
        """Raises: BadField for the first value that is not allowed."""
        for name, value, most in (
            ("subject", self.subject, MAX_SUBJECT_CHARS),
            ("organisation", self.organisation, MAX_ORGANISATION_CHARS),
            ("helpLine", self.help_line, MAX_HELP_LINE_CHARS),
        ):
            if len(value) > most:
                raise BadField(f"at most {most} characters", field=f"$.{name}")
            if turns_or_breaks(value):
                raise BadField("no control characters, of lines or of direction", field=f"$.{name}")
        if not 1 <= self.maximum <= MAX_PARTICIPANTS:
            raise BadField(f"between 1 and {MAX_PARTICIPANTS}", field="$.maximum")
        for name, number, least, most in (
            ("maxSpeakers", self.max_speakers, 1, MAX_SPEAKERS),
            ("turnS", self.turn_s, 0, MAX_TURN_S),
            ("callType", self.call_type, 0, ALL_MEDIA),
        ):
            if not least <= number <= most:
                raise BadField(f"between {least} and {most}", field=f"$.{name}")
        for name, layout in (("hostLayout", self.host_layout), ("guestLayout", self.guest_layout)):
            if layout and layout not in LAYOUTS:
                raise BadField("no layout has this name", field=f"$.{name}")
        for name, pin in (("hostPin", self.host_pin), ("guestPin", self.guest_pin)):
            if pin and not _PIN.fullmatch(pin):
                raise BadField("4 to 9 digits", field=f"$.{name}")
        if self.host_pin and self.host_pin == self.guest_pin:
            raise BadField("must differ from hostPin", field="$.guestPin")
        if len(self.admitters) > MAX_ADMITTERS or any(not 1 <= len(one) <= 120 for one in self.admitters):
            raise BadField(f"at most {MAX_ADMITTERS} names of 1 to 120 characters", field="$.admitters")
        for name, at in (("opensAt", self.opens_at), ("closesAt", self.closes_at)):
            if at is not None and not 0 <= at < 1e11:  # also false for NaN
                raise BadField("not a time in Unix seconds", field=f"$.{name}")
        if self.opens_at is not None and self.closes_at is not None and self.closes_at <= self.opens_at:
            raise BadField("must be after opensAt", field="$.closesAt")
