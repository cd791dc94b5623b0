"""What waits for one client, bounded, with an acknowledgement window. Pure: no sockets, no clock.

Events of which only the latest counts replace each other; the others wait in order. The client acknowledges each list;
at most `WINDOW` lists are on the way, so that nothing piles up in the socket's own, unbounded queue.

Full (`MAX_QUEUED` in order), or no acknowledgement for `ACK_TIMEOUT_S`: the client is too slow and is dropped; the
room never waits for it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from enum import StrEnum

import orjson

from vdxmedia.conference.kinds import Quality
from vdxmedia.ids import ParticipantId
from vdxmedia.signalling import translate
from vdxmedia.signalling.broadcast import encode

MAX_QUEUED = 256
"""Events in order: as many as a client may miss and still resume."""
MAX_BATCH = 64
WINDOW = 4
"""Lists on the way: at 100 ms round trip 40 a second, more than a room ever needs."""
ACK_TIMEOUT_S = 15.0


class Latest(StrEnum):
    """Kinds of which only the latest counts, in the order in which they follow the others."""

    BINDINGS = "bindings"
    SPEAKERS = "speakers"
    BANDWIDTH = "bandwidth"


class Outbox:
    """Owned by its session."""

    def __init__(self, *, max_queued: int = MAX_QUEUED, ack_timeout_s: float = ACK_TIMEOUT_S) -> None:
        self._max_queued = max_queued
        self._ack_timeout_s = ack_timeout_s
        self._queue: deque[orjson.Fragment] = deque()
        self._latest: dict[Latest, orjson.Fragment] = {}
        self._qualities: dict[ParticipantId, Quality] = {}
        self._on_the_way: OrderedDict[int, float] = OrderedDict()
        self._batches = 0
        self.is_overflowing = False
        """There was no room for an event: the client can't be served any more."""

    def put(self, event: orjson.Fragment) -> None:
        if len(self._queue) >= self._max_queued:
            self.is_overflowing = True
        else:
            self._queue.append(event)

    def put_latest(self, kind: Latest, event: orjson.Fragment) -> None:
        self._latest[kind] = event

    def put_qualities(self, changed: Mapping[ParticipantId, Quality]) -> None:
        """Merged: the latest of each participant. Bounded by the room's participants."""
        self._qualities.update(changed)

    def take(self, now_s: float) -> tuple[int, list[orjson.Fragment]] | None:
        """The next list to send, with its number; None when there is nothing or the window is closed."""
        if len(self._on_the_way) >= WINDOW:
            return None
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), MAX_BATCH))]
        if not self._queue:  # these may speak of someone whose joining is still queued
            batch += [self._latest.pop(kind) for kind in Latest if kind in self._latest]
            if self._qualities:
                batch.append(encode(translate.qualities(self._qualities)))
                self._qualities = {}
        if not batch:
            return None
        self._batches += 1
        self._on_the_way[self._batches] = now_s
        return self._batches, batch

    def acknowledge(self, batch: int) -> None:
        """Unknown numbers are ignored."""
        self._on_the_way.pop(batch, None)

    @property
    def ack_due_s(self) -> float | None:
        """When the oldest list must have been acknowledged."""
        oldest = next(iter(self._on_the_way.values()), None)
        return None if oldest is None else oldest + self._ack_timeout_s

    def is_too_slow(self, now_s: float) -> bool:
        due = self.ack_due_s
        return self.is_overflowing or (due is not None and now_s >= due)
