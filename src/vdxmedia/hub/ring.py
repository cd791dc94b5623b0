"""The last sequenced events of each participant, for clients that were away for a moment.

Kept for each one alone: whether what somebody missed is still there must not tell how much others were told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vdxmedia.conference.events import SequencedEvent
from vdxmedia.ids import ParticipantId


@dataclass(slots=True)
class _Told:
    rounds: deque[Sequence[SequencedEvent]] = field(default_factory=deque)
    """As they were told: what is told together goes together, too."""
    count: int = 0
    """Of the events in them."""
    forgotten: int = 0
    """The number of the last event that is gone."""


class EventRing:
    """Full: a participant's oldest go; who needs them gets a snapshot. Bounded: `size` events for each participant, and
    the rest of the round that the oldest of them is of; shared by those who were told the same."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._told: dict[ParticipantId, _Told] = {}

    def append(self, to: Iterable[ParticipantId], told_together: Sequence[SequencedEvent]) -> None:
        """At least one event. Hundreds are told, so each is asked as little as can be."""
        every, count, size, first = self._told, len(told_together), self._size, told_together[0].sequence
        for participant in to:
            told = every.get(participant)
            if told is None:
                told = every[participant] = _Told()
            rounds = told.rounds
            assert not rounds or first > rounds[-1][-1].sequence
            rounds.append(told_together)
            told.count += count
            while told.count - len(rounds[0]) >= size:
                oldest = rounds.popleft()
                told.count -= len(oldest)
                told.forgotten = oldest[-1].sequence

    def forget(self, participant: ParticipantId) -> None:
        """He has left."""
        self._told.pop(participant, None)

    def after(self, sequence: int, participant: ParticipantId) -> tuple[SequencedEvent, ...] | None:
        """What this participant was told after number `sequence`; None when some of it may be gone."""
        told = self._told.get(participant)
        if told is None:
            return ()
        if sequence < told.forgotten:
            return None
        return tuple(event for together in told.rounds for event in together if event.sequence > sequence)
