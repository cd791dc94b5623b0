"""The closed sets that the core, the hub and the wire share, defined once: what a source, a slot and a role can be.

The values are the words of the wire; renaming one is a change of protocol.
"""

from __future__ import annotations

from enum import StrEnum


class SourceKind(StrEnum):
    """What a participant can publish, each at most once."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    SCREEN_AUDIO = "screenAudio"


class SlotKind(StrEnum):
    SPEAKER = "speaker"
    """Audio, the relay chooses: one of the loudest three, or the source pinned to its video slot."""
    PROGRAMME = "programme"
    """Audio of a shared screen or film."""
    VIDEO = "video"


class Role(StrEnum):
    HOST = "host"
    GUEST = "guest"


class Connection(StrEnum):
    """Whether the participant's signalling is there; media has a life of its own."""

    CONNECTED = "connected"
    RECONNECTING = "reconnecting"


class LeaveReason(StrEnum):
    LEFT = "left"
    LOST = "lost"
    """The connection did not come back in time."""
    REMOVED = "removed"
