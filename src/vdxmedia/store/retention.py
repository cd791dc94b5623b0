"""Deleting what its term is over of, a batch at a time, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from sqlalchemy import Select, and_, delete, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.hub.retention import Kind
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import AuditLog, append_notes
from vdxmedia.store.call_records import delete_old
from vdxmedia.store.schema import (
    booked_rooms,
    call_ratings,
    call_stays,
    calls,
    diagnoses,
    idempotency_keys,
    invitations,
    job_runs,
    meeting_labels,
    meetings,
    message_days,
    staff_links,
)
from vdxmedia.store.units import Units

JOB = "retention"
AUDIT_DAYS_AT_ONCE = 1
"""A day of an organisation may have thousands of entries."""
_OVER = (ProvisionStatus.DEPROVISION_OK.value, ProvisionStatus.AWAITS_PROVISION.value)
"""Rooms that nobody can be in."""


class RetentionRows:
    """The hub's `RetentionStore`."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer

    async def delete(self, kind: Kind, before: float, most: int) -> int:
        match kind:
            case Kind.MEETINGS:
                return await self._units.write(lambda connection: _meetings(connection, int(before), most))
            case Kind.POOL_ROOMS:
                over = and_(
                    booked_rooms.c.has_meeting.is_(False),
                    booked_rooms.c.status == ProvisionStatus.DEPROVISION_OK.value,
                    booked_rooms.c.status_at < int(before),
                )
                old = select(booked_rooms.c.uuid).where(over).limit(most)
                return await self._deleted(delete(booked_rooms).where(booked_rooms.c.uuid.in_(old)))
            case Kind.CALL_NAMES:
                return await self._units.write(lambda connection: _names(connection, before, most))
            case Kind.CALLS:
                return await self._units.write(lambda connection: _calls(connection, before, most))
            case Kind.AUDIT_DAYS:
                day = datetime.fromtimestamp(before, UTC).date().isoformat()
                return await AuditLog(self._units, self._sealer).drop_days(day, AUDIT_DAYS_AT_ONCE)
            case Kind.IDEMPOTENCY_KEYS:
                table = idempotency_keys.c
                query = select(table.caller, table.key_hash).where(table.created_at < int(before)).limit(most)
                return await self._units.write(lambda connection: _keys(connection, query))
            case Kind.STAFF_LINKS:
                links = staff_links.c
                expired = select(links.token_hash).where(links.expires_at < int(before)).limit(most)
                return await self._deleted(delete(staff_links).where(links.token_hash.in_(expired)))
            case Kind.DIAGNOSES:
                told = diagnoses.c
                old = select(told.code).where(told.made_at < int(before)).limit(most)
                return await self._deleted(delete(diagnoses).where(told.code.in_(old)))
            case Kind.CALL_RECORDS:
                return await self._units.write(lambda connection: delete_old(connection, before, most))
            case Kind.SMS_DAYS:
                spent, day = message_days.c, datetime.fromtimestamp(before, UTC).date().isoformat()
                past = select(spent.organisation, spent.day).where(spent.day < day).limit(most)
                return await self._deleted(delete(message_days).where(tuple_(spent.organisation, spent.day).in_(past)))
            case _:
                assert_never(kind)

    async def last_run(self) -> float | None:
        query = select(job_runs.c.ran_at).where(job_runs.c.job == JOB)
        rows = await self._units.read(lambda connection: _all(connection, query))
        return rows[0].ran_at if rows else None

    async def remember_run(self, ran_at: float, notes: Sequence[AuditNote]) -> None:
        insert = (sqlite.insert if self._units.is_sqlite else postgresql.insert)(job_runs).values(
            job=JOB, ran_at=ran_at
        )
        saved = insert.on_conflict_do_update(index_elements=["job"], set_={"ran_at": insert.excluded.ran_at})

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(saved)
            await append_notes(connection, notes, self._sealer)

        await self._units.write(work)

    async def _deleted(self, statement: Any) -> int:
        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement)).rowcount

        return await self._units.write(work)


async def _meetings(connection: AsyncConnection, before: int, most: int) -> int:
    """Not those whose room is still there: somebody may be in it."""
    query = (
        select(meetings.c.uuid)
        .outerjoin(booked_rooms, booked_rooms.c.uuid == meetings.c.uuid)
        .where(meetings.c.ends_at < before, or_(booked_rooms.c.uuid.is_(None), booked_rooms.c.status.in_(_OVER)))
        .order_by(meetings.c.ends_at)
        .limit(most)
    )
    uuids = [row.uuid for row in await _all(connection, query)]
    if uuids:
        await connection.execute(delete(invitations).where(invitations.c.meeting.in_(uuids)))
        for table in (meeting_labels, booked_rooms, meetings):
            await connection.execute(delete(table).where(table.c.uuid.in_(uuids)))
    return len(uuids)


async def _calls(connection: AsyncConnection, before: float, most: int) -> int:
    query = select(calls.c.call_id).where(calls.c.is_over, calls.c.seen_at < before).limit(most)
    ids = [row.call_id for row in await _all(connection, query)]
    if ids:
        for table in (call_ratings, call_stays):
            await connection.execute(delete(table).where(table.c.call_id.in_(ids)))
        await connection.execute(delete(calls).where(calls.c.call_id.in_(ids)))
    return len(ids)


async def _names(connection: AsyncConnection, before: float, most: int) -> int:
    query = (
        select(call_stays.c.call_id)
        .distinct()
        .join(calls, calls.c.call_id == call_stays.c.call_id)
        .where(calls.c.is_over, calls.c.seen_at < before, call_stays.c.name.is_not(None))
        .limit(most)
    )
    ids = [row.call_id for row in await _all(connection, query)]
    if not ids:
        return 0
    named = and_(call_stays.c.call_id.in_(ids), call_stays.c.name.is_not(None))
    return (await connection.execute(update(call_stays).where(named).values(name=None))).rowcount


async def _keys(connection: AsyncConnection, query: Select[Any]) -> int:
    table = idempotency_keys.c
    rows = await _all(connection, query)
    for row in rows:
        of_row = table.caller == row.caller, table.key_hash == row.key_hash
        await connection.execute(delete(idempotency_keys).where(*of_row))
    return len(rows)


async def _all(connection: AsyncConnection, query: Select[Any]) -> Sequence[Any]:
    rows: Sequence[Any] = (await connection.execute(query)).all()
    return rows
