"""How a room's media is doing, over REST: for help desks and dashboards of suppliers. Ids, no names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

import msgspec

from vdxmedia.api.operations import Operation
from vdxmedia.hub.statistics import ConnectionStatistics
from vdxmedia.ids import RoomId


class RoomStatistics(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Every media connection of a room; empty while nobody is in the call."""

    connections: Sequence[ConnectionStatistics]


class StatisticsBook(Protocol):
    """What the operation needs of the hub's registry."""

    async def statistics(self, room: RoomId) -> Sequence[ConnectionStatistics]:
        """Raises: NotFound `room_unknown`."""
        ...


class StatisticsOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, book: StatisticsBook) -> None:
        self._book = book

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="/api/v1/rooms/{roomId}/statistics",
                name="showStatistics",
                summary="Show how each media connection of the room is doing, per source and slot",
                handler=self._show,
                body=None,
                answer=RoomStatistics,
                status=HTTPStatus.OK,
                errors=("room_unknown",),
            ),
        )

    async def _show(self, path: Mapping[str, str], body: None) -> RoomStatistics:
        return RoomStatistics(connections=await self._book.statistics(RoomId(path["roomId"])))
