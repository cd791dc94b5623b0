"""What the plane has been told so far, so that only differences are sent.

The plane forgets a participant's slots and sources when a new connection replaces the old one; the ledger is told so,
and what was sent for them counts as unsaid.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable

from vdxmedia.conference.media import BindSlot, MediaChange, SetGate, SetHears, SetShedding, SetSourceClasses
from vdxmedia.ids import ParticipantId, SourceId


class Ledger:
    """Collects the changes of one command; `take` hands them over."""

    def __init__(self) -> None:
        self._said: dict[Hashable, MediaChange | None] = {}
        """None: something was said, but it is not certain that it still holds."""
        self._changes: list[MediaChange] = []

    def say(self, change: MediaChange) -> None:
        key = _key(change)
        if self._said.get(key) != change:
            self._said[key] = change
            self._changes.append(change)

    def take(self) -> tuple[MediaChange, ...]:
        changes, self._changes = tuple(self._changes), []
        return changes

    def forget(self, participant: ParticipantId, sources: Collection[SourceId]) -> None:
        """The participant's connection is gone or new: say everything about it and its sources again, and where
        those sources are shown."""
        kept: dict[Hashable, MediaChange | None] = {}
        for key, change in self._said.items():
            match change:
                case SetGate() | SetSourceClasses() | SetShedding():
                    if change.source not in sources:
                        kept[key] = change
                case SetHears():
                    if change.participant != participant:
                        kept[key] = change
                case BindSlot():
                    if change.participant != participant:
                        kept[key] = None if change.source in sources else change
                case None:
                    kept[key] = None
        self._said = kept


def _key(change: MediaChange) -> Hashable:
    match change:
        case SetGate():
            return (SetGate, change.source, change.gate)
        case SetSourceClasses():
            return (SetSourceClasses, change.source)
        case SetShedding():
            return (SetShedding, change.source)
        case SetHears():
            return (SetHears, change.participant)
        case BindSlot():
            return (BindSlot, change.participant, change.kind, change.index)
