"""What the plane has been told so far, so that only differences are sent.

The plane forgets a participant's slots and sources when a new connection replaces the old one; the ledger is told so,
and what was sent for them counts as unsaid.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import assert_never

from vdxmedia.conference.media import BindSlot, MediaChange, SetGate, SetHears, SetShedding, SetSourceClasses
from vdxmedia.ids import ParticipantId, SourceId


class Ledger:
    """Collects the changes of one command; `take` hands them over. Forgetting costs what was said of the one who is
    forgotten, however many others there are."""

    def __init__(self) -> None:
        self._said: dict[Hashable, MediaChange | None] = {}
        """None: something was said, but it is not certain that it still holds."""
        self._keys: dict[ParticipantId | SourceId, set[Hashable]] = {}
        """Of what was said about each participant, and about each source."""
        self._shown: dict[SourceId, set[Hashable]] = {}
        """The slots that each source was said to be shown in."""
        self._changes: list[MediaChange] = []

    def say(self, change: MediaChange) -> None:
        key = _key(change)
        before = self._said.get(key)
        if before == change:
            return
        self._hide(key, before)
        self._said[key] = change
        self._changes.append(change)
        whose = change.participant if isinstance(change, SetHears | BindSlot) else change.source
        self._keys.setdefault(whose, set()).add(key)
        if isinstance(change, BindSlot) and change.source is not None:
            self._shown.setdefault(change.source, set()).add(key)

    def take(self) -> tuple[MediaChange, ...]:
        changes, self._changes = tuple(self._changes), []
        return changes

    def forget(self, participant: ParticipantId, sources: Collection[SourceId]) -> None:
        """The participant's connection is gone or new: say everything about it and its sources again, and where
        those sources are shown."""
        everyone: tuple[ParticipantId | SourceId, ...] = (participant, *sources)
        for whose in everyone:
            for key in self._keys.pop(whose, ()):
                self._hide(key, self._said.pop(key))
        for source in sources:
            for key in self._shown.pop(source, ()):
                self._said[key] = None

    def _hide(self, key: Hashable, change: MediaChange | None) -> None:
        if isinstance(change, BindSlot) and change.source is not None:
            slots = self._shown.get(change.source, set())
            slots.discard(key)
            if not slots:
                self._shown.pop(change.source, None)


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
        case _:
            assert_never(change)
