"""What crosses the border to the relay: MessagePack maps, `type` as tag, snake_case.

Mirrored in `src/relay/src/wire_api.rs`.
Commands go in one at a time and are applied in order; events come out in batches. Ids are integers, bytes stay bytes.
"""

from __future__ import annotations

import msgspec

from vdxmedia.hub.statistics import LayerStatistics, SlotFigures


class Border(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of commands and events."""


class Ice(msgspec.Struct, frozen=True, kw_only=True):
    local_ufrag: str
    """At least 4 characters; unique among live peers: the first check is routed by it."""
    local_pwd: str
    """At least 22 characters."""
    remote_ufrag: str


class Payloads(msgspec.Struct, frozen=True, kw_only=True):
    """This peer's payload types; 0 means not negotiated."""

    opus: int = 0
    red: int = 0
    """Opus with redundancy (RFC 2198)."""
    vp8: int = 0
    vp8_rtx: int = 0
    h264: int = 0
    h264_rtx: int = 0
    vp9: int = 0
    vp9_rtx: int = 0
    av1: int = 0
    av1_rtx: int = 0


class Extensions(msgspec.Struct, frozen=True, kw_only=True):
    """This peer's header extension ids (1..14 one-byte, up to 255 two-byte); 0 means not negotiated."""

    mid: int = 0
    rid: int = 0
    rrid: int = 0
    audio_level: int = 0
    transport_cc: int = 0
    abs_send_time: int = 0
    orientation: int = 0
    playout_delay: int = 0
    dependency_descriptor: int = 0


class Receive(msgspec.Struct, frozen=True, kw_only=True):
    """One m-line on which the peer sends to us."""

    mid: str
    source: int
    """SourceId, 1..2^32-1."""
    kind: str
    """`audio` or `video`."""
    programme: bool = False
    """Audio of a screen: never ranked among the speakers."""
    screen: bool = False
    """A shared screen: it keeps its size when bandwidth is short, and comes before other pictures."""
    rids: list[str] = []
    """Lowest layer first; empty without simulcast."""
    ssrc: int = 0
    """From `a=ssrc`; 0 when only mid and rid tell."""
    rtx_ssrc: int = 0
    remb: bool = False
    """The peer takes REMB there, and no transport-wide feedback."""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One m-line on which we send to the peer, fixed for the connection's life."""

    kind: str
    """`speaker`, `programme` or `video`."""
    index: int
    """Counts from 0 within its kind."""
    mid: str
    ssrc: int
    rtx_ssrc: int = 0
    """0: no RTX; lost packets are then answered with a keyframe."""
    nack: bool = False
    transport_cc: bool = False
    red: bool = False
    """Sound with redundancy was negotiated on this m-line."""
    extensions: Extensions | None = None
    """What this m-line agreed, by the peer's ids; an extension that is 0 here is never written on it. None: all that
    the peer has."""


class AddPeer(Border, frozen=True, kw_only=True, tag="add_peer"):
    peer: int
    room: int
    replaces: int = 0
    """The peer of the same participant to remove in the same step; 0: none."""
    worker: int = 0
    """Where it lives, for its whole life."""
    cname: str
    ice: Ice
    payloads: Payloads
    extensions: Extensions
    receives: list[Receive]
    slots: list[Slot]


class UpdatePeer(Border, frozen=True, kw_only=True, tag="update_peer"):
    """A re-offer: new ICE credentials (the old stay valid until a check with the new nominates), new m-lines.
    What is there already stays as it is."""

    peer: int
    ice: Ice
    payloads: Payloads
    extensions: Extensions
    receives: list[Receive]
    slots: list[Slot]


class SetKeys(Border, frozen=True, kw_only=True, tag="set_keys"):
    peer: int
    profile: int
    """7 AEAD_AES_128_GCM (28 B: key 16, salt 12), 1 AES128_CM_SHA1_80 (30 B: key 16, salt 14); RFC 5764, RFC 7714."""
    receive: bytes
    send: bytes


class SendDtls(Border, frozen=True, kw_only=True, tag="send_dtls"):
    peer: int
    datagram: bytes
    """At most 1200 B; goes to the peer's validated address."""


class RemovePeer(Border, frozen=True, kw_only=True, tag="remove_peer"):
    peer: int


class CloseRoom(Border, frozen=True, kw_only=True, tag="close_room"):
    room: int


class SetGate(Border, frozen=True, kw_only=True, tag="set_gate"):
    room: int = 0
    """Whose source it is: one that nobody publishes ends with the room. 0: not named."""
    source: int
    gate: int
    """Bit: 1 mute, 2 floor. A source's packets pass only while all bits are open. Kept for sources not yet there."""
    open: bool


class SetSourceClasses(Border, frozen=True, kw_only=True, tag="set_source_classes"):
    room: int = 0
    source: int
    classes: int
    """Bitset of 64. 0 (the start): nobody."""


class SetHears(Border, frozen=True, kw_only=True, tag="set_hears"):
    peer: int
    classes: int


class BindSlot(Border, frozen=True, kw_only=True, tag="bind_slot"):
    peer: int
    kind: str
    index: int
    source: int
    """0: nobody (a speaker slot: automatic)."""
    max_layer: int = 2
    priority: int = 0
    """Which pictures come first when bandwidth is short: 0 others, 1 screen, 2 speaker or spotlight."""


class SetShedding(Border, frozen=True, kw_only=True, tag="set_shedding"):
    room: int = 0
    source: int
    first: str
    """What is given up first when bandwidth is short: `rate` (frames) or `size` (layers; sign language)."""


class ForgetSource(Border, frozen=True, kw_only=True, tag="forget_source"):
    """Its participant is gone for good: it ends as soon as nobody publishes it, with its gates and classes. Without
    this it is kept for the participant's next connection, at most until the room closes."""

    room: int
    source: int


class TakeSnapshot(Border, frozen=True, kw_only=True, tag="take_snapshot"):
    id: int
    room: int


class Fence(Border, frozen=True, kw_only=True, tag="fence"):
    id: int


Command = (
    AddPeer
    | UpdatePeer
    | SetKeys
    | SendDtls
    | RemovePeer
    | CloseRoom
    | SetGate
    | SetSourceClasses
    | SetHears
    | BindSlot
    | SetShedding
    | ForgetSource
    | TakeSnapshot
    | Fence
)


class PeerBound(Border, frozen=True, kw_only=True, tag="peer_bound"):
    """The first valid connectivity check, or a nominated change of address."""

    peer: int
    address: str
    """Where it came from, as text. Personal data: for telling a TURN server from people, and never for a log."""
    is_tcp: bool


class DtlsReceived(Border, frozen=True, kw_only=True, tag="dtls_received"):
    """A DTLS record from an address that has passed a connectivity check of this peer."""

    peer: int
    datagram: bytes


class ConsentLost(Border, frozen=True, kw_only=True, tag="consent_lost"):
    """30 s without a valid check: nothing is sent any more (RFC 7675). Keys and slots are kept 60 s."""

    peer: int


class PeerExpired(Border, frozen=True, kw_only=True, tag="peer_expired"):
    """90 s without a valid check (or never one within 30 s): the peer is gone from the relay."""

    peer: int


class ConsentBack(Border, frozen=True, kw_only=True, tag="consent_back"):
    peer: int


class SourceStarted(Border, frozen=True, kw_only=True, tag="source_started"):
    """The first authenticated packet of a source."""

    source: int


class SlotSwitched(Border, frozen=True, kw_only=True, tag="slot_switched"):
    peer: int
    kind: str
    index: int
    source: int
    layer: int


class CannotDecode(Border, frozen=True, kw_only=True, tag="cannot_decode"):
    peer: int
    index: int
    source: int


class Speakers(Border, frozen=True, kw_only=True, tag="speakers"):
    room: int
    speakers: list[tuple[int, int]]
    """(source, level 0..127 where 127 is loudest), loudest first; at most 10 a second per room, when it changed."""


class PeerQuality(Border, frozen=True, kw_only=True, tag="peer_quality"):
    """Per peer with keys: once a second while something is going on, every 5 s while all is calm."""

    peer: int
    period_ms: int = 1_000
    """What the losses and rates are of."""
    uplink_loss: float
    downlink_loss: float
    rtt_ms: float
    """-1 when unknown."""
    silent_ms: int
    """Since the last authentic packet or valid check."""
    estimate_bps: int = 0
    """What the way to it carries; 0 when unknown."""
    uplink_bps: int = 0
    """What came from it."""
    jitter_ms: float = -1.0
    """Of the least even of the streams that come from it; -1: none comes."""
    freezes: int = 0
    """Pictures of which nothing was sent to it for a second although they were there; since it was added."""
    frozen_ms: int = 0
    """How long they stood still, all together."""
    is_heard: bool = False
    """Something under its keys has come: it has finished its handshake too."""


class SlotPaused(Border, frozen=True, kw_only=True, tag="slot_paused"):
    """The way to the peer does not carry this slot's source at its lowest; or it does again."""

    peer: int
    kind: str
    index: int
    source: int
    paused: bool


class LayersWanted(Border, frozen=True, kw_only=True, tag="layers_wanted"):
    """Which layers of a source anybody takes: the publisher may stop the others. Told when it changes."""

    peer: int
    """The publisher."""
    source: int
    layers: int
    """Bit i: layer i, lowest first."""


class FenceReached(Border, frozen=True, kw_only=True, tag="fence_reached"):
    id: int


class SlotStatistics(SlotFigures, frozen=True, kw_only=True, rename="camel"):
    """One outgoing stream, and what it shows."""

    source: int
    layer: int
    """Lowest 0; -1: nothing is sent yet."""


class PeerStatistics(msgspec.Struct, frozen=True, kw_only=True):
    peer: int
    rtt_ms: float
    """-1 when unknown."""
    estimate_bps: int
    """0 when unknown."""
    slots: list[SlotStatistics]


class SourceStatistics(msgspec.Struct, frozen=True, kw_only=True):
    source: int
    peer: int
    layers: list[LayerStatistics]


class Snapshot(Border, frozen=True, kw_only=True, tag="snapshot"):
    """The answer to `TakeSnapshot`; one from each worker."""

    id: int
    peers: list[PeerStatistics]
    sources: list[SourceStatistics]


class PeerFault(Border, frozen=True, kw_only=True, tag="peer_fault"):
    """The worker caught a panic while it handled this peer: the peer was removed."""

    peer: int


Event = (
    PeerBound
    | DtlsReceived
    | ConsentLost
    | PeerExpired
    | ConsentBack
    | SourceStarted
    | SlotSwitched
    | CannotDecode
    | Speakers
    | PeerQuality
    | SlotPaused
    | LayersWanted
    | FenceReached
    | PeerFault
    | Snapshot
)
