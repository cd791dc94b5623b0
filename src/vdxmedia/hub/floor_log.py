"""The record of who was given the floor or refused it, by whom: ids and words of the protocol, no names."""

from __future__ import annotations

import logging

from vdxmedia.conference.events import FloorNoted
from vdxmedia.ids import RoomId

logger = logging.getLogger(__name__)


def log_floor(room: RoomId, noted: FloorNoted) -> None:
    """One line per change of a request."""
    change = noted.change
    logger.info(
        "floor_%s room=%s floor=%s request=%d participant=%s reason=%s by=%s",
        change.after.value,
        room,
        noted.floor.value,
        change.request,
        change.participant,
        change.reason.value,
        change.by or "rule",
    )
