"""Implements `hub.ports.MediaPlane` on the native relay: participants become peers, changes become commands.

The plane owns the relay, the DTLS sessions and the numbers; it holds no room's state beyond what a participant hears
and what its slots are bound to, so that a new peer generation never starts blank. Everything runs on the event loop,
and every decision is made without an await between looking and acting: two offers at once cannot cross.

Who closes whom: the app enters and leaves the plane (`async with`); leaving closes every peer, then the relay.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, assert_never

import msgspec

from vdxmedia.clock import beat_s
from vdxmedia.errors import BadSdp, Refused, VdxError
from vdxmedia.hub.overload import Level
from vdxmedia.hub.ports import (
    BindSlot,
    MediaAnswer,
    MediaChange,
    MediaConnected,
    MediaEvent,
    MediaLost,
    MediaOffer,
    MediaSeat,
    MediaStep,
    SetGate,
    SetHears,
    SetShedding,
    SetSourceClasses,
    SlotPaused,
    SpeakersChanged,
    Step,
    Transport,
)
from vdxmedia.hub.statistics import ConnectionStatistics
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import ConferenceKey, ParticipantId, PeerId, SourceId
from vdxmedia.relay_metrics import Distribution
from vdxmedia.sdp.offer import parse_offer
from vdxmedia.sfu import relay_wire
from vdxmedia.sfu.allocation import Allocation
from vdxmedia.sfu.dtls import DtlsFailure, DtlsIdentity, DtlsSession
from vdxmedia.sfu.fences import Fences
from vdxmedia.sfu.handshakes import Handshakes
from vdxmedia.sfu.news import PeerNews, told_of
from vdxmedia.sfu.peer import Peer
from vdxmedia.sfu.placement import ALL_FULL, LoadMeter, place
from vdxmedia.sfu.quality import QualityTotals
from vdxmedia.sfu.relay_port import RelayPort, split_address
from vdxmedia.sfu.shedding import changed, given_up_more, passed_on, pause_told
from vdxmedia.sfu.source_commands import source_command
from vdxmedia.sfu.statistics import statistics_of
from vdxmedia.sfu.wishes import Wishes, heard_and_shown, wish_command

logger = logging.getLogger(__name__)

LOAD_INTERVAL_S: Final = 1.0
_LOUDEST: Final = 127


@dataclass(slots=True)
class _Conference:
    listener: Callable[[MediaEvent], None]
    peers: dict[ParticipantId, Peer] = field(default_factory=dict)
    wishes: dict[ParticipantId, Wishes] = field(default_factory=dict)
    """From a participant's first connection until `disconnect`."""
    sources: dict[ParticipantId, frozenset[SourceId]] = field(default_factory=dict)
    """What the relay keeps for a participant, from the first connection until gone for good."""
    home: int | None = None
    """The worker of its first peer."""


class RelayPlane:
    """`announced` are each worker's addresses that clients are told, in order of preference; empty: those it has bound.

    They differ behind 1:1 NAT and for wildcard binds, which must be announced explicitly. `full`: as `place` says.
    `is_turn`: whether packets from this address come through the TURN server.
    """

    def __init__(
        self,
        relay: RelayPort,
        *,
        announced: Sequence[Sequence[tuple[str, int]]] = (),
        full: float = ALL_FULL,
        is_turn: Callable[[str], bool] = lambda address: False,
        identity: DtlsIdentity | None = None,
    ) -> None:
        self._relay = relay
        bound = [[split_address(address) for address in addresses] for addresses in relay.worker_addresses]
        self._addresses = [list(addresses) for addresses in announced] or bound
        self._has_tcp = bool(relay.tcp_addresses)
        self._meter = LoadMeter(len(bound))
        self._full = full
        self._is_turn = is_turn
        self._levels = [Level.NORMAL] * len(bound)
        """What each worker's connections are given up of."""
        self._identity = identity or DtlsIdentity()
        self._allocation = Allocation()
        self._conferences: dict[ConferenceKey, _Conference] = {}
        self._peers: dict[PeerId, Peer] = {}
        self._publishers: dict[SourceId, Peer] = {}
        self._peer_ids = itertools.count(1)
        self._fences = Fences(lambda command: self._command(command))
        self._handshakes = Handshakes()
        self._counters: Counter[str] = Counter()
        self._qualities = QualityTotals()
        self._tasks = TaskScope("plane")
        self._is_open = False
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(relay_wire.Event)

    async def __aenter__(self) -> RelayPlane:
        asyncio.get_running_loop().add_reader(self._relay.event_fd, self._read_events)
        self._is_open = True
        self._tasks.start(self._measure_loads(), "relay loads")
        return self

    async def __aexit__(self, *error: object) -> None:
        """Says goodbye to every peer, waits for their tasks, then closes the relay (its threads: in an executor)."""
        self._is_open = False
        for conference in list(self._conferences):
            self.close_conference(conference)
        try:
            await self._tasks.close()
        finally:
            self._fences.close()
            asyncio.get_running_loop().remove_reader(self._relay.event_fd)
            await asyncio.to_thread(self._relay.close)

    # ── MediaPlane ────────────────────────────────────────────────────────────────────────────────────────────────

    def open_conference(self, conference: ConferenceKey, listener: Callable[[MediaEvent], None]) -> None:
        if (known := self._conferences.get(conference)) is not None:
            known.listener = listener
        else:
            self._conferences[conference] = _Conference(listener)

    def close_conference(self, conference: ConferenceKey) -> None:
        closed = self._conferences.pop(conference, None)
        if closed is None:
            return
        for peer in closed.peers.values():
            self._end(peer, is_gone_from_relay=False)
        self._command_or_count(relay_wire.CloseRoom(room=conference))

    async def connect(self, seat: MediaSeat, offer: MediaOffer) -> MediaAnswer:
        if not self._is_open:
            raise Refused("The server is stopping.", code="server_stopping")
        conference = self._conferences.get(seat.conference)
        if conference is None:
            raise Refused("The conference has ended.", code="room_closed")
        try:
            return self._answer(conference, seat, offer)
        except BadSdp as error:
            self._counters["offers_refused"] += 1
            logger.info("offer_refused participant=%s code=%s text=%s", seat.participant, error.code, error.text)
            raise

    def apply(self, conference: ConferenceKey, changes: Iterable[MediaChange]) -> None:
        state = self._conferences.get(conference)
        if state is None:
            return
        commands = [self._command_for(conference, state, change) for change in changes]
        if taken := [command for command in commands if command is not None]:
            self._command(*taken)

    async def fence(self) -> None:
        """Raises: VdxError `relay_stuck` when the relay does not answer in time."""
        await self._fences.reach()

    async def statistics(self, conference: ConferenceKey) -> Sequence[ConnectionStatistics]:
        """Raises: VdxError `relay_stuck`."""
        state = self._conferences.get(conference)
        if state is None:
            return ()
        taken = await self._fences.snapshot(conference)
        return statistics_of(taken, state.peers.values())

    def disconnect(self, conference: ConferenceKey, participant: ParticipantId, *, is_gone: bool) -> None:
        state = self._conferences.get(conference)
        if state is None:
            return
        state.wishes.pop(participant, None)
        peer = state.peers.pop(participant, None)
        if peer is not None:
            logger.info("peer_closed peer=%s participant=%s", peer.id, participant)
            self._end(peer, is_gone_from_relay=False)
        if is_gone:
            for source in sorted(state.sources.pop(participant, ())):
                self._command_or_count(relay_wire.ForgetSource(room=conference, source=source))

    # ── for metrics ───────────────────────────────────────────────────────────────────────────────────────────────

    def stats(self) -> dict[str, int]:
        """Totals since the start: the relay's counters, and the plane's own."""
        counters = msgspec.msgpack.decode(self._relay.stats(), type=dict[str, int])
        return {**counters, **self._counters, "handshakes_crowded_out": self._handshakes.crowded_out}

    def worker_stats(self) -> list[tuple[int, int]]:
        """Of each worker of the relay: CPU time since the start in nanoseconds, and live peers."""
        return self._relay.worker_stats()

    def qualities(self) -> Sequence[Distribution]:
        """How all connections together are doing, since the start."""
        return self._qualities.distributions()

    def gauges(self) -> dict[str, int]:
        """What is so now."""
        return {
            "conferences": len(self._conferences),
            "peers": len(self._peers),
            "peers_with_keys": sum(peer.has_keys for peer in self._peers.values()),
            "handshakes_running": self._handshakes.running,
            "handshakes_waiting": self._handshakes.waiting,
            **heard_and_shown(one.wishes[who] for one in self._conferences.values() for who in one.peers),
        }

    # ── offers ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _answer(self, conference: _Conference, seat: MediaSeat, media_offer: MediaOffer) -> MediaAnswer:
        """Runs inline: a browser's largest offer (25 video slots, 86 kB) takes 5 ms with its answer (measured)."""
        offer = parse_offer(media_offer.sdp)
        current = conference.peers.get(seat.participant)
        if current is not None and current.is_continued_by(offer):
            current.take_offer(offer, media_offer.sources, seat)
            self._command(current.update_command())
            logger.info("peer_renegotiated peer=%s participant=%s", current.id, seat.participant)
            return current.answer(is_new_connection=False)
        if self._handshakes.is_busy:
            self._counters["media_busy"] += 1
            raise Refused("Too many connections are being made; try again.", code="media_busy", retry_after_s=2.0)
        worker = place(
            self._meter.loads, conference.home, is_known=seat.participant in conference.sources, full=self._full
        )
        if worker is None:
            self._counters["media_full"] += 1
            raise Refused("The server's media is at its limit; try again later.", code="media_busy", retry_after_s=15.0)
        if conference.home is None:
            conference.home = worker
        addresses = self._addresses[worker]
        peer = Peer(
            PeerId(next(self._peer_ids)),
            seat,
            self._allocation,
            addresses=addresses,
            tcp_addresses=addresses if self._has_tcp else (),
            fingerprint=self._identity.fingerprint,
            worker=worker,
        )
        peer.take_offer(offer, media_offer.sources, seat)
        peer.dtls = DtlsSession(self._identity, offer.fingerprints, lambda datagram: self._send_dtls(peer, datagram))
        wishes = conference.wishes.get(seat.participant) or Wishes()
        try:
            self._command(
                peer.add_command(replaces=current.id if current is not None else None),
                *wishes.commands_for(peer, self._levels[worker]),
            )
        except VdxError:
            self._command_or_count(relay_wire.RemovePeer(peer=peer.id))
            peer.release()
            raise
        conference.wishes[seat.participant] = wishes
        self._peers[peer.id] = peer
        conference.peers[seat.participant] = peer
        conference.sources[seat.participant] = frozenset(seat.sources.values())
        if current is not None:
            self._end(current, is_gone_from_relay=True)
        self._publishers.update(dict.fromkeys(seat.sources.values(), peer))
        peer.task = self._tasks.start(self._converse(peer), f"peer-{peer.id}")
        logger.info("peer_added peer=%s participant=%s replaces=%s", peer.id, seat.participant, current and current.id)
        return peer.answer(is_new_connection=True)

    # ── overload ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def loads(self) -> Sequence[float]:
        """Each worker's share of a core."""
        return self._meter.loads

    def shed(self, levels: Sequence[Level]) -> Mapping[str, int]:
        """Of the connections of each worker. Gives how many pictures were made smaller, and how many given up."""
        before, self._levels = self._levels, list(levels)
        count: Counter[str] = Counter()
        for key, conference in self._conferences.items():
            for participant, peer in conference.peers.items():
                was, level = before[peer.worker], levels[peer.worker]
                for wish in changed(conference.wishes[participant].bindings.values(), was, level):
                    if (command := wish_command(peer, passed_on(wish, level))) is not None:
                        self._command_or_count(command)
                        count.update(given_up_more(wish, was, level))
                        if (told := pause_told(wish, was, wish, level)) is not None:
                            self._tell(key, told)
        return count

    async def _measure_loads(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._meter.measure([cpu_ns for cpu_ns, _ in self._relay.worker_stats()], loop.time())
            await asyncio.sleep(beat_s(LOAD_INTERVAL_S, loop.time()))

    # ── changes ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _command_for(
        self, key: ConferenceKey, conference: _Conference, change: MediaChange
    ) -> relay_wire.Command | None:
        """None when it is about somebody without a connection; what concerns participants is remembered."""
        match change:
            case SetGate() | SetSourceClasses() | SetShedding():
                return source_command(key, change)
            case SetHears() | BindSlot():
                wishes = conference.wishes.get(change.participant)
                if wishes is None:
                    return None
                before = wishes.remember(change)
                peer = conference.peers.get(change.participant)
                if peer is None:
                    return None
                level = self._levels[peer.worker]
                if isinstance(change, BindSlot) and (told := pause_told(before, level, change, level)) is not None:
                    self._tell(key, told)
                return wish_command(peer, passed_on(change, level))
            case _:
                assert_never(change)

    def _command(self, *commands: relay_wire.Command) -> None:
        """Raises: VdxError `relay_stuck` when the relay takes no more: what a room wants could not be enforced."""
        try:
            self._relay.enqueue([self._encoder.encode(command) for command in commands])
        except BufferError:
            raise VdxError("The relay takes no more commands.", code="relay_stuck") from None

    def _command_or_count(self, command: relay_wire.Command) -> None:
        """For what a stuck relay may miss: DTLS datagrams are sent again, and ends must go on."""
        try:
            self._command(command)
        except VdxError:
            self._counters["relay_commands_dropped"] += 1

    def _send_dtls(self, peer: Peer, datagram: bytes) -> None:
        self._command_or_count(relay_wire.SendDtls(peer=peer.id, datagram=datagram))

    # ── a peer's life ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _converse(self, peer: Peer) -> None:
        """The peer's one task: handshake, keys to the relay, wait for the end."""
        try:
            outcome = await self._handshakes.shake(peer.dtls)
            if isinstance(outcome, DtlsFailure):
                self._counters[f"handshakes_failed_{outcome.reason}"] += 1
                self._lose(peer, outcome.reason, outcome.detail)
                return
            if peer.is_ended:
                return
            self._counters["handshakes_done"] += 1
            self._command(
                relay_wire.SetKeys(peer=peer.id, profile=outcome.profile, receive=outcome.receive, send=outcome.send)
            )
            peer.has_keys = True
            logger.info("peer_connected peer=%s participant=%s", peer.id, peer.seat.participant)
            self._tell(peer.seat.conference, MediaConnected(peer.seat.participant))
            await peer.dtls.closed()
            self._lose(peer, "closed", "the client closed its connection")
        except Exception:
            logger.exception("peer_task_failed peer=%s", peer.id)
            self._lose(peer, "fault", "an error of ours")
        finally:
            self._counters["dtls_datagrams_dropped"] += peer.dtls.dropped
            await peer.dtls.stop()

    def _lose(self, peer: Peer, reason: str, detail: str, *, is_gone_from_relay: bool = False) -> None:
        """The connection has ended by itself: the room is told, unless it has already let go of this peer."""
        conference = self._conferences.get(peer.seat.conference)
        if peer.is_ended or conference is None or conference.peers.get(peer.seat.participant) is not peer:
            return
        logger.log(
            logging.WARNING if reason in ("fingerprint", "fault") else logging.INFO,
            "peer_lost peer=%s participant=%s reason=%s detail=%s",
            peer.id,
            peer.seat.participant,
            reason,
            detail,
        )
        self._counters[f"peers_lost_{reason}"] += 1
        del conference.peers[peer.seat.participant]
        self._end(peer, is_gone_from_relay=is_gone_from_relay)
        self._tell(peer.seat.conference, MediaLost(peer.seat.participant, reason))

    def _end(self, peer: Peer, *, is_gone_from_relay: bool) -> None:
        """Ends a peer that no conference holds any more: close_notify, out of the relay, numbers back, task ended."""
        peer.is_ended = True
        del self._peers[peer.id]
        for source in peer.seat.sources.values():
            self._publishers.pop(source, None)
        peer.dtls.close(with_notice=not is_gone_from_relay)
        if not is_gone_from_relay:
            self._command_or_count(relay_wire.RemovePeer(peer=peer.id))
        peer.release()
        if peer.task is not asyncio.current_task():
            peer.task.cancel()

    def _tell(self, conference: ConferenceKey, event: MediaEvent) -> None:
        """A listener that raises is a bug of the room's; it must not take the plane along."""
        if (state := self._conferences.get(conference)) is not None:
            try:
                state.listener(event)
            except Exception:
                self._counters["listeners_failed"] += 1
                logger.exception("media_listener_failed event=%s", type(event).__name__)

    # ── events of the relay ───────────────────────────────────────────────────────────────────────────────────────

    def _read_events(self) -> None:
        """Called by the loop when the relay has something. One bad event does not lose the others."""
        for message in self._relay.drain():
            try:
                self._take_event(self._decoder.decode(message))
            except msgspec.MsgspecError:
                self._counters["relay_events_undecodable"] += 1
                logger.exception("relay_event_undecodable")
            except Exception:
                self._counters["relay_events_failed"] += 1
                logger.exception("relay_event_failed")

    def _take_event(self, event: relay_wire.Event) -> None:
        match event:
            case relay_wire.DtlsReceived():
                if (peer := self._peers.get(PeerId(event.peer))) is not None:
                    peer.dtls.feed(event.datagram)
            case relay_wire.Speakers():
                speakers = [(SourceId(source), level / _LOUDEST) for source, level in event.speakers]
                self._tell(ConferenceKey(event.room), SpeakersChanged(speakers))
            case (
                relay_wire.PeerQuality()
                | relay_wire.CannotDecode()
                | relay_wire.SlotPaused()
                | relay_wire.LayersWanted()
            ):
                self._take_news(event)
            case relay_wire.PeerExpired():
                if (peer := self._peers.get(PeerId(event.peer))) is not None:
                    self._lose(peer, "consent", "no connectivity check any more", is_gone_from_relay=True)
            case relay_wire.PeerFault():
                if (peer := self._peers.get(PeerId(event.peer))) is not None:
                    logger.error("relay_fault peer=%s", event.peer)
                    self._lose(peer, "fault", "a panic in the relay", is_gone_from_relay=True)
            case relay_wire.FenceReached() | relay_wire.Snapshot():
                self._fences.take(event)
            case relay_wire.PeerBound():
                direct = Transport.TCP if event.is_tcp else Transport.UDP
                transport = Transport.TURN if self._is_turn(event.address) else direct
                logger.debug("peer_bound peer=%s path=%s", event.peer, transport)
                self._tell_step(self._peers.get(PeerId(event.peer)), Step.BOUND, transport)
            case relay_wire.ConsentLost():
                logger.info("consent_lost peer=%s", event.peer)
                self._tell_step(self._peers.get(PeerId(event.peer)), Step.SILENT)
            case relay_wire.ConsentBack():
                logger.info("consent_back peer=%s", event.peer)
                self._tell_step(self._peers.get(PeerId(event.peer)), Step.BACK)
            case relay_wire.SourceStarted():
                self._tell_step(self._publishers.get(SourceId(event.source)), Step.FLOWS)
            case relay_wire.SlotSwitched():
                logger.debug("< %s", event)
            case _:
                assert_never(event)

    def _tell_step(self, peer: Peer | None, step: Step, transport: Transport | None = None) -> None:
        if peer is not None:
            self._tell(peer.seat.conference, MediaStep(peer.seat.participant, step, transport))

    def _take_news(self, event: PeerNews) -> None:
        peer = self._peers.get(PeerId(event.peer))
        if peer is None:
            return
        if isinstance(event, relay_wire.PeerQuality):
            self._qualities.add(event)
            if event.is_heard and not peer.dtls.is_settled:
                peer.dtls.settle()
        if isinstance(event, relay_wire.CannotDecode):
            self._counters["slots_cannot_decode"] += 1
        if (told := told_of(event, peer)) is not None and not self._is_ours(peer, told):
            self._tell(peer.seat.conference, told)

    def _is_ours(self, peer: Peer, told: MediaEvent) -> bool:
        """The relay says what the way carries, but it is we who have given the picture up."""
        conference = self._conferences.get(peer.seat.conference)
        return (
            isinstance(told, SlotPaused)
            and conference is not None
            and conference.wishes[told.participant].is_given_up(told.index, self._levels[peer.worker])
        )
