"""Clients of the built-in issuer, and invitations of administrators, as rows. Only hashes of secrets are here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from sqlalchemy import delete, false, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.clients import Client, StaffLink
from vdxmedia.errors import BadInput, NotFound, Refused
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import append_notes
from vdxmedia.store.schema import clients, staff_links
from vdxmedia.store.units import UniqueViolated, Units

_CLIENTS = msgspec.json.Decoder(Client)


class StoredClients:
    """The hub's `ClientStore`. Safe for several tasks at once. Raises, all: Refused `store_unavailable`."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def client(self, name: str) -> Client | None:
        query = select(clients.c.document).where(clients.c.name == name)

        async def work(connection: AsyncConnection) -> Client | None:
            document = (await connection.execute(query)).scalar_one_or_none()
            return None if document is None else _decoded(document)

        return await self._units.read(work)

    async def client_of_certificate(self, fingerprint: str, subject: str) -> Client | None:
        """The one bound to this certificate, else the one bound to this subject."""
        bound = or_(
            (clients.c.certificate == fingerprint) if fingerprint else false(),
            (clients.c.certificate_subject == subject) if subject else false(),
        )

        async def work(connection: AsyncConnection) -> list[Client]:
            rows = await connection.execute(select(clients.c.document).where(bound))
            return [_decoded(document) for document in rows.scalars()]

        found = await self._units.read(work)
        return max(found, key=lambda client: bool(fingerprint) and client.certificate == fingerprint, default=None)

    async def clients(self) -> Sequence[Client]:
        """All, by name."""

        async def work(connection: AsyncConnection) -> list[Client]:
            query = select(clients.c.document).order_by(clients.c.name)
            return [_decoded(document) for document in (await connection.execute(query)).scalars()]

        return await self._units.read(work)

    # ── writing, with a note in the audit log ─────────────────────────────────────────────────────────────────────

    async def add(self, client: Client, note: AuditNote, sealer: Sealer) -> None:
        """Raises: Refused `client_exists`, also when another has its certificate."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert(clients).values(**_columns(client)))
            await append_notes(connection, [note], sealer)

        await self._write(work)

    async def save(self, client: Client, note: AuditNote, sealer: Sealer) -> None:
        """Raises: NotFound `client_unknown`, Refused `client_exists`."""

        async def work(connection: AsyncConnection) -> None:
            statement = update(clients).where(clients.c.name == client.name).values(**_columns(client))
            _demand((await connection.execute(statement)).rowcount)
            await append_notes(connection, [note], sealer)

        await self._write(work)

    async def remove(self, name: str, note: AuditNote, sealer: Sealer) -> None:
        """Raises: NotFound `client_unknown`."""

        async def work(connection: AsyncConnection) -> None:
            _demand((await connection.execute(delete(clients).where(clients.c.name == name))).rowcount)
            await append_notes(connection, [note], sealer)

        await self._units.write(work)

    async def invite(self, link: StaffLink, note: AuditNote, sealer: Sealer) -> None:
        """Links that have expired go with the same transaction."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(staff_links).where(staff_links.c.expires_at <= link.created_at))
            await connection.execute(insert(staff_links).values(**msgspec.structs.asdict(link)))
            await append_notes(connection, [note], sealer)

        await self._units.write(work)

    async def redeem(
        self, token_hash: str, now: int, note_of: Callable[[StaffLink], AuditNote], sealer: Sealer
    ) -> StaffLink | None:
        """The invitation, which is gone then; None: there is none that works."""
        mine = (staff_links.c.token_hash == token_hash, staff_links.c.expires_at > now)

        async def work(connection: AsyncConnection) -> StaffLink | None:
            row = (await connection.execute(delete(staff_links).where(*mine).returning(staff_links))).one_or_none()
            if row is None:
                return None
            link = StaffLink(**row._asdict())
            await append_notes(connection, [note_of(link)], sealer)
            return link

        return await self._units.write(work)

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        try:
            await self._units.write(work)
        except UniqueViolated as error:
            raise Refused("there is a client with this name or this certificate", code="client_exists") from error


def _columns(client: Client) -> dict[str, str | None]:
    return {
        "name": client.name,
        "certificate": client.certificate or None,
        "certificate_subject": client.certificate_subject or None,
        "document": msgspec.json.encode(client).decode(),
    }


def _decoded(document: str) -> Client:
    try:
        return _CLIENTS.decode(document)
    except msgspec.MsgspecError as error:
        raise BadInput(f"client: {type(error).__name__}", code="store_unreadable") from None


def _demand(rows: int) -> None:
    if rows != 1:
        raise NotFound("there is no such client", code="client_unknown")
