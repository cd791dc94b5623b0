"""What the hub needs of the world, as protocols: implemented in the adapters, wired in `app.py`.

`MediaPlane` is the seam between rooms and packets. Rooms speak of participants, sources and slots; the plane maps
them to peers of the relay. Everything the relay enforces (gates, audience classes, bindings) is denied until a
`MediaChange` allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from vdxmedia.conference.kinds import SlotKind as SlotKind
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.media import BindSlot as BindSlot
from vdxmedia.conference.media import Gate as Gate
from vdxmedia.conference.media import MediaChange as MediaChange
from vdxmedia.conference.media import SetGate as SetGate
from vdxmedia.conference.media import SetHears as SetHears
from vdxmedia.conference.media import SetShedding as SetShedding
from vdxmedia.conference.media import SetSourceClasses as SetSourceClasses
from vdxmedia.hub.statistics import ConnectionStatistics
from vdxmedia.ids import ConferenceKey, ParticipantId, SourceId

MediaKind = SourceKind
"""W3C's words for our sources."""


class MediaSeat(msgspec.Struct, frozen=True):
    """Whose media connection this is."""

    conference: ConferenceKey
    participant: ParticipantId
    sources: Mapping[MediaKind, SourceId]
    """What the participant may publish; an m-line for any other kind is answered `inactive`."""
    codec: str
    """`VP8`, `H264`, `VP9` or `AV1`."""
    video_slots: int


class MediaOffer(msgspec.Struct, frozen=True):
    sdp: str
    sources: Mapping[str, MediaKind]
    """mid to kind."""


class AnsweredSlot(msgspec.Struct, frozen=True):
    mid: str
    kind: SlotKind
    index: int


class MediaAnswer(msgspec.Struct, frozen=True):
    sdp: str
    slots: Sequence[AnsweredSlot]
    is_new_connection: bool
    """False when the offer renegotiated or ICE-restarted a live connection."""


# ── what the plane tells a room ───────────────────────────────────────────────────────────────────────────────────


class MediaConnected(msgspec.Struct, frozen=True, tag=True):
    """DTLS is done: packets can flow."""

    participant: ParticipantId


class MediaLost(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    reason: str
    """`consent` (30 s + 60 s without a check), `dtls`, `fingerprint`, `closed`, `fault`."""


class SpeakersChanged(msgspec.Struct, frozen=True, tag=True):
    speakers: Sequence[tuple[SourceId, float]]
    """Loudest first, level 0..1; at most 10 a second."""


class SlotCannotDecode(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    index: int
    source: SourceId


class MediaQuality(msgspec.Struct, frozen=True, tag=True):
    """Per participant with media: about once a second while something is going on, seldom while all is calm."""

    participant: ParticipantId
    uplink_loss: float
    """0..1"""
    downlink_loss: float
    rtt_s: float | None
    is_silent: bool
    """Nothing authentic came for longer than a client that only listens may be silent."""
    uplink_bps: int | None = None
    """What came from the participant; None when nothing did."""
    period_s: float = 1.0
    """What losses and rates are of."""


class SlotPaused(msgspec.Struct, frozen=True, tag=True):
    """A video slot's picture does not fit on the way to the participant at its lowest; or it does again."""

    participant: ParticipantId
    index: int
    is_paused: bool


class LayersWanted(msgspec.Struct, frozen=True, tag=True):
    """Which layers of a source anybody takes: the publisher may stop the others."""

    participant: ParticipantId
    kind: SourceKind
    layers: tuple[int, ...]
    """Lowest first."""


MediaEvent = MediaConnected | MediaLost | SpeakersChanged | SlotCannotDecode | MediaQuality | SlotPaused | LayersWanted


class MediaPlane(Protocol):
    """Implemented by `sfu.plane`. All methods are called on the event loop's thread."""

    def open_conference(self, conference: ConferenceKey, listener: Callable[[MediaEvent], None]) -> None:
        """The listener is called on the loop and must not block; the room task puts the event into its mailbox."""
        ...

    def close_conference(self, conference: ConferenceKey) -> None:
        """Closes every connection in it. Twice is fine."""
        ...

    async def connect(self, seat: MediaSeat, offer: MediaOffer) -> MediaAnswer:
        """Answers an offer: a new connection (an old one of the same participant is closed atomically), a re-offer
        with more slots, or an ICE restart. The room then applies its full state for the participant.

        Raises: BadSdp (nothing changed), Refused `media_busy`.
        """
        ...

    def apply(self, conference: ConferenceKey, changes: Iterable[MediaChange]) -> None:
        """Unknown participants and sources are ignored: they have just left."""
        ...

    async def fence(self) -> None:
        """Returns when the relay has applied every change before this call: no later packet breaks them."""
        ...

    async def statistics(self, conference: ConferenceKey) -> Sequence[ConnectionStatistics]:
        """How every media connection is doing; empty for a conference that is not there."""
        ...

    def disconnect(self, conference: ConferenceKey, participant: ParticipantId, *, is_gone: bool) -> None:
        """Closes the participant's connection, if any. `is_gone`: for good, so that what is enforced for the
        participant's sources is forgotten too."""
        ...


# ── tokens ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Grant(msgspec.Struct, frozen=True):
    """What a verified join token allows. What is not granted is denied."""

    room: str
    identity: str
    """Token's `sub`: the same identity joining again replaces the earlier connection; empty means a new person."""
    role: str
    """`host` or `guest`."""
    name: str | None
    organisation: str
    function: str
    can_publish: frozenset[MediaKind]
    can_subscribe: bool
    expires_at: float
    """Unix seconds."""


class Tokens(Protocol):
    """Implemented by `api.tokens` (JWT, ES256 or EdDSA)."""

    def verify(self, token: str, now_unix_s: float) -> Grant:
        """Raises: NotAllowed with `token_invalid` or `token_expired`."""
        ...

    def issue(self, grant: Grant) -> str:
        """Signs a token that says exactly this grant."""
        ...
