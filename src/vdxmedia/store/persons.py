"""All that is stored about one person, by a telephone number or an e-mail: to be shown, or to be erased.

Numbers are found by their keyed digest. An e-mail is in meetings and rooms (who made, changed or organises them) and
beside the audit log's entries. Erasing takes messages away whole, takes e-mails out of meetings and rooms, which stay
for the organisation that booked them, and takes the readable e-mail from the audit log, whose chain holds a digest.

A system's client that acts for the person (`clients`) is shown and stays: who administers it changes or removes it.

A number leads to names of guests too, through the meetings that its SMS were of (`person_guests`).

Left out: names in attendance and in the history of calls of other meetings. They are what somebody typed, and nothing
says whose they are; their term is short.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditNote, person_digest
from vdxmedia.booking.meetings import BookedRoom, Meeting, Person
from vdxmedia.booking.room_options import Template
from vdxmedia.sealing import Sealer
from vdxmedia.store import person_guests
from vdxmedia.store.audit import append_notes
from vdxmedia.store.booking_documents import (
    meeting_columns,
    meeting_of,
    room_columns,
    room_of,
    template_columns,
    template_of,
)
from vdxmedia.store.messages import NUMBER_CONTEXT, Messages
from vdxmedia.store.schema import (
    audit_entries,
    booked_rooms,
    clients,
    meetings,
    messages,
    staff_accounts,
    staff_links,
    templates,
)
from vdxmedia.store.staff_accounts import person_of
from vdxmedia.store.units import Units

MAX_SHOWN = 10_000
"""Of each kind; more are said to be there."""
PAGE = 500


class Persons:
    """Safe for several tasks at once."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer

    def pseudonym(self, number: str, email: str) -> str:
        """What the audit log says of whom it was about."""
        parts = [self._sealer.digest(number, NUMBER_CONTEXT)] if number else []
        return " ".join([*parts, *([person_digest(email, self._sealer.digest)] if email else [])])

    async def find(self, number: str, email: str) -> dict[str, Any]:
        """`number` in E.164, `email` in lower case; empty: not asked. As JSON can say it."""
        found: dict[str, Any] = {"phone": number or None, "email": email or None}
        if number:
            sms = await Messages(self._units, self._sealer).of_number(number, MAX_SHOWN)
            found["messages"] = [msgspec.to_builtins(message) for message in sms]
            digest = self._sealer.digest(number, NUMBER_CONTEXT)

            async def guests(connection: AsyncConnection) -> None:
                of_number = await person_guests.written(connection, digest, MAX_SHOWN)
                found["writtenTo"] = [await person_guests.shown(connection, one) for one in of_number]

            await self._units.read(guests)
        if email:

            async def work(connection: AsyncConnection) -> None:
                of_meetings = [found async for found in _meetings_of(connection, email, self._sealer)]
                found["meetings"] = [
                    {
                        "uuid": str(meeting.uuid),
                        "organisation": meeting.organisation,
                        "subject": meeting.subject,
                        "startTime": meeting.starts_at,
                        "endTime": meeting.ends_at,
                        "as": _parts(meeting, room, email),
                    }
                    for meeting, room in of_meetings[:MAX_SHOWN]
                ]
                found["rooms"] = [str(room.uuid) async for room in _rooms_of(connection, email, self._sealer)][
                    :MAX_SHOWN
                ]
                found["templates"] = [template.id for template in await _templates_of(connection, email)]
                found["clients"] = [
                    row.name
                    for row in (await connection.execute(select(clients.c.name, clients.c.document))).all()
                    if msgspec.json.decode(row.document).get("email", "").lower() == email
                ]
                mine = func.lower(staff_links.c.email) == email
                links = select(func.count()).select_from(staff_links).where(mine)
                found["staffLinks"] = (await connection.execute(links)).scalar_one()
                account = select(staff_accounts.c.organisation).where(
                    staff_accounts.c.person == person_of(email, self._sealer)
                )
                found["staffAccounts"] = list((await connection.execute(account)).scalars())
                entries = audit_entries.c
                query = (
                    select(audit_entries)
                    .where(entries.person == person_digest(email, self._sealer.digest))
                    .order_by(entries.day, entries.organisation, entries.number)
                    .limit(MAX_SHOWN)
                )
                found["audit"] = [
                    {"organisation": row.organisation, "day": row.day, **msgspec.json.decode(row.document)}
                    for row in (await connection.execute(query)).all()
                ]

            await self._units.read(work)
        return found

    async def erase(self, number: str, email: str, note: AuditNote) -> dict[str, int]:
        """How many rows of each kind; all in one transaction, with its note."""

        async def work(connection: AsyncConnection) -> dict[str, int]:
            counts: dict[str, int] = {}
            if number:
                digest = self._sealer.digest(number, NUMBER_CONTEXT)
                counts |= {"names": 0, "namesLeft": 0}
                for one in await person_guests.written(connection, digest, MAX_SHOWN):
                    erased, left = await person_guests.erase(connection, one)
                    counts["names"] += erased
                    counts["namesLeft"] += left
                of_number = messages.c.number_digest == digest
                counts["messages"] = (await connection.execute(delete(messages).where(of_number))).rowcount
            if email:
                counts["meetings"] = await self._erase_from_meetings(connection, email)
                counts["rooms"], counts["templates"] = await self._erase_beside_meetings(connection, email)
                links = delete(staff_links).where(func.lower(staff_links.c.email) == email)
                counts["staffLinks"] = (await connection.execute(links)).rowcount
                account = delete(staff_accounts).where(staff_accounts.c.person == person_of(email, self._sealer))
                counts["staffAccounts"] = (await connection.execute(account)).rowcount
                mine = audit_entries.c.person == person_digest(email, self._sealer.digest)
                readable = update(audit_entries).where(mine, audit_entries.c.email.is_not(None)).values(email=None)
                counts["audit"] = (await connection.execute(readable)).rowcount
            await append_notes(connection, [note], self._sealer)
            return counts

        return await self._units.write(work)

    async def _erase_from_meetings(self, connection: AsyncConnection, email: str) -> int:
        changed = [found async for found in _meetings_of(connection, email, self._sealer)]
        for meeting, room in changed:
            plain = _without(meeting, email)
            uri = "" if room is None else room.uri_without_domain
            await connection.execute(
                update(meetings).where(meetings.c.uuid == str(meeting.uuid)).values(meeting_columns(plain, uri))
            )
            if room is not None:
                values = room_columns(_without(room, email), self._sealer)
                await connection.execute(
                    update(booked_rooms).where(booked_rooms.c.uuid == str(room.uuid)).values(values)
                )
        return len(changed)

    async def _erase_beside_meetings(self, connection: AsyncConnection, email: str) -> tuple[int, int]:
        """From rooms without a meeting, and templates."""
        rooms = [room async for room in _rooms_of(connection, email, self._sealer)]
        for room in rooms:
            values = room_columns(_without(room, email), self._sealer)
            await connection.execute(update(booked_rooms).where(booked_rooms.c.uuid == str(room.uuid)).values(values))
        found = await _templates_of(connection, email)
        for template in found:
            values = template_columns(_without(template, email))
            await connection.execute(update(templates).where(templates.c.template_id == template.id).values(values))
        return len(rooms), len(found)


async def _rooms_of(connection: AsyncConnection, email: str, sealer: Sealer) -> AsyncIterator[BookedRoom]:
    """Of rooms without a meeting."""
    after = ""
    while True:
        query = (
            select(booked_rooms.c.uuid, booked_rooms.c.document)
            .where(booked_rooms.c.uuid > after, booked_rooms.c.has_meeting.is_(False))
            .order_by(booked_rooms.c.uuid)
            .limit(PAGE)
        )
        rows = (await connection.execute(query)).all()
        for row in rows:
            room = room_of(row.document, sealer)
            if _is(room.created_by, email) or _is(room.updated_by, email):
                yield room
            after = row.uuid
        if len(rows) < PAGE:
            return


async def _templates_of(connection: AsyncConnection, email: str) -> list[Template]:
    found = [template_of(row) for row in (await connection.execute(select(templates))).all()]
    return [one for one in found if _is(one.created_by, email) or _is(one.updated_by, email)]


async def _meetings_of(
    connection: AsyncConnection, email: str, sealer: Sealer
) -> AsyncIterator[tuple[Meeting, BookedRoom | None]]:
    """Those that hold the e-mail anywhere, in pages. The text is looked for first, and then the fields."""
    after = ""
    while True:
        part = msgspec.json.encode(email).decode()[1:-1]
        query = (
            select(meetings.c.uuid, meetings.c.document, booked_rooms.c.document.label("room"))
            .outerjoin(booked_rooms, booked_rooms.c.uuid == meetings.c.uuid)
            .where(meetings.c.uuid > after)
            .where(
                or_(
                    meetings.c.organized_by == email,
                    meetings.c.document.icontains(part, autoescape=True),
                    booked_rooms.c.document.icontains(part, autoescape=True),
                )
            )
            .order_by(meetings.c.uuid)
            .limit(PAGE)
        )
        rows: Sequence[Any] = (await connection.execute(query)).all()
        for row in rows:
            meeting, room = meeting_of(row.document), None if row.room is None else room_of(row.room, sealer)
            if _parts(meeting, room, email):
                yield meeting, room
            after = row.uuid
        if len(rows) < PAGE:
            return


def _parts(meeting: Meeting, room: BookedRoom | None, email: str) -> list[str]:
    """What the person is in the meeting."""
    found = [name for name in ("organized_by", "created_by", "updated_by") if _is(getattr(meeting, name), email)]
    if room is not None and (_is(room.created_by, email) or _is(room.updated_by, email)):
        found.append("room")
    return found


def _is(person: Person | None, email: str) -> bool:
    return person is not None and person.email.lower() == email


def _without(of: Any, email: str) -> Any:
    changes = {
        name: Person(getattr(of, name).organisation, "")
        for name in ("organized_by", "created_by", "updated_by")
        if hasattr(of, name) and _is(getattr(of, name), email)
    }
    return msgspec.structs.replace(of, **changes)
