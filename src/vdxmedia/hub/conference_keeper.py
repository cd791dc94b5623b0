"""Writes the state of live conferences to the store while it changes, so that a restart of the server loses at most a
second of it.

The room says that something changed; it is asked for its state when the outbox's turn comes, and not again before
`STATE_INTERVAL_S` has passed. The state is bytes that only the room understands. A conference that ends is deleted;
those that a stop of the server ends are kept as they were before (`freeze`), and go on when it serves again (`thaw`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from vdxmedia.clock import Clock
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import DeleteConference, SaveConference, StoredConference
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.ids import RoomId

logger = logging.getLogger(__name__)

STATE_INTERVAL_S = 0.8
"""Between two states of a room. What is stored is at most a second old, the time to write it included."""

Capture = Callable[[], bytes]
"""The room's state now. On the loop; some 100 µs for a small room, a millisecond for one of 500."""


@dataclass(slots=True)
class _Live:
    capture: Capture
    captured_s: float
    """Monotonic."""


class ConferenceKeeper:
    """Event loop only."""

    def __init__(self, outbox: StoreOutbox, clock: Clock, counters: Counters) -> None:
        self._outbox = outbox
        self._clock = clock
        self._counters = counters
        self._live: dict[RoomId, _Live] = {}
        self._is_frozen = False
        self._kept: list[StoredConference] = []
        """Of the moment of freezing."""

    def began(self, room: RoomId, capture: Capture) -> None:
        """A conference of the room is live from now on."""
        if not self._is_frozen:
            self._live[room] = _Live(capture, captured_s=float("-inf"))

    def mark_changed(self, room: RoomId) -> None:
        """Cheap, and may be called for every event. Passed over for a conference that has ended."""
        live = self._live.get(room)
        if live is not None and not self._is_frozen:
            due_s = live.captured_s + STATE_INTERVAL_S
            self._outbox.put(_key(room), lambda: self._captured(room, live), due_s=due_s)

    def ended(self, room: RoomId) -> None:
        """Nothing of the conference is kept."""
        if self._live.pop(room, None) is not None and not self._is_frozen:
            self._outbox.put(_key(room), lambda: DeleteConference(room))

    def drop(self, room: RoomId) -> None:
        """What an earlier server has left of a room without a live conference."""
        if room not in self._live:
            self._outbox.put(_key(room), lambda: DeleteConference(room))

    def freeze(self) -> None:
        """The server stops: what is so now is what the next one begins with."""
        if self._is_frozen:
            return
        for room, live in self._live.items():
            kept = self._captured(room, live)
            if kept is not None:
                self._kept.append(kept.conference)
                self._outbox.put(_key(room), lambda kept=kept: kept)  # type: ignore[misc]  # mypy: default in lambda
        self._is_frozen = True

    def thaw(self) -> list[StoredConference]:
        """The server serves again, and nothing is live now. Gives what was kept at the freezing."""
        self._is_frozen = False
        kept, self._kept = self._kept, []
        return kept

    def _captured(self, room: RoomId, live: _Live) -> SaveConference | None:
        if self._live.get(room) is not live:
            return None
        live.captured_s = self._clock.monotonic_s()
        try:
            state = live.capture()
        except Exception:
            # One room's fault must not end the writing of all others.
            self._counters.add("conference_state_faults")
            logger.exception("conference_state_fault room=%s", room)
            return None
        return SaveConference(StoredConference(room, state, self._clock.unix_s()))


def _key(room: RoomId) -> tuple[str, RoomId]:
    return ("conference", room)
