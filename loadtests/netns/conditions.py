"""What one direction of a wire does to packets: pure, with the time passed in.

A packet meets, in this order: what is blocked, loss, the bottleneck (a rate with a bounded queue that drops its tail),
then delay with jitter and reordering. Seeded: the same packets at the same times meet the same fate.
Left out: duplication and corruption (SRTP drops both).
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

PROTOCOL_TCP, PROTOCOL_UDP = 6, 17
HTTPS_PORT = 443
DEFAULT_QUEUE_MS = 200.0
"""How long a full bottleneck queue takes to empty: about what access routers hold."""
WIRE_QUEUE_PACKETS = 10_000
"""Bound of the delay line: 10,000 packets of 1200 B are 1 s at 96 Mbit/s. Full means drop, counted as overflow."""


class Blocked(StrEnum):
    """What a firewall on the way drops without a word."""

    NOTHING = "nothing"
    UDP = "udp"
    ALL_BUT_TCP_443 = "all-but-tcp-443"


@dataclass(frozen=True)
class Conditions:
    """One direction of a network. The default changes nothing."""

    loss: float = 0.0
    """Share of packets lost, 0 to 1."""
    burst_packets: float = 1.0
    """Mean length of a loss. 1: independent losses; more: Gilbert-Elliott with all lost in the bad state."""
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    """Uniformly up to this much more; the order is kept."""
    reorder: float = 0.0
    """Share of packets held back by `reorder_ms`, so that later ones overtake them."""
    reorder_ms: float = 20.0
    rate_bps: float | None = None
    """The bottleneck, in bits of IP packets per second."""
    queue_ms: float = DEFAULT_QUEUE_MS
    """Size of the bottleneck's queue, as the time it takes to empty."""
    blocked: Blocked = Blocked.NOTHING

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Conditions:
        return cls(**{**fields, "blocked": Blocked(fields.get("blocked", Blocked.NOTHING))})


@dataclass
class Counts:
    """What became of the packets of one direction; the last two are of this moment."""

    packets: int = 0
    octets: int = 0
    lost: int = 0
    blocked: int = 0
    overflowed: int = 0
    delivered: int = 0
    delivered_octets: int = 0
    queued_octets: int = 0
    queue_ms: float = 0.0


def is_blocked(packet: bytes | bytearray, what: Blocked) -> bool:
    """Whether a firewall drops this IPv4 packet, by protocol and either port (RFC 791 §3.1)."""
    if what is Blocked.NOTHING or len(packet) < 20 or packet[0] >> 4 != 4:
        return False
    protocol = packet[9]
    if what is Blocked.UDP:
        return protocol == PROTOCOL_UDP
    if protocol != PROTOCOL_TCP:
        return True
    ports = (packet[0] & 0x0F) * 4
    source = int.from_bytes(packet[ports : ports + 2], "big")
    destination = int.from_bytes(packet[ports + 2 : ports + 4], "big")
    return HTTPS_PORT not in (source, destination)


BASE = Conditions(delay_ms=15.0)
"""30 ms to the server and back: a town's distance, and time enough for retransmissions to matter."""


class Direction:
    """A one-way wire: `push` what arrives, `pop_due` what is to be delivered now, `next_due` for the timer."""

    def __init__(self, seed: int, conditions: Conditions | None = None) -> None:
        self._random = random.Random(seed)
        self._conditions = conditions or Conditions()
        self._is_bad = False
        self._queue: deque[bytes] = deque()
        self._queued_octets = 0
        self._head_done_at = math.inf
        self._line: list[tuple[float, int, bytes]] = []
        self._latest = 0.0
        self._number = 0
        self.counts = Counts()

    @property
    def conditions(self) -> Conditions:
        return self._conditions

    def change(self, conditions: Conditions, now: float) -> None:
        """From now on. What waits at the bottleneck goes on at the new rate; what is on its way arrives."""
        self._drain(now)
        self._conditions = conditions
        if conditions.rate_bps is None:
            while self._queue:
                self._leave_bottleneck(now)
        elif self._queue:
            self._head_done_at = now + len(self._queue[0]) * 8 / conditions.rate_bps

    def push(self, packet: bytes, now: float) -> None:
        counts, conditions = self.counts, self._conditions
        counts.packets += 1
        counts.octets += len(packet)
        if is_blocked(packet, conditions.blocked):
            counts.blocked += 1
            return
        if conditions.loss and self._is_lost():
            counts.lost += 1
            return
        self._drain(now)
        if conditions.rate_bps is None:
            self._send(packet, now)
            return
        limit = max(conditions.rate_bps * conditions.queue_ms / 8000, len(packet))
        if self._queued_octets + len(packet) > limit:
            counts.overflowed += 1
            return
        if not self._queue:
            self._head_done_at = now + len(packet) * 8 / conditions.rate_bps
        self._queue.append(packet)
        self._queued_octets += len(packet)

    def pop_due(self, now: float) -> list[bytes]:
        self._drain(now)
        due = []
        while self._line and self._line[0][0] <= now:
            packet = heapq.heappop(self._line)[2]
            self.counts.delivered += 1
            self.counts.delivered_octets += len(packet)
            due.append(packet)
        return due

    def next_due(self) -> float:
        """When `pop_due` is worth calling again; infinity when nothing is under way."""
        return min(self._head_done_at, self._line[0][0] if self._line else math.inf)

    def read_counts(self) -> Counts:
        self.counts.queued_octets = self._queued_octets
        rate = self._conditions.rate_bps
        self.counts.queue_ms = self._queued_octets * 8000 / rate if rate else 0.0
        return self.counts

    def _is_lost(self) -> bool:
        """Gilbert-Elliott (RFC 7312 calls it bursty loss): leave the bad state with 1/burst, enter it so that the
        share of time in it is `loss`."""
        loss, burst = self._conditions.loss, max(self._conditions.burst_packets, 1.0)
        if loss >= 1:
            return True
        if burst == 1.0:
            return self._random.random() < loss
        if self._is_bad:
            self._is_bad = self._random.random() >= 1 / burst
        else:
            self._is_bad = self._random.random() < min(1.0, loss / (burst * (1 - loss)))
        return self._is_bad

    def _drain(self, now: float) -> None:
        while self._head_done_at <= now:
            self._leave_bottleneck(self._head_done_at)

    def _leave_bottleneck(self, at: float) -> None:
        packet = self._queue.popleft()
        self._queued_octets -= len(packet)
        self._send(packet, at)
        rate = self._conditions.rate_bps
        self._head_done_at = at + len(self._queue[0]) * 8 / rate if self._queue and rate else math.inf

    def _send(self, packet: bytes, at: float) -> None:
        if len(self._line) >= WIRE_QUEUE_PACKETS:
            self.counts.overflowed += 1
            return
        conditions = self._conditions
        arrival = at + conditions.delay_ms / 1000
        if conditions.jitter_ms:
            arrival += self._random.random() * conditions.jitter_ms / 1000
        if conditions.reorder and self._random.random() < conditions.reorder:
            arrival += conditions.reorder_ms / 1000
        else:
            arrival = self._latest = max(arrival, self._latest)
        self._number += 1
        heapq.heappush(self._line, (arrival, self._number, packet))
