"""Accounts of the staff page as rows: found by a keyed digest of the e-mail, which itself is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditNote, AuditOperation, note_of
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.clients import StaffAccount, StaffLink
from vdxmedia.errors import NotFound
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import append_notes
from vdxmedia.store.schema import staff_accounts, staff_links
from vdxmedia.store.units import Units

INVITATION_CHARS = 16
"""Of its token's hash, as the audit log names it."""
RESOURCE = "administrator"
_EMAIL = "staff account email"


class StoredStaffAccounts:
    """The hub's `StaffAccountStore`. Safe for several tasks at once. Raises, all: Refused `store_unavailable`."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer

    def person_of(self, email: str) -> str:
        return person_of(email, self._sealer)

    async def find(self, person: str) -> StaffAccount | None:
        query = select(staff_accounts).where(staff_accounts.c.person == person)

        async def work(connection: AsyncConnection) -> StaffAccount | None:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else self._account(row)

        return await self._units.read(work)

    async def all(self) -> Sequence[StaffAccount]:
        """Oldest first."""
        query = select(staff_accounts).order_by(staff_accounts.c.changed_at, staff_accounts.c.person)

        async def work(connection: AsyncConnection) -> list[StaffAccount]:
            return [self._account(row) for row in (await connection.execute(query)).all()]

        return await self._units.read(work)

    async def invitation(self, token_hash: str, now: int) -> StaffLink | None:
        query = select(staff_links).where(staff_links.c.token_hash == token_hash, staff_links.c.expires_at > now)

        async def work(connection: AsyncConnection) -> StaffLink | None:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else StaffLink(**row._asdict())

        return await self._units.read(work)

    async def settle(self, token_hash: str, now: int, account: StaffAccount, address: str) -> bool:
        mine = (staff_links.c.token_hash == token_hash, staff_links.c.expires_at > now)
        who = Caller(
            organisation=account.organisation,
            email=account.email,
            roles=frozenset({CallerRole.ADMIN}),
            client="staff page",
            address=address,
        )

        async def work(connection: AsyncConnection) -> bool:
            if (await connection.execute(delete(staff_links).where(*mine))).rowcount != 1:
                return False
            earlier = delete(staff_accounts).where(staff_accounts.c.person == account.person)
            is_new = (await connection.execute(earlier)).rowcount == 0
            row = {
                "person": account.person,
                "email": self._sealer.seal(account.email, _EMAIL),
                "organisation": account.organisation,
                "password_hash": account.password_hash,
                "changed_at": account.changed_at,
            }
            await connection.execute(insert(staff_accounts).values(**row))
            change = AuditOperation.CREATE if is_new else AuditOperation.UPDATE
            used, name = AuditOperation.UPDATE, token_hash[:INVITATION_CHARS]
            notes = [
                note_of(account.organisation, who, used, "admin-invitation", name, now, ["used"]),
                note_of(account.organisation, who, change, RESOURCE, account.person, now, ["password"]),
            ]
            await append_notes(connection, notes, self._sealer)
            return True

        return await self._units.write(work)

    async def remove(self, email: str, now: int) -> None:
        """With the invitations that have not been used. Raises: NotFound `administrator_unknown`."""
        person = self.person_of(email)

        async def work(connection: AsyncConnection) -> None:
            known = select(staff_accounts.c.organisation).where(staff_accounts.c.person == person)
            organisations = set((await connection.execute(known)).scalars())
            mine = func.lower(staff_links.c.email) == email.lower()
            organisations |= set((await connection.execute(select(staff_links.c.organisation).where(mine))).scalars())
            if not organisations:
                raise NotFound("there is no such administrator", code="administrator_unknown")
            await connection.execute(delete(staff_accounts).where(staff_accounts.c.person == person))
            await connection.execute(delete(staff_links).where(mine))
            notes: list[AuditNote] = [
                note_of(one, None, AuditOperation.DELETE, RESOURCE, person, now) for one in sorted(organisations)
            ]
            await append_notes(connection, notes, self._sealer)

        await self._units.write(work)

    def _account(self, row: Row[Any]) -> StaffAccount:
        fields = row._asdict()
        return StaffAccount(**{**fields, "email": self._sealer.open(row.email, _EMAIL)})


def person_of(email: str, sealer: Sealer) -> str:
    return sealer.digest(email.strip().lower(), "staff account")
