"""The last sequenced events of a conference, for clients that were away for a moment."""

from __future__ import annotations

from collections import deque

from vdxmedia.conference.events import SequencedEvent


class EventRing:
    """Numbers are without gaps, so a number is an index. Full: the oldest goes; who needs it gets a snapshot."""

    def __init__(self, size: int) -> None:
        self._events: deque[SequencedEvent] = deque(maxlen=size)

    def append(self, event: SequencedEvent) -> None:
        assert not self._events or event.sequence == self._events[-1].sequence + 1
        self._events.append(event)

    def after(self, sequence: int) -> tuple[SequencedEvent, ...] | None:
        """All events after number `sequence`; None when some are gone, or when there never was such a number."""
        last = self._events[-1].sequence if self._events else 0
        missed = last - sequence
        if missed < 0 or missed > len(self._events):
            return None
        return tuple(self._events)[len(self._events) - missed :]
