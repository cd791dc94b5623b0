"""The links of meetings on SQLite or PostgreSQL, and the keys of requests that may be repeated.

Tokens are here twice: hashed, to find them, and sealed, to send them again. The links of a meeting that is deleted go
with it (`store.booking_rows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.connection_tests import ConnectionTest
from vdxmedia.booking.invitations import SHARED, Invitation, InvitedAs
from vdxmedia.hub.idempotency import Remembered
from vdxmedia.hub.invitations import StoredInvitation
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import append_notes
from vdxmedia.store.schema import idempotency_keys, invitations, meetings
from vdxmedia.store.units import Units

MOST_HOSTS = 10
"""Looked through for one with a name; the shared link has none."""


class InvitationRows:
    """Implements `hub.invitations.InvitationStore`. Safe for several tasks at once."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer

    async def add(self, new: Sequence[StoredInvitation], *, most: int, note: AuditNote | None = None) -> bool:
        meeting = str(new[0].invitation.meeting)
        insert = sqlite.insert(invitations) if self._units.is_sqlite else postgresql.insert(invitations)
        of_meeting = select(func.count()).select_from(invitations).where(invitations.c.meeting == meeting)

        async def work(connection: AsyncConnection) -> bool:
            there = (await connection.execute(of_meeting)).scalar_one()
            if there + len(new) > most:
                return False
            await connection.execute(insert.on_conflict_do_nothing(), [_values(one) for one in new])
            if note is not None:
                await append_notes(connection, [note], self._sealer)
            return True

        return await self._units.write(work)

    async def of_meeting(self, meeting: UUID) -> Sequence[StoredInvitation]:
        query = select(invitations).where(invitations.c.meeting == str(meeting))

        async def work(connection: AsyncConnection) -> Sequence[StoredInvitation]:
            rows = (await connection.execute(query)).all()
            return self._units.unreadable.readable(rows, _stored, "invitation", "invitation_id")

        return sorted(await self._units.read(work), key=_order)

    async def by_hash(self, token_hash: str) -> StoredInvitation | None:
        query = select(invitations).where(invitations.c.token_hash == token_hash)

        async def work(connection: AsyncConnection) -> StoredInvitation | None:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else _stored(row)

        return await self._units.read(work)

    async def named_host(self, meeting: UUID) -> Invitation | None:
        query = (
            select(invitations)
            .where(invitations.c.meeting == str(meeting), invitations.c.document.contains('"role":"host"'))
            .order_by(invitations.c.created_at, invitations.c.invitation_id)
            .limit(MOST_HOSTS)
        )

        async def work(connection: AsyncConnection) -> Invitation | None:
            rows = (await connection.execute(query)).all()
            found = self._units.unreadable.readable(rows, _stored, "invitation", "invitation_id")
            hosts = (one.invitation for one in found if one.invitation.role is InvitedAs.HOST and one.invitation.name)
            return next(hosts, None)

        return await self._units.read(work)

    async def save_test(self, token_hash: str, test: ConnectionTest) -> bool:
        document = msgspec.json.encode(test).decode()
        statement = update(invitations).where(invitations.c.token_hash == token_hash).values(last_test=document)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(statement)).rowcount > 0

        return await self._units.write(work)

    async def save_test_of_guests(self, short_id: str, test: ConnectionTest) -> bool:
        meeting = select(meetings.c.uuid).where(meetings.c.short_id == short_id).scalar_subquery()
        statement = (
            update(invitations)
            .where(invitations.c.meeting == meeting, invitations.c.invitation_id == InvitedAs.GUEST.value)
            .values(last_test=msgspec.json.encode(test).decode())
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(statement)).rowcount > 0

        return await self._units.write(work)

    async def delete(self, meeting: UUID, invitation: str, note: AuditNote) -> bool:
        statement = delete(invitations).where(
            invitations.c.meeting == str(meeting), invitations.c.invitation_id == invitation
        )

        async def work(connection: AsyncConnection) -> bool:
            was_there = (await connection.execute(statement)).rowcount > 0
            if was_there:
                await append_notes(connection, [note], self._sealer)
            return was_there

        return await self._units.write(work)


class RepeatedRequests:
    """Implements `hub.idempotency.RequestMemory`. Safe for several tasks at once."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def remember(self, request: Remembered, *, forget_before: int) -> Remembered:
        mine = msgspec.structs.asdict(request) | {"resource": str(request.resource)}
        insert = sqlite.insert(idempotency_keys) if self._units.is_sqlite else postgresql.insert(idempotency_keys)
        table = idempotency_keys.c
        query = select(idempotency_keys).where(table.caller == request.caller, table.key_hash == request.key_hash)

        async def work(connection: AsyncConnection) -> Remembered:
            await connection.execute(delete(idempotency_keys).where(table.created_at < forget_before))
            await connection.execute(insert.values(**mine).on_conflict_do_nothing())
            row = (await connection.execute(query)).one()
            return Remembered(**row._asdict() | {"resource": UUID(row.resource)})

        return await self._units.write(work)

    async def made(self, request: Remembered) -> None:
        table = idempotency_keys.c
        statement = (
            update(idempotency_keys)
            .where(table.caller == request.caller, table.key_hash == request.key_hash)
            .values(is_made=True)
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._units.write(work)

    async def forget(self, request: Remembered) -> None:
        table = idempotency_keys.c
        statement = delete(idempotency_keys).where(table.caller == request.caller, table.key_hash == request.key_hash)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._units.write(work)


def _values(stored: StoredInvitation) -> dict[str, Any]:
    invitation = stored.invitation
    return {
        "meeting": str(invitation.meeting),
        "invitation_id": invitation.id,
        "token_hash": stored.token_hash,
        "sealed_token": stored.sealed_token,
        "created_at": invitation.created_at,
        "document": msgspec.json.encode(invitation).decode(),
    }


def _stored(row: Row[Any]) -> StoredInvitation:
    test = None if row.last_test is None else msgspec.json.decode(row.last_test, type=ConnectionTest)
    return StoredInvitation(msgspec.json.decode(row.document, type=Invitation), row.token_hash, row.sealed_token, test)


def _order(stored: StoredInvitation) -> tuple[bool, int, str]:
    invitation = stored.invitation
    return invitation.id not in SHARED, invitation.created_at, invitation.id
