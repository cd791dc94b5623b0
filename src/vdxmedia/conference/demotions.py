"""Who was made a guest although his link says host: he comes back as a guest, as long as somebody has the chair.

People are told apart by the same keys as at admission (`admissions.py`). Left out: who comes from another device by a
link that hosts share is a new person; such a link is revoked, not remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MAX_DEMOTIONS = 100
"""People; when full the oldest is forgotten. Only hosts make guests of hosts."""


class Demotions:
    """One conference's. Not task-safe."""

    def __init__(self) -> None:
        self._people: list[tuple[str, ...]] = []
        """The keys of each, the oldest demotion first."""

    def add(self, keys: Sequence[str]) -> None:
        """Instead of what was noted of the same person; without a key nobody can be noted."""
        self.forget(keys)
        if keys:
            self._people = [*self._people, tuple(keys)][-MAX_DEMOTIONS:]

    def forget(self, keys: Iterable[str]) -> None:
        keys = set(keys)
        self._people = [person for person in self._people if keys.isdisjoint(person)]

    def holds(self, keys: Iterable[str]) -> bool:
        keys = set(keys)
        return any(not keys.isdisjoint(person) for person in self._people)

    def state(self) -> tuple[tuple[str, ...], ...]:
        return tuple(self._people)

    def restore(self, state: Iterable[tuple[str, ...]]) -> None:
        self._people = list(state)[-MAX_DEMOTIONS:]
