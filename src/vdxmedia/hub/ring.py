"""The last sequenced events of a conference, for clients that were away for a moment."""

from __future__ import annotations

from collections import deque

from vdxmedia.conference.events import SequencedEvent
from vdxmedia.ids import ParticipantId


class EventRing:
    """Full: the oldest goes; who needs it gets a snapshot."""

    def __init__(self, size: int) -> None:
        self._events: deque[SequencedEvent] = deque(maxlen=size)
        self._forgotten = 0
        """The number of the last event that is gone."""

    def append(self, event: SequencedEvent) -> None:
        assert event.sequence > self.last
        if len(self._events) == self._events.maxlen:
            self._forgotten = self._events[0].sequence
        self._events.append(event)

    @property
    def last(self) -> int:
        return self._events[-1].sequence if self._events else self._forgotten

    def after(self, sequence: int, participant: ParticipantId) -> tuple[SequencedEvent, ...] | None:
        """What this participant was told after number `sequence`; None when some of it may be gone."""
        if sequence < self._forgotten:
            return None
        return tuple(event for event in self._events if event.sequence > sequence and participant in event.to)
