"""The last sequenced events of each participant, for clients that were away for a moment.

Kept for each one alone: whether what somebody missed is still there must not tell how much others were told.
"""

from __future__ import annotations

from collections import deque

from vdxmedia.conference.events import SequencedEvent
from vdxmedia.ids import ParticipantId


class EventRing:
    """Full: a participant's oldest goes; who needs it gets a snapshot. Bounded: `size` events for each participant,
    shared by those who were told the same."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._told: dict[ParticipantId, deque[SequencedEvent]] = {}
        self._forgotten: dict[ParticipantId, int] = {}
        """The number of the last event of each that is gone."""

    def append(self, event: SequencedEvent) -> None:
        for participant in event.to:
            told = self._told.get(participant)
            if told is None:
                told = self._told[participant] = deque(maxlen=self._size)
            assert not told or event.sequence > told[-1].sequence
            if len(told) == self._size:
                self._forgotten[participant] = told[0].sequence
            told.append(event)

    def forget(self, participant: ParticipantId) -> None:
        """He has left."""
        self._told.pop(participant, None)
        self._forgotten.pop(participant, None)

    def after(self, sequence: int, participant: ParticipantId) -> tuple[SequencedEvent, ...] | None:
        """What this participant was told after number `sequence`; None when some of it may be gone."""
        if sequence < self._forgotten.get(participant, 0):
            return None
        return tuple(event for event in self._told.get(participant, ()) if event.sequence > sequence)
