"""One media connection of one participant: what was agreed in SDP, its credentials and SSRCs, its DTLS.

A peer is made by a first offer and changed by later ones on the same RTCPeerConnection (more slots, ICE restart). It
decides nothing about rooms and sends nothing itself: it turns offers into answers and into commands for the relay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from vdxmedia.hub.ports import AnsweredSlot, MediaAnswer, MediaKind, MediaSeat, SlotKind
from vdxmedia.ids import PeerId, SourceId
from vdxmedia.sdp.answer import Local, SlotSsrcs, write_answer
from vdxmedia.sdp.capabilities import SOURCE_MEDIA
from vdxmedia.sdp.negotiation import NOTHING_AGREED, Agreement, negotiate
from vdxmedia.sdp.offer import Offer
from vdxmedia.sfu import relay_wire
from vdxmedia.sfu.allocation import Allocation, IceCredentials, new_cname
from vdxmedia.sfu.dtls import DtlsSession

_KEPT_UFRAGS: Final = 2
"""The relay accepts the credentials before the last until the last nominate; older ones are free again."""


class Peer:
    """Owned by the plane; lives on the event loop.

    `addresses` and `tcp_addresses` are what the answer announces, `fingerprint` the server's, `worker`
    where it lives. `dtls` and `task` are
    set by the plane before anything can arrive.
    """

    dtls: DtlsSession
    task: asyncio.Task[None]

    def __init__(
        self,
        peer_id: PeerId,
        seat: MediaSeat,
        allocation: Allocation,
        *,
        addresses: Sequence[tuple[str, int]],
        tcp_addresses: Sequence[tuple[str, int]],
        fingerprint: str,
        worker: int = 0,
    ) -> None:
        self.id = peer_id
        self.seat = seat
        self.has_keys = False
        self.is_ended = False
        self._allocation = allocation
        self.worker = worker
        self._addresses = addresses
        self._tcp_addresses = tcp_addresses
        self._fingerprint = fingerprint
        self._cname = new_cname()
        self._offer: Offer | None = None
        self._agreement: Agreement = NOTHING_AGREED
        self._credentials: list[IceCredentials] = []
        """The current ones last."""
        self._ssrcs: dict[str, SlotSsrcs] = {}
        self._source_ids: dict[str, SourceId] = {}
        self._version = 0

    def is_continued_by(self, offer: Offer) -> bool:
        """Whether the offer is of the same RTCPeerConnection: same certificate, and same session or ICE credentials.

        aiortc changes the session id with every offer, browsers never; a new connection has another certificate in
        all of them, unless the page passes its own, and then another session and other credentials.
        """
        known = self._offer
        return (
            known is not None
            and set(known.fingerprints) == set(offer.fingerprints)
            and (known.session_id == offer.session_id or known.ice_ufrag == offer.ice_ufrag)
        )

    def take_offer(self, offer: Offer, sources: Mapping[str, MediaKind], seat: MediaSeat) -> None:
        """Agrees to a first or a later offer.

        Raises: BadSdp, and then nothing has changed.
        """
        agreement = negotiate(
            offer,
            sources=sources,
            permitted=frozenset(seat.sources),
            codec=seat.codec,
            video_slots=seat.video_slots,
            previous=self._agreement,
        )
        if self._offer is None or self._offer.ice_ufrag != offer.ice_ufrag:
            self._credentials.append(self._allocation.credentials())
            self._allocation.release([old.ufrag for old in self._credentials[:-_KEPT_UFRAGS]], ())
            del self._credentials[:-_KEPT_UFRAGS]
        own = {ssrc for section in offer.sections for ssrc in section.ssrcs}
        for mid, slot in agreement.slots.items():
            if mid not in self._ssrcs:
                self._ssrcs[mid] = SlotSsrcs(
                    self._allocation.ssrc(own), self._allocation.ssrc(own) if slot.has_rtx else 0
                )
        self.seat = seat
        for source in agreement.sources.values():
            if source.kind not in self._source_ids:
                self._source_ids[source.kind] = seat.sources[MediaKind(source.kind)]
        self._offer, self._agreement = offer, agreement
        self._version += 1

    def answer(self, *, is_new_connection: bool) -> MediaAnswer:
        """The answer to the offer taken last."""
        assert self._offer is not None
        credentials = self._credentials[-1]
        text = write_answer(
            self._offer,
            self._agreement,
            Local(
                session_id=self.id,
                version=self._version,
                ice_ufrag=credentials.ufrag,
                ice_pwd=credentials.pwd,
                fingerprint=self._fingerprint,
                addresses=self._addresses,
                tcp_addresses=self._tcp_addresses,
                cname=self._cname,
                ssrcs=self._ssrcs,
            ),
        )
        slots = [AnsweredSlot(slot.mid, SlotKind(slot.kind), slot.index) for slot in self._agreement.slots.values()]
        return MediaAnswer(sdp=text, slots=slots, is_new_connection=is_new_connection)

    def add_command(self, replaces: PeerId | None) -> relay_wire.AddPeer:
        return relay_wire.AddPeer(
            peer=self.id,
            room=self.seat.conference,
            replaces=replaces or 0,
            worker=self.worker,
            cname=self._cname,
            ice=self._ice(),
            payloads=self._payloads(),
            extensions=self._extensions(),
            receives=self._receives(),
            slots=self._slots(),
        )

    def update_command(self) -> relay_wire.UpdatePeer:
        return relay_wire.UpdatePeer(
            peer=self.id,
            ice=self._ice(),
            payloads=self._payloads(),
            extensions=self._extensions(),
            receives=self._receives(),
            slots=self._slots(),
        )

    def has_slot(self, kind: str, index: int) -> bool:
        return any(slot.kind == kind and slot.index == index for slot in self._agreement.slots.values())

    def kind_of(self, source: SourceId) -> MediaKind | None:
        """Which of its own sources this is."""
        return next((kind for kind, known in self.seat.sources.items() if known == source), None)

    def release(self) -> None:
        """Gives its numbers back; the plane calls it when the relay has let go of the peer."""
        ssrcs: Iterable[int] = (number for pair in self._ssrcs.values() for number in (pair.ssrc, pair.rtx_ssrc))
        self._allocation.release([credentials.ufrag for credentials in self._credentials], ssrcs)

    def _ice(self) -> relay_wire.Ice:
        assert self._offer is not None
        credentials = self._credentials[-1]
        return relay_wire.Ice(
            local_ufrag=credentials.ufrag, local_pwd=credentials.pwd, remote_ufrag=self._offer.ice_ufrag
        )

    def _payloads(self) -> relay_wire.Payloads:
        return relay_wire.Payloads(**msgspec.structs.asdict(self._agreement.payload_types))

    def _extensions(self) -> relay_wire.Extensions:
        return relay_wire.Extensions(**msgspec.structs.asdict(self._agreement.extension_ids))

    def _receives(self) -> list[relay_wire.Receive]:
        return [
            relay_wire.Receive(
                mid=source.mid,
                source=self._source_ids[source.kind],
                kind=SOURCE_MEDIA[source.kind].value,
                programme=source.kind == MediaKind.SCREEN_AUDIO,
                screen=source.kind == MediaKind.SCREEN,
                rids=list(source.rids),
                ssrc=source.ssrc,
                rtx_ssrc=source.rtx_ssrc,
                remb=source.has_remb,
            )
            for source in self._agreement.sources.values()
        ]

    def _slots(self) -> list[relay_wire.Slot]:
        return [
            relay_wire.Slot(
                kind=slot.kind,
                index=slot.index,
                mid=mid,
                ssrc=self._ssrcs[mid].ssrc,
                rtx_ssrc=self._ssrcs[mid].rtx_ssrc,
                nack=slot.has_nack,
                transport_cc=slot.has_transport_cc,
                red=slot.has_red,
                extensions=relay_wire.Extensions(**msgspec.structs.asdict(slot.extension_ids)),
            )
            for mid, slot in self._agreement.slots.items()
        ]
