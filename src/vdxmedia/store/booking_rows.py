"""The hub's `BookingRows`: statements within one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import By, Criterion
from vdxmedia.booking.room_options import Template
from vdxmedia.hub.booking_store import MeetingQuery, Place, RoomQuery, RoomRow
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import append_notes
from vdxmedia.store.booking_documents import (
    booked_of,
    meeting_columns,
    meeting_of,
    organisation_columns,
    organisation_of,
    room_columns,
    room_of,
    searched,
    template_columns,
    template_of,
)
from vdxmedia.store.schema import booked_rooms, invitations, meeting_labels, meetings, organisations, templates
from vdxmedia.store.unreadable import Unreadable

T = TypeVar("T")

_BOOKED: Select[Any] = select(
    meetings.c.uuid,
    meetings.c.starts_at,
    meetings.c.document.label("meeting_document"),
    booked_rooms.c.document.label("room_document"),
).join(booked_rooms, booked_rooms.c.uuid == meetings.c.uuid)
_ROOM: Select[Any] = select(
    booked_rooms.c.uuid,
    booked_rooms.c.starts_at,
    booked_rooms.c.room_id,
    booked_rooms.c.document.label("room_document"),
    meetings.c.document.label("meeting_document"),
).outerjoin(meetings, meetings.c.uuid == booked_rooms.c.uuid)
_STANDING = (
    ProvisionStatus.AWAITS_PROVISION,
    ProvisionStatus.STARTING_TO_PROVISION,
    ProvisionStatus.PROVISION_PROBLEMS,
    ProvisionStatus.PROVISIONED_OK,
)
_FREE = and_(
    booked_rooms.c.is_pool,
    booked_rooms.c.has_meeting.is_(False),
    booked_rooms.c.starts_at == 0,
    booked_rooms.c.ends_at == 0,
    booked_rooms.c.status.in_([status.value for status in _STANDING]),
)
"""A pool's rooms have no time until they have a meeting, or are to go; so an index finds them."""


class Rows:
    """Not task-safe: one connection."""

    def __init__(self, connection: AsyncConnection, sealer: Sealer, unreadable: Unreadable | None = None) -> None:
        self.connection = connection
        self._sealer = sealer
        self._unreadable = unreadable or Unreadable()

    async def note(self, note: AuditNote) -> None:
        await append_notes(self.connection, [note], self._sealer)

    # ── organisations and templates ───────────────────────────────────────────────────────────────────────────────

    async def organisations(self) -> Sequence[Organisation]:
        rows = await self._all(select(organisations).order_by(organisations.c.group_id))
        return self._unreadable.readable(
            rows, lambda row: organisation_of(row, self._sealer), "organisation", "group_id"
        )

    async def newest_organisation(self) -> int:
        return (await self.connection.execute(select(func.max(organisations.c.group_id)))).scalar_one() or 0

    async def add_organisation(self, organisation: Organisation) -> Organisation:
        values = organisation_columns(organisation, self._sealer)
        added = insert(organisations).values(values).returning(organisations)
        return organisation_of((await self.connection.execute(added)).one(), self._sealer)

    async def save_organisation(self, organisation: Organisation) -> None:
        values = organisation_columns(organisation, self._sealer)
        await self.connection.execute(
            update(organisations).where(organisations.c.code == organisation.code).values(values)
        )

    async def templates(self, organisations: Collection[str]) -> Sequence[Template]:
        query = (
            select(templates)
            .where(templates.c.organisation.in_(organisations), templates.c.is_deleted.is_(False))
            .order_by(templates.c.template_id)
        )
        return self._unreadable.readable(await self._all(query), template_of, "template", "template_id")

    async def template(self, template: int) -> Template | None:
        rows = await self._all(select(templates).where(templates.c.template_id == template))
        return template_of(rows[0]) if rows else None

    async def add_template(self, template: Template) -> Template:
        added = insert(templates).values(template_columns(template)).returning(templates)
        return template_of((await self.connection.execute(added)).one())

    async def save_template(self, template: Template) -> None:
        values = template_columns(template)
        await self.connection.execute(update(templates).where(templates.c.template_id == template.id).values(values))

    # ── meetings ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def booked(self, uuid: UUID) -> Booked | None:
        return await self._booked(_BOOKED.where(meetings.c.uuid == str(uuid)))

    async def booked_by_uri(self, uri: str, *, with_domain: bool, organisation: str | None) -> Booked | None:
        column = booked_rooms.c.uri if with_domain else booked_rooms.c.uri_without_domain
        found = _BOOKED.where(column == uri.lower())
        if organisation is not None:
            found = found.where(meetings.c.organisation == organisation)
        return await self._booked(found.order_by(meetings.c.starts_at.desc()).limit(1))

    async def booked_by_short_id(self, short_id: str) -> Booked | None:
        return await self._booked(_BOOKED.where(meetings.c.short_id == short_id))

    async def search(self, query: MeetingQuery, after: Place | None, most: int) -> Sequence[Booked]:
        wanted = _matching(_BOOKED, query.criterion, query.organisation)
        if query.organized_by is not None:
            wanted = wanted.where(meetings.c.organized_by == query.organized_by)
        ordered = meeting_labels if query.criterion.by is By.LABEL else meetings
        return await self._page(
            wanted, ordered, after, most, lambda row: booked_of(row, self._sealer), what="booked meeting"
        )

    async def _page(
        self,
        wanted: Select[Any],
        ordered: Any,
        after: Place | None,
        most: int,
        read: Callable[[Row[Any]], T],
        *,
        what: str,
    ) -> list[T]:
        """So many that can be read, or all that are left."""
        found: list[T] = []
        place = None if after is None else (after[0], str(after[1]))
        key = tuple_(ordered.c.starts_at, ordered.c.uuid)
        while True:
            missing = most - len(found)
            page = wanted if place is None else wanted.where(key > tuple_(*place))
            rows = await self._all(page.order_by(ordered.c.starts_at, ordered.c.uuid).limit(missing))
            found += self._unreadable.readable(rows, read, what, "uuid")
            if len(rows) < missing or len(found) == most:
                return found
            place = rows[-1].starts_at, rows[-1].uuid

    async def add_meeting(self, meeting: Meeting, room: BookedRoom | None) -> None:
        uri = room.uri_without_domain if room is not None else await self._uri(meeting.uuid)
        await self.connection.execute(insert(meetings).values(meeting_columns(meeting, uri)))
        if room is not None:
            await self.add_room(room)
        await self._add_labels(meeting)

    async def save_meeting(self, meeting: Meeting) -> None:
        values = meeting_columns(meeting, await self._uri(meeting.uuid))
        await self.connection.execute(update(meetings).where(meetings.c.uuid == values["uuid"]).values(values))
        await self.connection.execute(delete(meeting_labels).where(meeting_labels.c.uuid == values["uuid"]))
        await self._add_labels(meeting)

    async def delete_meeting(self, uuid: UUID) -> None:
        for table in (meeting_labels, booked_rooms, meetings):
            await self.connection.execute(delete(table).where(table.c.uuid == str(uuid)))
        await self.connection.execute(delete(invitations).where(invitations.c.meeting == str(uuid)))

    async def _add_labels(self, meeting: Meeting) -> None:
        whose = {"organisation": meeting.organisation, "uuid": str(meeting.uuid), "starts_at": meeting.starts_at}
        rows = [{**whose, "label": label} for label in dict.fromkeys(meeting.labels)]
        if rows:
            await self.connection.execute(insert(meeting_labels), rows)

    async def _uri(self, uuid: UUID) -> str:
        found = await self._all(select(booked_rooms.c.uri_without_domain).where(booked_rooms.c.uuid == str(uuid)))
        return found[0].uri_without_domain or "" if found else ""

    # ── rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def room(self, uuid: UUID) -> RoomRow | None:
        found = await self._rooms(_ROOM.where(booked_rooms.c.uuid == str(uuid)))
        return found[0] if found else None

    async def room_by_id(self, room_id: str) -> RoomRow | None:
        found = await self._rooms(_ROOM.where(booked_rooms.c.room_id == room_id))
        return found[0] if found else None

    async def rooms_by_uri(self, uris: Collection[str]) -> Sequence[BookedRoom]:
        return [room for room, _ in await self._rooms(_ROOM.where(booked_rooms.c.uri.in_(uris)))]

    async def reserved_room(self, reservation: UUID) -> BookedRoom | None:
        found = await self._rooms(_ROOM.where(booked_rooms.c.reserved_by == str(reservation)))
        return found[0][0] if found else None

    async def add_room(self, room: BookedRoom) -> None:
        await self.connection.execute(insert(booked_rooms).values(room_columns(room, self._sealer)))

    async def save_room(self, room: BookedRoom, was: UUID | None = None) -> None:
        values = room_columns(room, self._sealer)
        await self.connection.execute(
            update(booked_rooms).where(booked_rooms.c.uuid == str(was or room.uuid)).values(values)
        )

    async def delete_room(self, uuid: UUID) -> None:
        await self.connection.execute(delete(booked_rooms).where(booked_rooms.c.uuid == str(uuid)))

    async def uri_is_taken(self, uri: str) -> bool:
        return bool(await self._all(select(booked_rooms.c.uuid).where(booked_rooms.c.uri == uri.lower())))

    async def rooms(self, query: RoomQuery, after: Place | None, most: int) -> Sequence[RoomRow]:
        """Those that were there before the window come first, then those that begin in it: each by an index."""
        window = query.starts_from, query.ends_to
        found: list[RoomRow] = []
        if after is None or after[0] < query.starts_from:
            earlier = booked_rooms.c.starts_at < query.starts_from
            found += await self._room_page(query, after, most, earlier, booked_rooms.c.ends_at.between(*window))
        if len(found) < most:
            within = booked_rooms.c.starts_at.between(*window)
            found += await self._room_page(query, after, most - len(found), within)
        return found

    async def _room_page(
        self, query: RoomQuery, after: Place | None, most: int, *when: ColumnElement[bool]
    ) -> list[RoomRow]:
        wanted = _ROOM.where(booked_rooms.c.status == query.status.value, booked_rooms.c.has_meeting, *when)
        if query.organisations is not None:
            wanted = wanted.where(booked_rooms.c.organisation.in_(query.organisations))
        if query.organized_by is not None:
            wanted = wanted.where(meetings.c.organized_by == query.organized_by)
        return await self._page(wanted, booked_rooms, after, most, self._room, what="booked room")

    async def starting(self, status: ProvisionStatus, until: int, most: int) -> Sequence[RoomRow]:
        due = _ROOM.where(booked_rooms.c.status == status.value, booked_rooms.c.starts_at <= until)
        return await self._readable(due.order_by(booked_rooms.c.starts_at).limit(most))

    async def ending(
        self, status: ProvisionStatus, until: int, most: int, after: Place | None = None
    ) -> Sequence[RoomRow]:
        due = _ROOM.where(booked_rooms.c.status == status.value, booked_rooms.c.ends_at.between(1, until))
        if after is not None:
            due = due.where(tuple_(booked_rooms.c.ends_at, booked_rooms.c.uuid) > tuple_(after[0], str(after[1])))
        return await self._readable(due.order_by(booked_rooms.c.ends_at, booked_rooms.c.uuid).limit(most))

    async def in_status(self, status: ProvisionStatus, after: UUID | None, most: int) -> Sequence[RoomRow]:
        wanted = _ROOM.where(booked_rooms.c.status == status.value)
        if after is not None:
            wanted = wanted.where(booked_rooms.c.uuid > str(after))
        return await self._readable(wanted.order_by(booked_rooms.c.uuid).limit(most))

    async def next_start(self, status: ProvisionStatus, after: int) -> int | None:
        return await self._least(booked_rooms.c.starts_at, status, after)

    async def next_end(self, status: ProvisionStatus, after: int) -> int | None:
        return await self._least(booked_rooms.c.ends_at, status, after)

    async def pool_rooms(self, organisation: str) -> Sequence[BookedRoom]:
        found = await self._readable(_ROOM.where(booked_rooms.c.organisation == organisation, _FREE))
        return sorted((room for room, _ in found), key=lambda room: (room.created_at, room.uuid))

    async def pools(self) -> Sequence[str]:
        rows = await self._all(select(booked_rooms.c.organisation).where(_FREE).distinct())
        return [row.organisation for row in rows]

    async def _least(self, column: Any, status: ProvisionStatus, after: int) -> int | None:
        first = select(column.label("at")).where(booked_rooms.c.status == status.value, column > after)
        rows = await self._all(first.order_by(column).limit(1))
        return rows[0].at if rows else None

    async def _rooms(self, query: Select[Any]) -> list[RoomRow]:
        return [self._room(row) for row in await self._all(query)]

    async def _readable(self, query: Select[Any]) -> list[RoomRow]:
        """Without those that cannot be read: one of them must not keep all others from being made."""
        return self._unreadable.readable(await self._all(query), self._room, "booked room", "room_id")

    def _room(self, row: Row[Any]) -> RoomRow:
        room = room_of(row.room_document, self._sealer)
        return room, Booked(meeting_of(row.meeting_document), room) if row.meeting_document else None

    async def _booked(self, query: Select[Any]) -> Booked | None:
        rows = await self._all(query)
        return booked_of(rows[0], self._sealer) if rows else None

    async def _all(self, query: Select[Any]) -> Sequence[Any]:
        rows: Sequence[Any] = (await self.connection.execute(query)).all()
        return rows


def _matching(wanted: Select[Any], criterion: Criterion, organisation: str) -> Select[Any]:
    text = criterion.text
    if criterion.by is By.LABEL:
        # Nothing of the meetings' own: PostgreSQL would take the organisation's share of all meetings for its share of
        # the label's, think that few are left, and sort all of them.
        wanted = wanted.join(meeting_labels, meeting_labels.c.uuid == meetings.c.uuid)
        return wanted.where(meeting_labels.c.organisation == organisation, meeting_labels.c.label == text)
    wanted = wanted.where(meetings.c.organisation == organisation)
    if criterion.starts_from is not None and criterion.by in (By.SEARCH, By.RANGE):
        wanted = wanted.where(meetings.c.starts_at >= criterion.starts_from)
    if criterion.starts_to is not None and criterion.by in (By.SEARCH, By.RANGE):
        wanted = wanted.where(meetings.c.starts_at <= criterion.starts_to)
    match criterion.by:
        case By.SHORT_ID:
            return wanted.where(meetings.c.short_id == text.lower())
        case By.SUBJECT:
            return wanted.where(meetings.c.subject == text)
        case By.ORGANIZED_BY:
            return wanted.where(meetings.c.organized_by == text.lower())
        case By.SEARCH:
            return wanted.where(meetings.c.search_text.contains(searched(text), autoescape=True))
        case By.URI_WITH_DOMAIN:
            return wanted.where(booked_rooms.c.uri == text.lower())
        case By.RANGE:
            return wanted
