"""What the registry knows of one room, whether anybody is in it or not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import msgspec

from vdxmedia.conference.admissions import Admissions
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import VdxError
from vdxmedia.hub.ports import StoredConference, StoredRoom
from vdxmedia.hub.room_task import RoomTask
from vdxmedia.ids import RoomId

NOT_RESTORED = (VdxError, msgspec.MsgspecError, LookupError, ValueError, TypeError, AttributeError, AssertionError)
"""What a state that makes no sense can bring about, in the room or in a desk."""


@dataclass(slots=True)
class RoomEntry:
    settings: RoomSettings
    idle_since: float
    """Unix seconds, as `created_at`: opened, or a conference began or ended."""
    created_at: float
    task: RoomTask | None = None
    admissions: Admissions = field(default_factory=Admissions)
    """Of all its conferences."""
    cut_off: StoredConference | None = None
    """What the end of the last server, or of this one's service, has left; for the next conference."""

    def is_over(self, cut_off: StoredConference, now: float, kept_s: float) -> bool:
        """It is of another booking, or as old as a link without an end lives (`kept_s`)."""
        begins = max(self.settings.opens_at or 0.0, now - kept_s)
        return cut_off.written_at < begins or (self.settings.closes_at or math.inf) <= now

    def stored(self, room: RoomId) -> StoredRoom:
        return StoredRoom(room, self.settings, self.created_at, self.idle_since, self.admissions.state())
