"""The record of who was given the floor or refused it, by whom, and how long people wait: ids and words, no names."""

from __future__ import annotations

import logging

from vdxmedia.conference.events import FloorNoted
from vdxmedia.conference.floor_request import FloorRequestId, RequestStatus
from vdxmedia.conference.floor_rules import FloorKind
from vdxmedia.ids import RoomId
from vdxmedia.observability import Metrics

logger = logging.getLogger(__name__)


class FloorLog:
    """Of one conference."""

    def __init__(self, room: RoomId, metrics: Metrics) -> None:
        self._room = room
        self._metrics = metrics
        self._asked_s: dict[tuple[FloorKind, FloorRequestId], float] = {}
        """Of those who wait: as many as the floor lets wait."""

    def note(self, noted: FloorNoted) -> None:
        """One line per change of a request."""
        change = noted.change
        logger.info(
            "floor_%s room=%s floor=%s request=%d participant=%s reason=%s by=%s",
            change.after.value,
            self._room,
            noted.floor.value,
            change.request,
            change.participant,
            change.reason.value,
            change.by or "rule",
        )
        if change.before is change.after:
            return
        key = noted.floor, change.request
        if change.after is RequestStatus.ACCEPTED:
            self._asked_s.setdefault(key, change.since_s)
            return
        asked_s = self._asked_s.pop(key, None)
        self._metrics.floor_grants.labels(change.after.value).inc()
        if change.after is RequestStatus.GRANTED:
            self._metrics.floor_wait.observe(0.0 if asked_s is None else max(0.0, change.at_s - asked_s))
