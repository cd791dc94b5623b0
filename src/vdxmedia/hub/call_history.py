"""The history of calls: one record per conference, one per person's stay in it. It outlives both, and holds no subject.

A stay has a role and two times. A name is in it only where the room keeps attendance. Records are written a moment
later (`store_outbox`); once a minute the running calls are said to be still running, so that a crash loses a minute of
their length. A call that goes on after a restart of the server is the same call.

Full (the store is away for long): further records are dropped and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import uuid4

import msgspec

from vdxmedia.clock import Clock, next_beat_s
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import Call, CallStay, OpenCall, SaveCall, SaveCallStay, StoreChange
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.ids import ParticipantId, RoomId

MAX_WAITING = 20_000
"""Things in the outbox; then no further record is put there."""


TOGETHER_S = 1.0
"""What comes within it is written in one transaction: when hundreds join, each would cost half of a join again. With
the state of a room that changes, so in none of its own."""


@dataclass(slots=True)
class _Running:
    call: Call
    stays: dict[ParticipantId, CallStay] = field(default_factory=dict)
    """Of those who are there."""


class CallBook:
    """Event loop only."""

    def __init__(
        self, outbox: StoreOutbox, clock: Clock, counters: Counters, *, new_id: Callable[[], str] = lambda: str(uuid4())
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._counters = counters
        self._new_id = new_id
        self._running: dict[RoomId, _Running] = {}
        self._is_frozen = False

    # ── a room's ──────────────────────────────────────────────────────────────────────────────────────────────────

    def came(self, room: RoomId, participant: ParticipantId, role: str, name: str | None) -> None:
        """`name` None: it is not kept. The first who comes begins a call. Who is there already is passed over."""
        if self._is_frozen:
            return
        now = self._clock.unix_s()
        running = self._running.get(room)
        if running is None:
            call = Call(id=self._new_id(), room=room, starts_at=now, seen_at=now, is_over=False)
            running = self._running[room] = _Running(call)
            self._save_call(call)
        if participant not in running.stays:
            stay = CallStay(
                call=running.call.id, participant=participant, role=role, name=name, starts_at=now, ends_at=None
            )
            running.stays[participant] = stay
            self._save_stay(stay)

    def went(self, room: RoomId, participant: ParticipantId) -> None:
        """Passed over for who is not there."""
        running = self._running.get(room)
        if running is None or self._is_frozen:
            return
        stay = running.stays.pop(participant, None)
        if stay is not None:
            self._save_stay(msgspec.structs.replace(stay, ends_at=_not_before(stay.starts_at, self._clock.unix_s())))

    def ended(self, room: RoomId) -> None:
        """The conference is over. Passed over when nobody had come."""
        if not self._is_frozen:
            self._end(room, self._clock.unix_s())

    # ── a restart of the server ───────────────────────────────────────────────────────────────────────────────────

    def adopt(self, open_calls: Iterable[OpenCall], goes_on: Callable[[RoomId], bool]) -> None:
        """What the last server has left: calls that may go on wait for it, the others have ended when they were last
        seen."""
        for left in open_calls:
            self._running[left.call.room] = _Running(left.call, {stay.participant: stay for stay in left.stays})
            if not goes_on(left.call.room):
                self.abandon(left.call.room)

    def restored(self, room: RoomId, present: Iterable[ParticipantId]) -> None:
        """The call goes on with these; the others had left by the time when it was last seen."""
        running = self._running.get(room)
        if running is not None:
            there = set(present)
            for participant in [who for who in running.stays if who not in there]:
                stay = running.stays.pop(participant)
                self._save_stay(
                    msgspec.structs.replace(stay, ends_at=_not_before(stay.starts_at, running.call.seen_at))
                )

    def abandon(self, room: RoomId) -> None:
        """It does not go on: it ended when it was last seen."""
        running = self._running.get(room)
        if running is not None:
            self._end(room, running.call.seen_at)

    def freeze(self) -> None:
        """The server stops: calls that run now may go on in the next one."""
        if not self._is_frozen:
            self.touch()
            self._is_frozen = True

    def thaw(self) -> None:
        """The server serves again."""
        self._is_frozen = False

    def touch(self) -> None:
        """All calls are running now."""
        now = self._clock.unix_s()
        if not self._is_frozen:
            for running in self._running.values():
                running.call = msgspec.structs.replace(running.call, seen_at=_not_before(running.call.seen_at, now))
                self._save_call(running.call)

    def _end(self, room: RoomId, at: float) -> None:
        running = self._running.pop(room, None)
        if running is None:
            return
        for stay in running.stays.values():
            self._save_stay(msgspec.structs.replace(stay, ends_at=_not_before(stay.starts_at, at)))
        ends_at = _not_before(running.call.starts_at, at)
        self._save_call(msgspec.structs.replace(running.call, seen_at=ends_at, is_over=True))

    def _save_call(self, call: Call) -> None:
        self._put(("call", call.id), SaveCall(call))

    def _save_stay(self, stay: CallStay) -> None:
        self._put(("call stay", stay.call, stay.participant), SaveCallStay(stay))

    def _put(self, key: tuple[str, ...], change: StoreChange) -> None:
        if len(self._outbox) >= MAX_WAITING:
            self._counters.add("call_history_dropped")
            return
        due_s = next_beat_s(TOGETHER_S, self._clock.monotonic_s())
        self._outbox.put(key, lambda: change, due_s=due_s, early_s=TOGETHER_S)


def _not_before(begin: float, end: float) -> float:
    """A clock that goes back makes no negative length."""
    return max(begin, end)
