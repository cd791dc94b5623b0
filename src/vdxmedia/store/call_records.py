"""Records of how calls went: written by the hub's outbox, read by the beginning of a room's id.

At most `MAX_KEPT` stay, whatever their age: the daily deletion takes the oldest beyond. Some 600 bytes each.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.errors import BadInput
from vdxmedia.hub.ports import CallRecord
from vdxmedia.ids import SHORT_CHARS
from vdxmedia.store.schema import call_records
from vdxmedia.store.units import Units

logger = logging.getLogger(__name__)

MAX_KEPT = 500_000
MAX_TOLD = 2_000
"""Of one story, the latest."""
MAX_SAID_CHARS = 64


def parameters(record: CallRecord) -> dict[str, Any]:
    return {
        "record_id": record.id,
        "room_id": record.room,
        "began_at": record.began_at,
        "document": msgspec.json.encode(record).decode(),
    }


def plain_short_id(said: str) -> str:
    """As it was heard: in any case, with spaces. Raises: BadInput."""
    plain = "".join(said.split()).replace("-", "").lower()
    if not SHORT_CHARS <= len(plain) <= MAX_SAID_CHARS or not (plain.isascii() and plain.isalnum()):
        raise BadInput(f"a short id has {SHORT_CHARS} letters and digits, as k7p2qm", code="validation_failed")
    return plain


class CallRecordRows:
    """Safe for several tasks at once."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def of_room(self, short: str) -> Sequence[CallRecord]:
        """By their beginning; of every room whose id begins so. Raises: BadInput, Refused `store_unavailable`."""
        plain = plain_short_id(short)
        query = (
            select(call_records.c.document)
            # `{` comes after all letters: a range finds the beginning by the index, on both kinds of database.
            .where(call_records.c.room_id >= plain, call_records.c.room_id < plain + "{")
            .order_by(call_records.c.began_at.desc())
            .limit(MAX_TOLD)
        )
        rows = await self._units.read(lambda connection: _all(connection, query))
        return [record for row in reversed(rows) if (record := _read(row.document)) is not None]


async def delete_old(connection: AsyncConnection, before: float, most: int) -> int:
    """At most so many of those that are old, or too many."""
    beyond = select(call_records.c.began_at).order_by(call_records.c.began_at.desc()).offset(MAX_KEPT).limit(1)
    too_many = (await connection.execute(beyond)).scalar_one_or_none()
    if too_many is not None and too_many >= before:
        old = call_records.c.began_at <= too_many
    else:
        old = call_records.c.began_at < before
    ids = select(call_records.c.record_id).where(old).limit(most)
    return (await connection.execute(delete(call_records).where(call_records.c.record_id.in_(ids)))).rowcount


def _read(document: str) -> CallRecord | None:
    try:
        return msgspec.json.decode(document, type=CallRecord)
    except msgspec.MsgspecError:
        logger.warning("call_record_unreadable")
        return None


async def _all(connection: AsyncConnection, query: Select[Any]) -> Sequence[Any]:
    rows: Sequence[Any] = (await connection.execute(query)).all()
    return rows
