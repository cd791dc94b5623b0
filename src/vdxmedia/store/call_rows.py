"""The history of calls: writing it, and the pages that the history API asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, Select, bindparam, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.organisations import MAX_DEPTH
from vdxmedia.hub.history import HistoryQuery, KnownCall, KnownStay, Page, ScoreSum
from vdxmedia.hub.ports import Call, CallStay, OpenCall
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.store.schema import booked_rooms, call_ratings, call_stays, calls, organisations
from vdxmedia.store.units import Units

CALLS_AT_ONCE = 500
"""Ids in one statement."""

# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def upsert_call(is_sqlite: bool) -> Executable:
    """A new call looks up what its room is booked for; a known one keeps that and its beginning."""
    of_room = booked_rooms.c.room_id == bindparam("b_room")
    table = sqlite.insert(calls) if is_sqlite else postgresql.insert(calls)
    insert = table.values(
        call_id=bindparam("b_call"),
        room_id=bindparam("b_room"),
        organisation=select(booked_rooms.c.organisation).where(of_room).scalar_subquery(),
        meeting=select(booked_rooms.c.uuid).where(of_room, booked_rooms.c.has_meeting).scalar_subquery(),
        uri=select(booked_rooms.c.uri).where(of_room).scalar_subquery(),
        starts_at=bindparam("b_starts_at"),
        seen_at=bindparam("b_seen_at"),
        is_over=bindparam("b_is_over"),
    )
    changed = {name: insert.excluded[name] for name in ("seen_at", "is_over")}
    return insert.on_conflict_do_update(index_elements=["call_id"], set_=changed)


def call_parameters(call: Call) -> dict[str, Any]:
    return {
        "b_call": call.id,
        "b_room": call.room,
        "b_starts_at": call.starts_at,
        "b_seen_at": call.seen_at,
        "b_is_over": call.is_over,
    }


def stay_parameters(stay: CallStay) -> dict[str, Any]:
    return {
        "call_id": stay.call,
        "participant_id": stay.participant,
        "role": stay.role,
        "name": stay.name,
        "starts_at": stay.starts_at,
        "ends_at": stay.ends_at,
    }


async def open_calls(connection: AsyncConnection) -> Sequence[OpenCall]:
    rows = (await connection.execute(select(calls).where(calls.c.is_over.is_(False)))).all()
    query = select(call_stays).join(calls, calls.c.call_id == call_stays.c.call_id)
    stays: dict[str, list[CallStay]] = {}
    for row in (
        await connection.execute(query.where(calls.c.is_over.is_(False), call_stays.c.ends_at.is_(None)))
    ).all():
        stay = CallStay(
            call=row.call_id,
            participant=ParticipantId(row.participant_id),
            role=row.role,
            name=row.name,
            starts_at=row.starts_at,
            ends_at=None,
        )
        stays.setdefault(row.call_id, []).append(stay)
    return [
        OpenCall(
            Call(
                id=row.call_id,
                room=RoomId(row.room_id),
                starts_at=row.starts_at,
                seen_at=row.seen_at,
                is_over=row.is_over,
            ),
            tuple(stays.get(row.call_id, ())),
        )
        for row in rows
    ]


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


class History:
    """The hub's `CallHistory`. Safe for several tasks at once."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def organisation_of_key(self, key_hash: str) -> str | None:
        query = select(organisations.c.code).where(organisations.c.history_api_key_hash == key_hash)
        rows = await self._units.read(lambda connection: _all(connection, query))
        return rows[0].code if rows else None

    async def calls(self, top: str, query: HistoryQuery) -> Page[KnownCall]:
        which = _which(top, query)

        async def work(connection: AsyncConnection) -> Page[KnownCall]:
            total = (await connection.execute(select(func.count()).select_from(calls).where(*which))).scalar_one()
            page = (
                select(calls)
                .where(*which)
                .order_by(calls.c.starts_at, calls.c.call_id)
                .limit(query.limit)
                .offset(query.offset)
            )
            rows = await _all(connection, page)
            there: dict[str, list[str]] = {row.call_id: [] for row in rows}
            rated: dict[str, list[ScoreSum]] = {row.call_id: [] for row in rows}
            ids = list(there)
            for at in range(0, len(ids), CALLS_AT_ONCE):
                stays = (
                    select(call_stays.c.call_id, call_stays.c.participant_id)
                    .where(call_stays.c.call_id.in_(ids[at : at + CALLS_AT_ONCE]))
                    .order_by(call_stays.c.starts_at, call_stays.c.participant_id)
                )
                for row in await _all(connection, stays):
                    there[row.call_id].append(row.participant_id)
                given = call_ratings.c.call_id.in_(ids[at : at + CALLS_AT_ONCE])
                for row in await _all(connection, select(call_ratings).where(given).order_by(call_ratings.c.score)):
                    rated[row.call_id].append(_score(row))
            return Page(total, [_call(row, there[row.call_id], rated[row.call_id]) for row in rows])

        return await self._units.read(work)

    async def stays(self, top: str, query: HistoryQuery) -> Page[KnownStay]:
        which = _which(top, query)
        joined = call_stays.join(calls, calls.c.call_id == call_stays.c.call_id)

        async def work(connection: AsyncConnection) -> Page[KnownStay]:
            total = (await connection.execute(select(func.count()).select_from(joined).where(*which))).scalar_one()
            page = (
                select(call_stays, calls.c.uri, calls.c.room_id, calls.c.seen_at)
                .select_from(joined)
                .where(*which)
                .order_by(calls.c.starts_at, calls.c.call_id, call_stays.c.starts_at, call_stays.c.participant_id)
                .limit(query.limit)
                .offset(query.offset)
            )
            return Page(total, [_stay(row) for row in await _all(connection, page)])

        return await self._units.read(work)


def _which(top: str, query: HistoryQuery) -> list[ColumnElement[bool]]:
    below = (
        select(organisations.c.code, literal(0).label("depth")).where(organisations.c.code == top).cte(recursive=True)
    )
    below = below.union_all(
        select(organisations.c.code, below.c.depth + 1)
        .join(below, organisations.c.parent == below.c.code)
        .where(below.c.depth < MAX_DEPTH)
    )
    which: list[ColumnElement[bool]] = [calls.c.organisation.in_(select(below.c.code)), calls.c.is_over]
    if query.starts_from is not None:
        which.append(calls.c.starts_at >= query.starts_from)
    if query.starts_before is not None:
        which.append(calls.c.starts_at < query.starts_before)
    if query.ends_from is not None:
        which.append(calls.c.seen_at >= query.ends_from)
    if query.ends_before is not None:
        which.append(calls.c.seen_at < query.ends_before)
    if query.call:
        which.append(calls.c.call_id == query.call)
    if query.participant:
        which.append(call_stays.c.participant_id == query.participant)
    if query.meeting:
        which.append(calls.c.meeting == query.meeting)
    return which


def _score(row: Row[Any]) -> ScoreSum:
    return ScoreSum(score=row.score, answers=row.answers, sound=row.sound, picture=row.picture, other=row.other)


def _call(row: Row[Any], participants: list[str], ratings: list[ScoreSum]) -> KnownCall:
    return KnownCall(
        id=row.call_id,
        room=row.room_id,
        organisation=row.organisation or "",
        meeting=row.meeting or "",
        uri=row.uri or "",
        starts_at=row.starts_at,
        ends_at=row.seen_at,
        participants=tuple(participants),
        ratings=tuple(ratings),
    )


def _stay(row: Row[Any]) -> KnownStay:
    return KnownStay(
        call=row.call_id,
        participant=row.participant_id,
        place=row.uri or row.room_id,
        role=row.role,
        name=row.name,
        starts_at=row.starts_at,
        ends_at=row.seen_at if row.ends_at is None else row.ends_at,
    )


async def _all(connection: AsyncConnection, query: Select[Any]) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return rows
