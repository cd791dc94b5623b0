"""What a client must know before its offer."""

from __future__ import annotations

from vdxmedia.signalling.wire import Wire


class IceServer(Wire, frozen=True):
    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Encoding(Wire, frozen=True):
    """One entry of `sendEncodings`, lowest layer first."""

    rid: str
    scale_resolution_down_by: float
    max_bitrate: int
    """Bits per second."""
    max_framerate: int
    scalability_mode: str | None = None
    """W3C webrtc-svc, `L1T3`: temporal levels, so that a subscriber can be sent fewer frames. A client whose browser
    does not take it sends without."""


class SlotCounts(Wire, frozen=True):
    speaker: int
    programme: int
    video: int


class MediaSetup(Wire, frozen=True):
    """Everything a client must know before it creates its offer."""

    ice_servers: list[IceServer]
    codec: str
    """`VP8`, `H264`, `VP9` or `AV1`: the one codec cameras and screens of this room send."""
    camera: list[Encoding]
    screen: list[Encoding]
    slots: SlotCounts
    """How many recvonly m-lines to offer of each kind, in this order: speaker, programme, video."""
