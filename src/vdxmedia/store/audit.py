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

from vdxmedia.booking.audit import AuditEntry, AuditNote, AuditOperation, DayHead, link, note_of
from vdxmedia.booking.callers import HostInCall
from vdxmedia.errors import Refused
from vdxmedia.hub.audit import AuditLine
from vdxmedia.hub.call_audit import CallAct
from vdxmedia.ids import RoomId
from vdxmedia.sealing import Sealer
from vdxmedia.store.schema import audit_days, audit_entries, booked_rooms, meetings
from vdxmedia.store.units import Units

PAGE = 500
"""Entries or days read at once: a few milliseconds."""
_EMAIL = "audit email"
_COLUMNS = {"organisation", "day", "number", "person", "hash"}


async def append_notes(connection: AsyncConnection, notes: Sequence[AuditNote], sealer: Sealer) -> None:
    """In the order given. The caller has the writer's turn and commits."""
    newest: dict[str, DayHead | None] = {}
    heads: dict[tuple[str, str], DayHead] = {}
    begun: set[tuple[str, str]] = set()
    rows = []
    for note in notes:
        if note.organisation not in newest:
            newest[note.organisation] = await _newest(connection, note.organisation)
        entry, head = link(newest[note.organisation], note, sealer.digest)
        newest[note.organisation] = heads[head.organisation, head.day] = head
        if head.entries == 1:
            begun.add((head.organisation, head.day))
        rows.append(
            {
                "organisation": entry.organisation,
                "day": entry.day,
                "number": entry.number,
                "person": entry.person or None,
                "email": sealer.seal(note.email, _EMAIL) if note.email else None,
                "hash": entry.hash,
                "document": _document(entry),
            }
        )
    for key, head in heads.items():
        if key in begun:
            await connection.execute(insert(audit_days).values(**msgspec.structs.asdict(head)))
        else:
            await connection.execute(
                update(audit_days)
                .where(audit_days.c.organisation == head.organisation, audit_days.c.day == head.day)
                .values(entries=head.entries, head=head.head, seal=head.seal)
            )
    if rows:
        await connection.execute(insert(audit_entries), rows)


async def _newest(connection: AsyncConnection, organisation: str) -> DayHead | None:
    of_it = audit_days.c.organisation == organisation
    row = (
        await connection.execute(select(audit_days).where(of_it).order_by(audit_days.c.day.desc()).limit(1))
    ).one_or_none()
    return None if row is None else _head(row)


class AuditLog:
    """The hub's `AuditStore` and `CallActStore`. Safe for several tasks at once."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer

    async def append(self, notes: Sequence[AuditNote]) -> None:
        await self._units.write(lambda connection: append_notes(connection, notes, self._sealer))

    async def append_acts(self, acts: Sequence[CallAct]) -> None:
        async def work(connection: AsyncConnection) -> None:
            booked = await _meetings_in(connection, {act.room for act in acts})
            await append_notes(connection, [_note_of_act(act, booked.get(act.room)) for act in acts], self._sealer)

        await self._units.write(work)

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

    async def entries(self, organisation: str, day: str, most: int | None = None) -> AsyncIterator[AuditLine]:
        entries, after = audit_entries.c, -1
        while True:
            query = (
                select(audit_entries)
                .where(entries.organisation == organisation, entries.day == day, entries.number > after)
                .order_by(entries.number)
                .limit(PAGE)
            )
            rows = await self._all(query if most is None else query.where(entries.number <= most))
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


async def _meetings_in(connection: AsyncConnection, rooms: set[RoomId]) -> dict[str, tuple[str, str]]:
    """Of each room that somebody booked: the meeting's organisation and uuid."""
    query = (
        select(booked_rooms.c.room_id, meetings.c.organisation, meetings.c.uuid)
        .join(meetings, meetings.c.uuid == booked_rooms.c.uuid)
        .where(booked_rooms.c.room_id.in_(rooms))
    )
    return {row.room_id: (row.organisation, row.uuid) for row in (await connection.execute(query)).all()}


def _note_of_act(act: CallAct, booked: tuple[str, str] | None) -> AuditNote:
    organisation, identifier = booked or ("", act.room)
    who = HostInCall(act.participant, act.address).caller(organisation)
    note = note_of(organisation, who, AuditOperation.COMMAND, "call", identifier, act.at)
    return msgspec.structs.replace(note, fields=act.fields)


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
