"""What the booking desk asks of whoever makes the rooms (`hub.provisioning`), as a protocol."""

from __future__ import annotations

from typing import Protocol

from vdxmedia.hub.booking_store import RoomRow


class LiveRooms(Protocol):
    """Nothing here is needed for a booking to be kept: what fails is done later by itself, so nothing raises."""

    async def follow(self, changed: RoomRow) -> None:
        """The room as it is now stored; its live room follows at once where it is there, or is to be there or gone."""
        ...


class NoLiveRooms:
    """Where an external provisioner makes them."""

    async def follow(self, changed: RoomRow) -> None:
        del changed
