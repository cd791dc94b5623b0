"""Media: what a client must know before its offer, the offer itself, and what its slots and connection are doing."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from vdxmedia.conference.kinds import ContentHint, Quality, SlotKind, SourceKind
from vdxmedia.signalling.wire import MAX_SDP_CHARS, MAX_VIDEO_SLOTS, Id, Mid, Pixels, SlotIndex, Wire


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
    camera_lines: int
    """How many lines the camera should be opened with; `camera` is for that."""
    screen: list[Encoding]
    slots: SlotCounts
    """How many recvonly m-lines to offer of each kind, in this order: speaker, programme, video."""


class Offer(Wire, frozen=True, tag="offer"):
    sdp: Annotated[str, Meta(max_length=MAX_SDP_CHARS)]
    sources: dict[Mid, SourceKind]
    """Which sendonly m-line (by mid) carries what. Every sendonly m-line must be named, each kind at most once."""


class SetSource(Wire, frozen=True, tag="setSource"):
    """The client says whether a source of its own is on (microphone unmuted, camera running, screen shared)."""

    source: SourceKind
    active: bool
    content_hint: ContentHint | None = None
    """What of a picture must not be given up first when bandwidth is short; null: as it was, at first `detail`."""


class TileSize(Wire, frozen=True):
    slot: SlotIndex
    width: Pixels
    """Device pixels, 0 when the tile is not on screen: the slot is then paused."""
    height: Pixels


class SetTiles(Wire, frozen=True, tag="setTiles"):
    """How large each video slot is shown; layers are chosen by it. Slots that are not named keep their size."""

    tiles: Annotated[list[TileSize], Meta(max_length=MAX_VIDEO_SLOTS)]


class SourceState(Wire, frozen=True):
    kind: SourceKind
    id: int
    """32 bits; the only CSRC of every packet of this source."""
    active: bool


class AnswerSlot(Wire, frozen=True):
    mid: Mid
    kind: SlotKind
    index: int


class AnswerMedia(Wire, frozen=True, tag="answer"):
    """The answer to `offer`."""

    sdp: str
    slots: list[AnswerSlot]


class Binding(Wire, frozen=True):
    """Which source a video slot (or pinned audio slot) of this client shows; `source` 0 means nobody."""

    kind: SlotKind
    index: int
    participant_id: Id | None
    source: int
    source_kind: SourceKind | None


class Bindings(Wire, frozen=True, tag="bindings"):
    """All slots of this client, after each change. Show a tile under a name only when the packets' CSRC agrees."""

    bindings: list[Binding]


class Speaker(Wire, frozen=True):
    participant_id: Id
    level: Annotated[float, Meta(ge=0, le=1)]
    """0 silent, 1 as loud as can be."""


class Speakers(Wire, frozen=True, tag="speakers"):
    """Who is heard now, loudest first; at most 10 times a second; empty when all are silent."""

    speakers: list[Speaker]


class QualityEntry(Wire, frozen=True):
    participant_id: Id
    quality: Quality


class ConnectionQuality(Wire, frozen=True, tag="connectionQuality"):
    """Those whose connection changed; the client's own among them."""

    participants: list[QualityEntry]


class SendLayers(Wire, frozen=True):
    source: SourceKind
    layers: list[int]
    """Positions in `MediaSetup.camera` or `screen`, lowest first."""


class Bandwidth(Wire, frozen=True, tag="bandwidth"):
    """What this client's connection carries: the whole state, after each change; at the start nothing of it holds."""

    paused: list[int]
    """Video slots whose picture rests; it comes back by itself."""
    paused_by_server: list[int]
    """Those of `paused` that rest because the server has too much to do; the others do not fit on the way."""
    send_layers: list[SendLayers]
    """Encodings that anybody takes: switch the others off. A source that is not named: all of them."""
    camera_off: bool
    """The way to the server is so bad that the sound would be better without the camera: advise the person."""


class CannotDecode(Wire, frozen=True, tag="cannotDecode"):
    """A slot stays empty because this client did not offer the source's codec."""

    index: int
    participant_id: Id


class MediaLost(Wire, frozen=True, tag="mediaLost"):
    """The server has given up the media connection: make a new one and offer again."""

    reason: str
