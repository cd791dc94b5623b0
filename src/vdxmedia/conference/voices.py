"""Who speaks, for each set of people who hear the same: nobody's main speaker depends on whom he does not hear.

One `Speakers` for everybody (who spoke last), and one for each set of classes (`permissions.py`) that somebody hears.
Those of the large room are there from the beginning, so that a newcomer's does not tell whether another heard before
him. Task-safe: no; owned by its conference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vdxmedia.conference.permissions import GUESTS, HOSTS, PRIVATE, STAGE
from vdxmedia.conference.speakers import Speakers
from vdxmedia.ids import ParticipantId

_LARGE_ROOM = (HOSTS, HOSTS | STAGE, HOSTS | GUESTS | STAGE, HOSTS | GUESTS | STAGE | PRIVATE)
MAX_EARS = 64
"""Sets of classes at the same time; more are asked for only by a fault, and those have no main speaker."""


class Voices:
    """Feed it `heard` and, when `deadline()` passes, `tick`; both tell whether anything slow has changed."""

    def __init__(self) -> None:
        self._everyone = Speakers()
        self._by_ears = {ears: Speakers() for ears in _LARGE_ROOM}
        self._audible: tuple[tuple[ParticipantId, int], ...] = ()

    def heard(self, audible: Sequence[tuple[ParticipantId, int]], now_s: float) -> bool:
        """`audible` loudest first, each at most once, with the classes that hear him."""
        self._audible = tuple(audible)
        changed = self._everyone.heard([one for one, _ in audible], now_s)
        for ears, speakers in self._by_ears.items():
            changed |= speakers.heard([one for one, heard_by in audible if heard_by & ears], now_s)
        return changed

    def tick(self, now_s: float) -> bool:
        changes = [speakers.tick(now_s) for speakers in self._all()]
        return any(changes)

    def forget(self, participant: ParticipantId) -> None:
        for speakers in self._all():
            speakers.forget(participant)

    def permit(self, participant: ParticipantId, heard_by: int) -> None:
        """He is heard by these classes from now on; by others he was never heard."""
        for ears, speakers in self._by_ears.items():
            if not heard_by & ears:
                speakers.forget(participant)

    def deadline(self) -> float | None:
        return min((at for speakers in self._all() if (at := speakers.deadline()) is not None), default=None)

    def is_established(self, participant: ParticipantId) -> bool:
        return self._everyone.is_established(participant)

    def last_spoke_s(self, participant: ParticipantId) -> float:
        return self._everyone.last_spoke_s(participant)

    @property
    def mains(self) -> tuple[tuple[ParticipantId | None, ParticipantId | None], ...]:
        """Of which `main_for` chooses."""
        return tuple(speakers.mains for speakers in self._by_ears.values())

    def main_for(self, viewer: ParticipantId, ears: int) -> ParticipantId | None:
        """The main speaker of those whom one with these ears hears; for the main speaker themselves, the one before."""
        speakers = self._by_ears.get(ears)
        if speakers is None:
            if len(self._by_ears) >= MAX_EARS:
                return None
            speakers = self._by_ears[ears] = Speakers()
        return speakers.main_for(viewer)

    def _all(self) -> Iterator[Speakers]:
        yield self._everyone
        yield from self._by_ears.values()
