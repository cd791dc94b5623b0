"""The relay's snapshots in the hub's words: peers become participants, sources get their owner and kind."""

from __future__ import annotations

from collections.abc import Iterable

from vdxmedia.conference.kinds import SourceKind
from vdxmedia.hub.statistics import ConnectionStatistics, SlotFigures, SlotStatistics, SourceStatistics
from vdxmedia.ids import ParticipantId, SourceId
from vdxmedia.sfu import relay_wire
from vdxmedia.sfu.peer import Peer


def statistics_of(snapshots: Iterable[relay_wire.Snapshot], peers: Iterable[Peer]) -> list[ConnectionStatistics]:
    """One entry per peer that some worker knows, in the order of `peers`."""
    known = {peer.id: peer for peer in peers}
    owners = {
        source: (peer.seat.participant, kind) for peer in known.values() for kind, source in peer.seat.sources.items()
    }
    snapshots = list(snapshots)
    of_peer = {entry.peer: entry for snapshot in snapshots for entry in snapshot.peers}
    published: dict[int, list[SourceStatistics]] = {}
    for entry in (entry for snapshot in snapshots for entry in snapshot.sources):
        owner = owners.get(SourceId(entry.source))
        if owner is not None:
            published.setdefault(entry.peer, []).append(SourceStatistics(kind=owner[1], layers=entry.layers))
    return [
        ConnectionStatistics(
            participant=peer.seat.participant,
            rtt_ms=facts.rtt_ms if facts.rtt_ms >= 0 else None,
            estimate_bps=facts.estimate_bps or None,
            sources=published.get(peer.id, []),
            slots=[_slot(slot, owners) for slot in facts.slots],
        )
        for peer in known.values()
        if (facts := of_peer.get(peer.id)) is not None
    ]


def _slot(slot: relay_wire.SlotStatistics, owners: dict[SourceId, tuple[ParticipantId, SourceKind]]) -> SlotStatistics:
    owner, kind = owners.get(SourceId(slot.source), (None, None))
    figures = {name: getattr(slot, name) for name in SlotFigures.__struct_fields__}
    layer = slot.layer if slot.layer >= 0 else None
    return SlotStatistics(participant=owner, source_kind=kind, layer=layer, **figures)
