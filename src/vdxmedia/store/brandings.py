"""The hub's `BrandingStore`: a row per version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.branding import Branding, Checked, readable
from vdxmedia.errors import BadField
from vdxmedia.hub.branding import MAX_VERSIONS, StoredBranding
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import append_notes
from vdxmedia.store.schema import booked_rooms, brandings
from vdxmedia.store.units import Units

MAX_READ = 256
"""Looks whose reading is remembered: a logo takes milliseconds to be looked at. Full: the oldest goes."""


class Brandings:
    """Safe for several tasks at once. What is stored is trusted no more than what comes in."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer
        self._read: dict[str, Checked | str] = {}

    async def newest(self, organisations: Sequence[str]) -> Sequence[StoredBranding]:
        table = brandings.c
        highest = (
            select(table.organisation, func.max(table.version).label("version"))
            .where(table.organisation.in_(organisations))
            .group_by(table.organisation)
            .subquery()
        )
        query = select(brandings).join(
            highest, (table.organisation == highest.c.organisation) & (table.version == highest.c.version)
        )
        return [self._stored(row) for row in await self._units.read(lambda connection: _all(connection, query))]

    async def versions(self, organisation: str) -> Sequence[StoredBranding]:
        rows = await self._units.read(lambda connection: _all(connection, _of(organisation)))
        return [self._stored(row) for row in rows]

    async def add(
        self, organisation: str, make: Callable[[StoredBranding | None], tuple[Branding, AuditNote] | None]
    ) -> StoredBranding | None:
        async def work(connection: AsyncConnection) -> StoredBranding | None:
            rows = await _all(connection, _of(organisation).limit(1))
            newest = self._stored(rows[0]) if rows else None
            made = make(newest)
            if made is None:
                return newest
            branding, note = made
            version = 1 if newest is None else newest.version + 1
            document = msgspec.json.encode(branding).decode()
            values = {"organisation": organisation, "version": version, "made_at": note.at, "document": document}
            await connection.execute(insert(brandings).values(values))
            table = brandings.c
            old = table.organisation == organisation, table.version <= version - MAX_VERSIONS
            await connection.execute(delete(brandings).where(*old))
            await append_notes(connection, [note], self._sealer)
            return StoredBranding(organisation=organisation, version=version, made_at=note.at, branding=branding)

        return await self._units.write(work)

    async def organisation_of_room(self, room: str) -> str:
        query = select(booked_rooms.c.organisation).where(booked_rooms.c.room_id == room)
        rows = await self._units.read(lambda connection: _all(connection, query))
        return rows[0].organisation if rows else ""

    def _stored(self, row: Row[Any]) -> StoredBranding:
        document: str = row.document
        found = self._read.get(document)
        if found is None:
            try:
                found = readable(document)
            except BadField as error:
                found = f"{error.field}: {error.text}"
            if len(self._read) >= MAX_READ:
                del self._read[next(iter(self._read))]
            self._read[document] = found
        return StoredBranding(
            organisation=row.organisation,
            version=row.version,
            made_at=row.made_at,
            branding=found.branding if isinstance(found, Checked) else None,
            corrections=found.corrections if isinstance(found, Checked) else (found,),
        )


def _of(organisation: str) -> Any:
    return select(brandings).where(brandings.c.organisation == organisation).order_by(brandings.c.version.desc())


async def _all(connection: AsyncConnection, query: Any) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return rows
