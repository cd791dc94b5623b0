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


class FilmAction(StrEnum):
    """What a host asks of an exercise film."""

    LOAD = "load"
    PLAY = "play"
    PAUSE = "pause"
    SEEK = "seek"
    LOOP = "loop"
    STOP = "stop"


class FilmStatus(StrEnum):
    LOADING = "loading"
    PLAYING = "playing"
    PAUSED = "paused"
    """Its picture stands, also before it was ever played."""
    ENDED = "ended"
    """The last picture stands; `play` begins again."""
    FAILED = "failed"
    """It is gone, and there is a reason."""
    STOPPED = "stopped"
    """It is gone as somebody wished."""


class ContentHint(StrEnum):
    """What matters in a picture (W3C mst-content-hint): what must not be given up when bandwidth is short."""

    MOTION = "motion"
    """Fluency: the picture becomes smaller before it has fewer than 20 frames a second (sign language, exercises)."""
    DETAIL = "detail"
    """Sharpness: it has fewer frames before it becomes smaller (a face, a text)."""


class Connection(StrEnum):
    """Whether the participant's signalling is there; media has a life of its own."""

    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    RETURNING = "returning"
    """Away for longer: floor place and sources are given up, the others still expect the person back."""


class LeaveReason(StrEnum):
    LEFT = "left"
    LOST = "lost"
    """The connection did not come back in time."""
    REMOVED = "removed"
    WAITING = "waiting"
    """Sent back to those who wait, because no host is there any more."""
    HIDDEN = "hidden"
    """Still there, but no longer to be seen by the one who is told."""


class Quality(StrEnum):
    """Of a participant's media connection."""

    GOOD = "good"
    WEAK = "weak"
    LOST = "lost"


class EndReason(StrEnum):
    """Why a connection to a room is over."""

    ENDED = "ended"
    """The room's time is over or the host ended it."""
    REMOVED = "removed"
    REPLACED = "replaced"
    """The same seat was taken over by a newer connection."""
    TOO_SLOW = "tooSlow"
    """This client did not read its events in time."""
    LOST = "lost"
    """The seat was given up while the connection was away."""
    REFUSED = "refused"
    """A host has not let this person in."""
    TRANSFERRED = "transferred"
    """A host has sent this person to another room; `transferred` came before."""


class Addressee(StrEnum):
    """For whom something is written."""

    ALL = "all"
    """All who may know the writer."""
    HOSTS = "hosts"
    ONE = "one"


class Reaction(StrEnum):
    THUMBS_UP = "thumbsUp"
    APPLAUSE = "applause"
    HEART = "heart"
    SMILE = "smile"
    THINKING = "thinking"
