"""Writing to the audit log from the hub and the APIs; what changes the store writes its notes in the same transaction.

`Audit.note` is for what has no transaction of its own: the note is on the disk when it returns, so call it before the
caller is answered.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

import msgspec

from vdxmedia.booking.audit import AuditEntry, AuditNote, AuditOperation, DayHead, note_of
from vdxmedia.booking.callers import Caller
from vdxmedia.errors import Refused
from vdxmedia.hub.counters import Counters


class AuditLine(msgspec.Struct, frozen=True):
    """An entry as it is read."""

    entry: AuditEntry
    email: str | None
    """Of who did it; None: nobody's, or erased."""


class AuditStore(Protocol):
    """Implemented by `store.audit`. All raise Refused `store_unavailable`."""

    async def append(self, notes: Sequence[AuditNote]) -> None:
        """In one transaction, each to its organisation's chain."""
        ...

    def days(self, organisation: str, first: str, last: str) -> AsyncIterator[tuple[DayHead, bool]]:
        """The heads of these days, both included, in order; with each whether one is there before it."""
        ...

    def entries(self, organisation: str, day: str, most: int | None = None) -> AsyncIterator[AuditLine]:
        """The first `most` of the day: those that a head counts, while others are written."""
        ...

    async def drop_days(self, before: str, most: int) -> int:
        """The entries of at most so many days before this one; whole, their heads stay. Gives how many days."""
        ...


class Audit:
    """Event loop only."""

    def __init__(self, store: AuditStore, counters: Counters) -> None:
        self._store = store
        self._counters = counters

    async def note(
        self,
        organisation: str,
        who: Caller | None,
        operation: AuditOperation,
        resource: str,
        identifier: str,
        now: float,
        fields: Iterable[str] = (),
    ) -> None:
        """Raises: Refused `store_unavailable`: it is not written, and what was done must not be answered as done."""
        note = note_of(organisation, who, operation, resource, identifier, int(now), fields)
        try:
            await self._store.append([note])
        except Refused:
            self._counters.add("audit_notes_refused")
            raise
        self._counters.add("audit_notes")
