"""The hub's `BookingStore` on SQLite or PostgreSQL: units of work, and which constraint means what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.errors import BadInput
from vdxmedia.hub.booking_store import BookingRows, Clash, Taken
from vdxmedia.sealing import Sealer
from vdxmedia.store.booking_rows import Rows
from vdxmedia.store.units import UniqueViolated, Units

T = TypeVar("T")

_CLASHES = {
    "meetings.uuid": Clash.UUID,
    "meetings_pkey": Clash.UUID,
    "booked_rooms.uuid": Clash.UUID,
    "booked_rooms_pkey": Clash.UUID,
    "meetings.short_id": Clash.SHORT_ID,
    "meetings_short_id_key": Clash.SHORT_ID,
    "meetings.organisation, meetings.external_id": Clash.EXTERNAL_ID,
    "meetings_by_external_id": Clash.EXTERNAL_ID,
    "booked_rooms.uri": Clash.URI,
    "booked_rooms_uri_key": Clash.URI,
    "booked_rooms.room_id": Clash.ROOM_ID,
    "booked_rooms_room_id_key": Clash.ROOM_ID,
    "booked_rooms.reserved_by": Clash.RESERVATION,
    "booked_rooms_reserved_by_key": Clash.RESERVATION,
    "organisations.code": Clash.ORGANISATION,
    "organisations_code_key": Clash.ORGANISATION,
    "organisations.history_api_key_hash": Clash.HISTORY_API_KEY,
    "organisations_history_api_key_hash_key": Clash.HISTORY_API_KEY,
}
"""SQLite's columns and PostgreSQL's names."""


class BookingDatabase:
    """Safe for several tasks at once."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer

    async def run(self, work: Callable[[BookingRows], Awaitable[T]]) -> T:
        try:
            return await self._units.write(lambda connection: work(self.rows(connection)))
        except UniqueViolated as error:
            clash = _CLASHES.get(error.constraint)
            if clash is None:
                raise BadInput("a value is taken", code="store_rejected") from error
            raise Taken(clash) from error

    async def read(self, work: Callable[[BookingRows], Awaitable[T]]) -> T:
        return await self._units.read(lambda connection: work(self.rows(connection)))

    def rows(self, connection: AsyncConnection) -> Rows:
        """For other parts of the store that write in the same transaction."""
        return Rows(connection, self._sealer, self._units.unreadable)
