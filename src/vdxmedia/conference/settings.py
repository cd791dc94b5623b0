"""What is agreed about a room before anyone comes: given by the REST API, kept by the registry.

Some fields get their meaning later (floor control, visibility, training); they are validated and stored already, so
that a caller need not change.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from vdxmedia.conference.names import turns_or_breaks
from vdxmedia.errors import BadField

MAX_PARTICIPANTS = 500
"""Largest `maximum` of a room (guess: a full municipal course; the load test will tell)."""
MAX_SUBJECT_CHARS = 200
MAX_ORGANISATION_CHARS = 120
MAX_HELP_LINE_CHARS = 40


class RoomMode(StrEnum):
    MEETING = "meeting"
    TRAINING = "training"
    """Group training: an instructor sees all, trainees see the instructor. Given meaning later."""


class FloorPolicy(StrEnum):
    """The last three are given meaning later."""

    FREE = "free"
    """Everyone may speak at any time."""
    HANDS = "hands"
    """An ordered queue of raised hands; nothing is enforced."""
    QUEUE = "queue"
    """First come, first served; the relay silences who has not the floor."""
    MODERATED = "moderated"
    """A floor chair grants; the relay silences who has not the floor."""


class GuestVisibility(StrEnum):
    """Whom guests see and hear besides themselves. The last two are given meaning later."""

    ALL = "all"
    SPOTLIGHT = "spotlight"
    """Hosts, and whoever a host has put into the spotlight."""
    HOSTS = "hosts"


class Codec(StrEnum):
    VP8 = "VP8"
    H264 = "H264"
    VP9 = "VP9"
    AV1 = "AV1"


class RoomSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Immutable; `validate` before use."""

    subject: str = ""
    organisation: str = ""
    help_line: str = ""
    """A telephone number to show, as it should be written."""
    mode: RoomMode = RoomMode.MEETING
    floor_policy: FloorPolicy = FloorPolicy.FREE
    guest_visibility: GuestVisibility = GuestVisibility.ALL
    maximum: int = 50
    """Participants at the same time, those that are reconnecting included."""
    opens_at: float | None = None
    """Unix seconds; None: open from now on."""
    closes_at: float | None = None
    """Unix seconds; the conference ends then and nobody can join after. None: never."""
    codec: Codec = Codec.VP8
    """The one codec that cameras and screens send in this room. VP9 and AV1: who has not got them is not seen."""

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
        for name, at in (("opensAt", self.opens_at), ("closesAt", self.closes_at)):
            if at is not None and not 0 <= at < 1e11:  # also false for NaN
                raise BadField("not a time in Unix seconds", field=f"$.{name}")
        if self.opens_at is not None and self.closes_at is not None and self.closes_at <= self.opens_at:
            raise BadField("must be after opensAt", field="$.closesAt")
