"""What the relay tells of one peer, in the hub's words. Pure: the plane finds the peer and passes it on."""

from __future__ import annotations

from typing import Final, assert_never

from vdxmedia.hub.ports import LayersWanted, MediaEvent, MediaQuality, SlotCannotDecode, SlotKind, SlotPaused
from vdxmedia.ids import SourceId
from vdxmedia.sdp.negotiation import MAX_LAYERS
from vdxmedia.sfu import relay_wire
from vdxmedia.sfu.peer import Peer

SILENT_AFTER_MS: Final = 7_000
"""Who sends neither sound nor picture still checks every 4 to 6 s (RFC 7675 §5.1; Firefox and aiortc do, Chromium every
2.5 s), so a shorter silence means nothing."""

PeerNews = relay_wire.PeerQuality | relay_wire.CannotDecode | relay_wire.SlotPaused | relay_wire.LayersWanted


def told_of(event: PeerNews, peer: Peer) -> MediaEvent | None:
    """None: nothing that a room wants to know."""
    participant = peer.seat.participant
    match event:
        case relay_wire.PeerQuality():
            return MediaQuality(
                participant=participant,
                uplink_loss=event.uplink_loss,
                downlink_loss=event.downlink_loss,
                rtt_s=event.rtt_ms / 1_000 if event.rtt_ms >= 0 else None,
                uplink_bps=event.uplink_bps or None,
                is_silent=event.silent_ms > SILENT_AFTER_MS,
                period_s=event.period_ms / 1_000,
                silent_s=event.silent_ms / 1_000,
                freezes=event.freezes,
                frozen_s=event.frozen_ms / 1_000,
            )
        case relay_wire.CannotDecode():
            return SlotCannotDecode(participant, event.index, SourceId(event.source))
        case relay_wire.SlotPaused():
            return SlotPaused(participant, event.index, event.paused) if event.kind == SlotKind.VIDEO else None
        case relay_wire.LayersWanted():
            kind = peer.kind_of(SourceId(event.source))
            layers = tuple(layer for layer in range(MAX_LAYERS) if event.layers >> layer & 1)
            return None if kind is None else LayersWanted(participant, kind, layers)
        case _:
            assert_never(event)
