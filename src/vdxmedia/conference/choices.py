"""The closed sets that a room's settings choose from. The values are words of the REST API and of the wire."""

from __future__ import annotations

from enum import StrEnum


class RoomMode(StrEnum):
    MEETING = "meeting"
    TRAINING = "training"
    """Group training: an instructor sees all in an equal grid, trainees see the instructor."""


class FloorPolicy(StrEnum):
    FREE = "free"
    """Everyone may speak at any time."""
    HANDS = "hands"
    """An ordered queue of raised hands; nothing is enforced."""
    QUEUE = "queue"
    """First come, first served; the relay silences who has not the floor."""
    MODERATED = "moderated"
    """A floor chair grants; the relay silences who has not the floor."""


class GuestVisibility(StrEnum):
    """Whom guests know of, see and hear besides themselves."""

    ALL = "all"
    SPOTLIGHT = "spotlight"
    """Hosts, and whoever a host has put into the spotlight."""
    HOSTS = "hosts"


class LobbyPolicy(StrEnum):
    """What guests do before they are let in."""

    OFF = "off"
    """Nothing: they come in."""
    UNTIL_HOST = "untilHost"
    """Wait until a host is there."""
    KNOCK = "knock"
    """Wait until a host admits them."""


class StartMicrophone(StrEnum):
    """A guest's microphone at the beginning. Nobody's is ever opened from outside."""

    ON = "on"
    MUTED = "muted"
    OFF = "off"
    """Not to be had in this room: guests only listen."""


class LastHostPolicy(StrEnum):
    """What becomes of the others when the last host has left (not: when his connection is away)."""

    STAY = "stay"
    """They go on; a floor that only a chair could grant becomes a list of hands."""
    WAIT = "wait"
    """They wait in the lobby until a host is back."""
    END = "end"
    """The conference ends after a countdown that a returning host stops."""


class ChatPolicy(StrEnum):
    ALL = "all"
    HOSTS = "hosts"
    """Guests write to hosts only."""
    OFF = "off"


class LayoutChoice(StrEnum):
    """Who chooses how pictures are arranged."""

    EACH = "each"
    HOSTS = "hosts"
    """A host, for all."""


class PictureQuality(StrEnum):
    """How large a camera's picture may be for others; shared screens are always whole."""

    SD = "sd"
    """Up to half the height that it is sent with: 360 lines."""
    HD = "hd"
    """As large as tile and connection bear; cameras are asked for 720 lines."""
    FULLHD = "fullhd"
    """The same, and cameras are asked for 1080 lines."""


class Codec(StrEnum):
    VP8 = "VP8"
    H264 = "H264"
    VP9 = "VP9"
    AV1 = "AV1"
