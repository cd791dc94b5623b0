"""What waits for one client, bounded, with an acknowledgement window. Pure: no sockets, no clock.

Events of which only the latest counts replace each other; the others wait in order. Now and then a list asks to be
acknowledged, which confirms those before it too; at most `WINDOW` lists are unconfirmed, so that nothing piles up on
the way. Asking for each would cost the server as much as sending it.

Full (`MAX_QUEUED` in order), or no acknowledgement for `ACK_TIMEOUT_S`: the client is too slow and is dropped; the
room never waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from vdxmedia.conference.documents import Document
from vdxmedia.conference.kinds import Quality
from vdxmedia.ids import ParticipantId
from vdxmedia.signalling import translate
from vdxmedia.signalling.broadcast import Latest, encode_event

MAX_QUEUED = 256
"""Events in order: as many as a client may miss and still resume."""
MAX_BATCH = 64
WINDOW = 16
"""Lists that are not confirmed: 0.8 s of as many as a client ever gets (`fanout.PACE_S`)."""
ASK_EVERY = 8
"""Lists; half of the window, so that it does not close while the answer is under way."""
ASK_AFTER_S = 5.0
"""Without a question for so long, the next list asks. An answer costs the server several times as much as a list."""
ACK_TIMEOUT_S = 15.0


class Outbox:
    """Owned by its session."""

    __slots__ = (
        "_ack_timeout_s",
        "_asked",
        "_asked_s",
        "_confirmed",
        "_documents",
        "_latest",
        "_max_queued",
        "_qualities",
        "_queue",
        "_taken",
        "has_any",
        "is_overflowing",
    )

    def __init__(self, *, max_queued: int = MAX_QUEUED, ack_timeout_s: float = ACK_TIMEOUT_S) -> None:
        self._max_queued = max_queued
        self._ack_timeout_s = ack_timeout_s
        self._queue: list[bytes] = []
        self._latest: dict[Latest, bytes] = {}
        self._documents: dict[type[Document], bytes] = {}
        self._qualities: dict[ParticipantId, Quality] = {}
        self._taken = 0
        """Lists; the number of the last."""
        self._confirmed = 0
        self._asked: int | None = None
        """The list that is to be acknowledged; one at a time."""
        self._asked_s = -ASK_AFTER_S
        self.has_any = False
        """Something waits: what is asked of hundreds for each list."""
        self.is_overflowing = False
        """There was no room for an event: the client can't be served any more."""

    def put(self, event: bytes) -> None:
        if len(self._queue) >= self._max_queued:
            self.is_overflowing = True
        else:
            self._queue.append(event)
            self.has_any = True

    def put_latest(self, kind: Latest, event: bytes) -> None:
        self.has_any = True
        self._latest[kind] = event

    def put_document(self, kind: type[Document], event: bytes) -> None:
        """A whole state, or that there is none any more; it takes the place of the one before. Bounded by the kinds."""
        self.has_any = True
        self._documents.pop(kind, None)
        self._documents[kind] = event

    def put_qualities(self, changed: Mapping[ParticipantId, Quality]) -> None:
        """Merged: the latest of each participant. Bounded by the room's participants."""
        self.has_any = True
        self._qualities.update(changed)

    def take(self, now_s: float) -> tuple[int | None, list[bytes]] | None:
        """The next list to send, with its number if it asks to be acknowledged; None when there is nothing or the
        window is closed."""
        if not self.has_any or self._taken - self._confirmed >= WINDOW:
            return None
        batch, self._queue = self._queue, []
        if len(batch) > MAX_BATCH:
            batch, self._queue = batch[:MAX_BATCH], batch[MAX_BATCH:]
        else:  # these may speak of someone whose joining is still queued
            if self._documents:
                batch += self._documents.values()
                self._documents = {}
            if self._latest:
                batch += [self._latest.pop(kind) for kind in Latest if kind in self._latest]
            if self._qualities:
                batch.append(encode_event(translate.qualities(self._qualities)))
                self._qualities = {}
            self.has_any = False
        self._taken += 1
        if self._asked is not None or (
            self._taken - self._confirmed < ASK_EVERY and now_s < self._asked_s + ASK_AFTER_S
        ):
            return None, batch
        self._asked, self._asked_s = self._taken, now_s
        return self._taken, batch

    def acknowledge(self, number: int) -> bool:
        """True when that opened the window. Numbers that were not asked for are ignored."""
        if number != self._asked:
            return False
        was_closed = self._taken - self._confirmed >= WINDOW
        self._asked, self._confirmed = None, number
        return was_closed

    @property
    def ack_due_s(self) -> float | None:
        """When the list that asks must have been acknowledged."""
        return None if self._asked is None else self._asked_s + self._ack_timeout_s

    def is_too_slow(self, now_s: float) -> bool:
        due = self.ack_due_s
        return self.is_overflowing or (due is not None and now_s >= due)
