"""The audit log in the database: entries by day, and the heads of the days, which outlive them.

`append_notes` works inside any transaction of a writer's turn (`store.units`), so that a change and its note are
written together or not at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditEntry, AuditNote, DayHead, link
from vdxmedia.errors import Refused
from vdxmedia.hub.audit import AuditLine
from vdxmedia.sealing import Sealer
from vdxmedia.store.schema import audit_days, audit_entries
from vdxmedia.store.units import Units

PAGE = 500
"""Entries or days read at once: a few milliseconds."""
_EMAIL = "audit email"
_COLUMNS = {"organisation", "day", "number", "person", "hash"}


async def append_notes(connection: AsyncConnection, notes: Sequence[AuditNote], sealer: Sealer) -> None:
    """In the order given. The caller has the writer's turn and commits."""
    for note in notes:
        newest = (
            await connection.execute(
                select(audit_days)
                .where(audit_days.c.organisation == note.organisation)
                .order_by(audit_days.c.day.desc())
                .limit(1)
            )
        ).one_or_none()
        entry, head = link(None if newest is None else _head(newest), note, sealer.digest)
        row = msgspec.structs.asdict(head)
        if head.entries == 1:
            await connection.execute(insert(audit_days).values(**row))
        else:
            await connection.execute(
                update(audit_days)
                .where(audit_days.c.organisation == head.organisation, audit_days.c.day == head.day)
                .values(entries=head.entries, head=head.head, seal=head.seal)
            )
        await connection.execute(
            insert(audit_entries).values(
                organisation=entry.organisation,
                day=entry.day,
                number=entry.number,
                person=entry.person or None,
                email=sealer.seal(note.email, _EMAIL) if note.email else None,
                hash=entry.hash,
                document=_document(entry),
            )
        )


class AuditLog:
    """The hub's `AuditStore`. Safe for several tasks at once."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer

    async def append(self, notes: Sequence[AuditNote]) -> None:
        await self._units.write(lambda connection: append_notes(connection, notes, self._sealer))

    async def organisations(self) -> Sequence[str]:
        """Those that have a chain."""
        query = select(audit_days.c.organisation).distinct().order_by(audit_days.c.organisation)
        return [row.organisation for row in await self._all(query)]

    async def days(self, organisation: str, first: str, last: str) -> AsyncIterator[tuple[DayHead, bool]]:
        days, after = audit_days.c, ""
        earlier = select(days.day).where(days.organisation == organisation, days.day < first).limit(1)
        has_earlier = bool(await self._all(earlier))
        while True:
            query = (
                select(audit_days)
                .where(days.organisation == organisation, days.day >= first, days.day <= last, days.day > after)
                .order_by(days.day)
                .limit(PAGE)
            )
            rows = await self._all(query)
            for row in rows:
                yield _head(row), has_earlier
                has_earlier = True
                after = row.day
            if len(rows) < PAGE:
                return

    async def entries(self, organisation: str, day: str) -> AsyncIterator[AuditLine]:
        entries, after = audit_entries.c, -1
        while True:
            query = (
                select(audit_entries)
                .where(entries.organisation == organisation, entries.day == day, entries.number > after)
                .order_by(entries.number)
                .limit(PAGE)
            )
            rows = await self._all(query)
            for row in rows:
                yield self._line(row)
                after = row.number
            if len(rows) < PAGE:
                return

    async def drop_days(self, before: str, most: int) -> int:
        days = audit_days.c
        old = (
            select(days.organisation, days.day)
            .where(days.day < before, days.is_dropped.is_(False))
            .order_by(days.day)
            .limit(most)
        )

        async def work(connection: AsyncConnection) -> int:
            found = (await connection.execute(old)).all()
            for row in found:
                of_day = audit_entries.c.organisation == row.organisation, audit_entries.c.day == row.day
                await connection.execute(delete(audit_entries).where(*of_day))
                this = days.organisation == row.organisation, days.day == row.day
                await connection.execute(update(audit_days).where(*this).values(is_dropped=True))
            return len(found)

        return await self._units.write(work)

    async def _all(self, query: Any) -> Sequence[Row[Any]]:
        async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
            rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
            return rows

        return await self._units.read(work)

    def _line(self, row: Row[Any]) -> AuditLine:
        fields = msgspec.json.decode(row.document, type=dict[str, Any])
        columns = {"organisation": row.organisation, "day": row.day, "number": row.number, "hash": row.hash}
        entry = msgspec.convert({**fields, **columns, "person": row.person or ""}, AuditEntry)
        try:
            email = None if row.email is None else self._sealer.open(row.email, _EMAIL)
        except Refused:
            email = None  # a key that is gone: the digest still tells whether it is a given person's
        return AuditLine(entry, email)


def _document(entry: AuditEntry) -> str:
    """Without what has a column."""
    fields = {name: value for name, value in msgspec.structs.asdict(entry).items() if name not in _COLUMNS}
    return msgspec.json.encode(fields).decode()


def _head(row: Row[Any]) -> DayHead:
    return DayHead(
        organisation=row.organisation,
        day=row.day,
        entries=row.entries,
        previous=row.previous,
        head=row.head,
        seal=row.seal,
        is_dropped=row.is_dropped,
    )
